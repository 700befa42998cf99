"""What a source has against authorities is judged on the way, where the state for it is there."""

from pathlib import Path

import pytest
from msgspec.structs import replace

from amanat.consensus.evidence import Evidence, InvalidBlock, SignedOffer, payload_digest
from amanat.consensus.statements import Offer
from amanat.ledger.blocks import Block
from amanat.ledger.encoding import decode
from amanat.node.audit.auditor import Auditor, Manner
from amanat.node.audit.report import Report, report_of
from amanat.node.audit.workplace import Workplace
from tests.ledger.false_blocks import FALSE_BLOCKS, false_payload
from tests.node.audit.chains import Shown, signed, story
from tests.node.history import History
from tests.node.stored_data import double_proposal

CHAIN = story()
AT = 14


def offered(payload: bytes, digest: bytes) -> InvalidBlock:
    """What the leader signs if it offers this in place of block 14."""
    entry = CHAIN.entries[AT - 1]
    offer = Offer(
        CHAIN.chain_id,
        CHAIN.blocks[AT - 2].next_configuration.digest(),
        CHAIN.id(AT - 1),
        replace(entry.block, digest=digest),
        b"",
        completes_change=False,
        payload=payload_digest(payload),
    )
    return InvalidBlock("sbp", SignedOffer(offer, signed("sbp", offer.message())), payload)


def reported(place: Path, *accused: Evidence, shown: Shown | None = None) -> Report:
    shown = shown or CHAIN.shown()
    shown.accused = list(accused)
    work = Workplace(place)
    try:
        auditor = Auditor(shown.document, shown, work, Manner(batch_blocks=4))
        return report_of(auditor, auditor.run())
    finally:
        work.close()


@pytest.mark.parametrize("kind", FALSE_BLOCKS)
def test_a_block_that_does_not_execute_convicts_who_offered_it(kind: str, tmp_path: Path) -> None:
    false = offered(*false_payload(kind, decode(CHAIN.entries[AT - 1].payload, Block)))
    report = reported(tmp_path / "work", false)
    assert report.verdict == "in order", "the chain itself is none the worse"
    assert [(each.authority, each.proven) for each in report.evidence] == [("sbp", "yes")]
    again = reported(tmp_path / "work", false)
    assert again.resumed_from == CHAIN.last
    assert again.evidence == report.evidence, "what an earlier run refuted stays so"


def test_an_honest_offer_convicts_nobody(tmp_path: Path) -> None:
    entry = CHAIN.entries[AT - 1]
    (judged,) = reported(tmp_path / "work", offered(entry.payload, entry.block.digest)).evidence
    assert judged.proven == "no"


def test_what_hangs_on_blocks_that_were_not_reached_is_said_to(tmp_path: Path) -> None:
    shown = CHAIN.shown(last=CHAIN.last)
    del shown.found[7:]
    block = decode(CHAIN.entries[AT - 1].payload, Block)
    false = offered(*false_payload("another state", block))
    (judged,) = reported(tmp_path / "work", false, shown=shown).evidence
    assert judged.proven == "not reached"


def test_two_statements_that_contradict_each_other_need_no_block(tmp_path: Path) -> None:
    (judged,) = reported(tmp_path / "work", double_proposal(History(CHAIN.document))).evidence
    assert (judged.kind, judged.proven) == ("double-proposal", "yes")
