"""A chain that is in order is found in order, and every figure of it is told."""

from pathlib import Path

import pytest

from amanat.ledger.authorities import QuorumRule
from amanat.node.audit.auditor import Auditor, Manner
from amanat.node.audit.report import Report, report_of
from amanat.node.audit.workplace import Workplace
from tests.node.audit.chains import Shown, story


def audited(source: Shown, place: Path, manner: Manner | None = None) -> Report:
    work = Workplace(place)
    try:
        auditor = Auditor(source.document, source, work, manner)
        return report_of(auditor, auditor.run())
    finally:
        work.close()


@pytest.mark.parametrize("rule", QuorumRule)
def test_an_honest_chain_is_in_order(rule: QuorumRule, tmp_path: Path) -> None:
    written = story(rule)
    report = audited(written.shown(), tmp_path / "work")
    assert report.verdict == "in order", report.finding
    assert report.blocks == written.last
