"""Counts and times of one node, with a clock that the test moves."""

from typing import Final

import pytest
from prometheus_client import generate_latest

from amanat.ledger.rejections import DoorCode
from amanat.node.monitoring import measurements
from amanat.node.monitoring.measurements import Measurements
from amanat.node.monitoring.observing import POOL_FULL, Write
from tests.node.history import market_history
from tests.node.monitoring.scrape import samples, value

HISTORY: Final = market_history()
FULL: Final = next(block for block in HISTORY.blocks if block.ids)


class Watched:
    """Measurements, and a clock."""

    def __init__(self) -> None:
        self.seconds = 100.0
        self.measurements = Measurements(lambda: self.seconds)

    @property
    def text(self) -> str:
        return generate_latest(self.measurements.registry).decode()


def test_the_time_to_finality_is_from_the_door_to_being_applied() -> None:
    watched = Watched()
    for transaction in FULL.ids:
        watched.measurements.admitted(transaction)
    watched.seconds += 0.25
    watched.measurements.applied([FULL])
    assert value(watched.text, "amanat_finality_seconds_count") == len(FULL.ids)
    assert value(watched.text, "amanat_finality_seconds_sum") == 0.25 * len(FULL.ids)
    assert value(watched.text, "amanat_submissions_admitted_total") == len(FULL.ids)


def test_what_was_taken_elsewhere_is_counted_and_not_timed() -> None:
    watched = Watched()
    watched.measurements.applied(HISTORY.blocks)
    transactions = sum(len(block.ids) for block in HISTORY.blocks)
    assert value(watched.text, "amanat_finality_seconds_count") == 0
    assert value(watched.text, "amanat_blocks_final_total") == len(HISTORY.blocks)
    counted = samples(watched.text)
    rejected = sum(v for (name, _), v in counted.items() if name.endswith("_rejected_total"))
    assert value(watched.text, "amanat_transactions_committed_total") + rejected == transactions


def test_every_reason_of_the_door_is_there_before_it_happens() -> None:
    watched = Watched()
    codes = {str(code) for code in DoorCode} | {POOL_FULL}
    name = "amanat_submissions_refused_total"
    assert {dict(labels)["code"] for n, labels in samples(watched.text) if n == name} == codes
    watched.measurements.refused(DoorCode.BAD_SIGNATURE)
    assert value(watched.text, name, {"code": "bad_signature"}) == 1
    assert value(watched.text, name, {"code": "malformed"}) == 0


def test_writes_are_measured_by_what_is_written() -> None:
    watched = Watched()
    watched.measurements.written(Write.LOG, 0.003)
    watched.measurements.written(Write.LOG, 3.0)
    name = "amanat_disk_write_seconds_bucket"
    assert value(watched.text, name, {"write": "log", "le": "0.005"}) == 1
    assert value(watched.text, name, {"write": "log", "le": "+Inf"}) == 2
    assert value(watched.text, name, {"write": "state", "le": "+Inf"}) == 0


def test_what_never_becomes_final_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(measurements, "UNDER_WAY_MAX", 3)
    watched = Watched()
    for number in range(10):
        watched.measurements.admitted(number.to_bytes(32, "big"))
    assert len(watched.measurements._admitted_at) == 3


def test_two_nodes_in_one_process_are_counted_apart() -> None:
    one, two = Watched(), Watched()
    one.measurements.admitted(bytes(32))
    assert value(one.text, "amanat_submissions_admitted_total") == 1
    assert value(two.text, "amanat_submissions_admitted_total") == 0
