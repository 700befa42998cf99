"""In which order the parts of a write go to disk."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from amanat.consensus.interface import Persist, Promise
from amanat.consensus.log_entry import Entry
from tests.consensus.signing import log_of

LOG = log_of([1, 1, 1])


def promise(acked: Entry | None) -> Promise:
    return Promise(1, None, acked.block if acked else None)


@pytest.mark.parametrize("entries", [LOG[1:], LOG[1:2]])
def test_what_is_acked_is_on_disk_before_the_promise_to_ack_it(entries: tuple[Entry, ...]) -> None:
    for entry in entries:
        log, bound = Persist(7, promise(entry), 1, tuple(entries)).halves
        assert (log.entries, log.truncate_above, log.promise) == (tuple(entries), 1, None)
        assert (bound.entries, bound.promise) == ((), promise(entry))


@pytest.mark.parametrize("acked", [None, LOG[0]])
def test_a_promise_is_let_go_before_the_block_is_dropped(acked: Entry | None) -> None:
    released, log = Persist(7, promise(acked), 1, ()).halves
    assert (released.promise, released.truncate_above) == (promise(acked), None)
    assert (log.promise, log.truncate_above) == (None, 1)


PERSISTS = st.builds(
    Persist,
    st.just(7),
    st.none() | st.sampled_from([promise(each) for each in (None, *LOG)]),
    st.none() | st.just(1),
    st.sampled_from([(), tuple(LOG[1:2]), tuple(LOG[1:])]),
    st.none() | st.just(1),
)


@given(PERSISTS)
def test_the_halves_are_the_whole(persist: Persist) -> None:
    halves = persist.halves
    assert {half.sequence for half in halves} == {7}
    assert [half.promise for half in halves if half.promise] == [persist.promise][
        : persist.promise is not None
    ]
    logs = [half for half in halves if half.promise is None]
    assert sum((half.entries for half in logs), ()) == persist.entries
    for name in ("truncate_above", "forget_below"):
        assert [getattr(half, name) for half in logs] == [getattr(persist, name)] * len(logs)
    assert len(logs) == 1 or Persist(7, persist.promise, None, ()) == persist
