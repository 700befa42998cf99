"""The report has every figure of a chain whose figures are known."""

from pathlib import Path

from amanat.ledger.encoding import encode
from amanat.ledger.state import HOLDINGS, SUPPLIES
from amanat.node.audit.auditor import Auditor, Manner
from amanat.node.audit.report import Report, report_of
from amanat.node.audit.totals import InstrumentTotal, totals
from amanat.node.audit.workplace import Workplace
from tests.ledger.world import BILL
from tests.node.audit.chains import story

CHAIN = story()


def reported(place: Path, manner: Manner | None = None) -> Report:
    shown = CHAIN.shown()
    work = Workplace(place)
    auditor = Auditor(shown.document, shown, work, manner)
    report = report_of(auditor, auditor.run())
    work.close()
    return report


def test_every_figure(tmp_path: Path) -> None:
    report = reported(tmp_path / "work", Manner(seconds=lambda: 12.4))
    assert (report.blocks, report.last, report.seconds) == (17, 17, 12)
    assert report.state_root == CHAIN.blocks[-1].block.header.state_root.hex()
    assert report.block == CHAIN.id(17).digest.hex()
    assert (report.transactions, report.applied) == (14, 13)
    assert report.rejected == {"insufficient_holding": 1}
    assert report.operations == {
        "activate-instrument": 2,
        "change-authorities": 2,
        "close-day": 1,
        "issue": 4,
        "open-account": 5,
        "register-instrument": 2,
        "register-participant": 3,
        "transfer": 3,
    }
    assert (report.elections, report.certificates) == (2, 17)
    assert (report.days_closed, report.days) == (1, ["2026-01-01"])
    assert report.first_time == "2026-01-01T00:00:00.001+00:00"
    assert [(each.since, each.learners) for each in report.eras] == [
        (0, []),
        (9, ["custodian-b"]),
        (10, []),
        (12, []),
    ]
    assert [(each.instrument, each.issued, each.balanced) for each in report.totals] == [
        (BILL, "5000000000", True),
        ("PKR", "3000000000", True),
    ]


def test_the_register_is_recounted_as_often_as_asked(tmp_path: Path) -> None:
    assert reported(tmp_path / "once").recounts == 1
    assert reported(tmp_path / "often", Manner(recount_every=5)).recounts == 4


def test_a_total_that_is_not_what_is_held_is_told() -> None:
    entries = [
        (SUPPLIES.key("A"), encode([100, 40])),
        (HOLDINGS.key("one", "A"), encode([50, 0])),
        (HOLDINGS.key("two", "B"), encode([7, 0])),
    ]
    found = totals(entries)
    assert found == [InstrumentTotal("A", 100, 40, 50, 1), InstrumentTotal("B", 0, 0, 7, 1)]
    assert not any(each.is_balanced for each in found)
