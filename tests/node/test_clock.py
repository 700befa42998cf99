"""Where a node's time and chance come from."""

from itertools import islice
from time import time

import pytest

from amanat.node import clock


def test_now_is_in_milliseconds_since_1970() -> None:
    before = time()
    now = clock.now()
    assert before - 0.001 <= now / 1000 <= time()


def test_the_clock_for_durations_never_goes_back() -> None:
    readings = [clock.monotonic() for _ in range(1000)]
    assert readings == sorted(readings)


@pytest.mark.parametrize("most", [0, 1, 2])
def test_election_timeouts_differ_by_anything_up_to_the_most_that_they_may(most: int) -> None:
    # Were any number as likely as it should be, 2000 draws would miss it once in 10**350 runs.
    assert set(islice(clock.jitter(most), 2000)) == set(range(most + 1))


def test_two_nodes_do_not_draw_the_same_numbers() -> None:
    draws = [list(islice(clock.jitter(2**64), 4)) for _ in range(2)]
    assert draws[0] != draws[1]
