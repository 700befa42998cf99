"""An audit that is interrupted goes on where it stopped, and says in the end what it would have."""

from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from amanat.ledger.authorities import QuorumRule
from amanat.node.audit.auditor import Auditor, Manner
from amanat.node.audit.report import Report, report_of
from amanat.node.audit.sources import Unusable
from amanat.node.audit.workplace import Workplace
from tests.node.audit.chains import Shown, Written, pays, story

BATCH = 3
CHAINS = {rule: pays(story(rule), 5) for rule in QuorumRule}


def audited(source: Shown, place: Path) -> Report:
    work = Workplace(place)
    try:
        auditor = Auditor(source.document, source, work, Manner(batch_blocks=BATCH))
        return report_of(auditor, auditor.run())
    finally:
        work.close()


def interrupted(source: Shown, place: Path, at: int) -> None:
    source = replace(source, stops_at=at, given=[])
    with pytest.raises(KeyboardInterrupt):
        audited(source, place)


@settings(max_examples=40, deadline=None)
@given(
    rule=st.sampled_from(list(QuorumRule)),
    stops=st.lists(st.integers(2, 21), max_size=5),
    fault=st.integers(0, 21),
)
def test_an_interrupted_audit_gives_the_report_of_one_that_was_not(
    rule: QuorumRule, stops: list[int], fault: int
) -> None:
    """Interrupted anywhere, any number of times, of a chain with a fault anywhere, or none."""
    shown = CHAINS[rule].shown()
    if fault:
        shown.found[fault - 1] = replace(shown.found[fault - 1], receipts=b"")
    with TemporaryDirectory() as directory:
        whole = audited(shown, Path(directory) / "whole")
        reached = 0
        for stop in sorted(stops):
            if stop <= reached or (fault and stop > fault):
                continue
            interrupted(shown, Path(directory) / "parts", stop)
            reached = (stop - 1) // BATCH * BATCH
        last = replace(shown, given=[])
        parts = audited(last, Path(directory) / "parts")
        assert last.given[:1] == [max(reached, 1)], "the block it stopped at is compared, once"
    assert parts.resumed_from == reached
    assert whole == msgspec.structs.replace(parts, resumed_from=0)


def test_a_killed_audit_loses_no_more_than_a_batch_and_nothing_that_it_wrote(
    tmp_path: Path,
) -> None:
    shown = CHAINS[QuorumRule.MAJORITY].shown()
    interrupted(shown, tmp_path / "work", 9)
    work = Workplace(tmp_path / "work")
    assert Auditor(shown.document, shown, work).resumed_from == 6
    work.close()


def test_a_finished_audit_goes_on_when_the_chain_has_grown(tmp_path: Path) -> None:
    chain = story()
    early = audited(chain.shown(), tmp_path / "work")
    pays(chain, 4)
    later = audited(chain.shown(), tmp_path / "work")
    assert (early.blocks, later.resumed_from, later.blocks) == (17, 17, 21)
    assert later.transactions == early.transactions + 4


def test_another_chain_another_source_and_another_history_are_refused(tmp_path: Path) -> None:
    shown = CHAINS[QuorumRule.MAJORITY].shown()
    interrupted(shown, tmp_path / "work", 9)
    other = CHAINS[QuorumRule.TWO_THIRDS].shown()
    with pytest.raises(Unusable, match="of an audit of another chain"):
        audited(other, tmp_path / "work")
    with pytest.raises(Unusable, match="of an audit of the test chain shown: name another"):
        audited(replace(shown, name="elsewhere"), tmp_path / "work")
    forked = CHAINS[QuorumRule.MAJORITY].shown()
    forked.found[5] = replace(forked.found[5], entry=forked.found[4].entry)
    with pytest.raises(Unusable, match="not what was audited up to block 6: it has another block"):
        audited(forked, tmp_path / "work")


def test_a_place_that_holds_something_else_or_is_in_use_is_refused(tmp_path: Path) -> None:
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters" / "a.txt").write_text("dear")
    with pytest.raises(Unusable, match="letters holds something else"):
        Workplace(tmp_path / "letters")
    work = Workplace(tmp_path / "work")
    with pytest.raises(Unusable, match="is in use by another audit"):
        Workplace(tmp_path / "work")
    work.close()


def test_memory_does_not_grow_with_the_chain(tmp_path: Path) -> None:
    """What is held between two batches is bounded by the batch, however long the chain is."""

    def most(chain: Written, place: Path) -> tuple[int, int, int]:
        shown = chain.shown()
        work = Workplace(place)
        auditor = Auditor(shown.document, shown, work, Manner(batch_blocks=BATCH))
        held: list[tuple[int, int, int]] = []

        def look(_height: int, _last: int) -> None:
            pending = auditor.chain.tip.height - auditor.chain.final.height
            held.append((auditor.held, auditor.ground.recent, pending))

        assert auditor.run(look) is None
        work.close()
        blocks, ids, pending = (max(each) for each in zip(*held, strict=True))
        return blocks, ids, pending

    short = most(story(), tmp_path / "short")
    long = most(pays(story(), 100), tmp_path / "long")
    assert short == long
    assert max(long) <= BATCH + 1


def test_the_workplace_keeps_the_present_state_alone(tmp_path: Path) -> None:
    """Old nodes of the state's tree go, so that it grows with the state, not with its history."""
    sizes = []
    for count in (10, 60):
        chain = pays(story(), count)
        place = tmp_path / str(count)
        audited(chain.shown(), place)
        work = Workplace(place)
        sizes.append(sum(1 for _ in work.nodes()))
        work.close()
    assert sizes[1] - sizes[0] <= 4, "a day's count of executed transactions, no more"
