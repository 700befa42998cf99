"""Each thing that can be wrong with a chain is broken in turn: the audit names it and its block."""

from collections.abc import Callable
from dataclasses import replace as with_fields
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from amanat.consensus.log_entry import Entry
from amanat.consensus.statements import CommitCertificate, Proposal
from amanat.ledger.authorities import QuorumRule
from amanat.ledger.blocks import Block
from amanat.ledger.encoding import decode, encode
from amanat.node.audit import auditor
from amanat.node.audit.auditor import Auditor
from amanat.node.audit.findings import CHECKS, Finding
from amanat.node.audit.sources import SourcedBlock
from amanat.node.audit.workplace import Workplace
from tests.ledger.false_blocks import FALSE_BLOCKS, false_payload
from tests.node.audit.chains import (
    EVERYBODY,
    Shown,
    Written,
    certificate_of,
    elected,
    relied,
    signed,
    story,
)

BY = {rule: story(rule) for rule in QuorumRule}
CHAIN = BY[QuorumRule.MAJORITY]
JOINT, COMPLETING, SECOND_TERM, PAYING = 11, 12, 13, 14
SIGNERS = ("cdc", "mof", "sbp")
"""A quorum in every era."""


def finding(source: Shown, place: Path) -> Finding:
    work = Workplace(place / "work")
    try:
        found = Auditor(source.document, source, work).run()
    finally:
        work.close()
    assert found is not None, "nothing was found"
    assert found.check in CHECKS
    assert max(source.given) <= found.height + 1, "what follows a fault is not looked at"
    return found


def altered(height: int, change: Callable[[SourcedBlock], SourcedBlock]) -> Shown:
    """Return the chain with one block changed."""
    shown = CHAIN.shown()
    shown.found[height - 1] = change(shown.found[height - 1])
    return shown


def with_entry(**fields: Any) -> Callable[[SourcedBlock], SourcedBlock]:
    def change(block: SourcedBlock) -> SourcedBlock:
        entry = decode(block.entry, Entry)
        return with_fields(block, entry=encode(replace(entry, **fields)))

    return change


def with_certificate(
    certificate: CommitCertificate | bytes | None,
) -> Callable[[SourcedBlock], SourcedBlock]:
    raw = encode(certificate) if isinstance(certificate, CommitCertificate) else certificate
    return lambda block: with_fields(block, certificate=raw)


def flipped(data: bytes, at: int = -1) -> bytes:
    changed = bytearray(data)
    changed[at] ^= 1
    return bytes(changed)


def test_one_bit_of_a_transaction(tmp_path: Path) -> None:
    envelope = decode(CHAIN.entries[PAYING - 1].payload, Block).transactions[0]

    def change(block: SourcedBlock) -> SourcedBlock:
        assert block.entry.count(envelope) == 1
        return with_fields(block, entry=block.entry.replace(envelope, flipped(envelope)))

    found = finding(altered(PAYING, change), tmp_path)
    assert (found.height, found.check) == (PAYING, "execution")
    assert "signature" in found.found


def test_one_bit_of_a_receipt(tmp_path: Path) -> None:
    def change(block: SourcedBlock) -> SourcedBlock:
        assert block.receipts is not None
        return with_fields(block, receipts=flipped(block.receipts))

    found = finding(altered(PAYING, change), tmp_path)
    assert (found.height, found.check) == (PAYING, "receipts")
    assert CHAIN.blocks[PAYING - 1].block.header.transactions_root.hex() in found.expected


@pytest.mark.parametrize("kind", FALSE_BLOCKS)
def test_a_lie_on_which_all_authorities_agree(kind: str, tmp_path: Path) -> None:
    """Signed, certified by a quorum, and false: it does not execute to what it says."""
    shown = CHAIN.shown()

    def change(block: Block) -> Block:
        payload, _ = false_payload(kind, block)
        return decode(payload, Block)

    shown.found[PAYING - 1] = relied(CHAIN, PAYING, change)
    found = finding(shown, tmp_path)
    assert (found.height, found.check) == (PAYING, "execution")


def test_a_state_root_that_was_sealed_again_is_told_with_both_roots(tmp_path: Path) -> None:
    shown = CHAIN.shown()
    true = CHAIN.blocks[PAYING - 1].block.header.state_root

    def change(block: Block) -> Block:
        return replace(block, header=replace(block.header, state_root=flipped(true)))

    shown.found[PAYING - 1] = relied(CHAIN, PAYING, change)
    told = finding(shown, tmp_path).found
    assert true.hex() in told
    assert flipped(true).hex() in told


def test_a_certificate_by_those_who_decided_earlier(tmp_path: Path) -> None:
    """The old set signs a block of the new one, with genuine keys and in sufficient number."""
    by = ("cdc", "custodian-a", "mof")
    old = CHAIN.certificate(PAYING, by)
    found = finding(altered(PAYING, with_certificate(old)), tmp_path)
    assert (found.height, found.check) == (PAYING, "certificate")
    assert "cdc, custodian-a, mof signed" in found.found


def test_a_certificate_by_one_of_two_sets_that_must_agree(tmp_path: Path) -> None:
    for number, by in enumerate((("cdc", "custodian-a", "mof"), ("cdc", "custodian-b", "mof"))):
        shown = altered(JOINT, with_certificate(CHAIN.certificate(JOINT, by)))
        found = finding(shown, tmp_path / str(number))
        assert (found.height, found.check) == (JOINT, "certificate")


def test_a_certificate_without_a_sovereign_or_with_too_few(tmp_path: Path) -> None:
    for number, by in enumerate((("cdc", "custodian-b"), ("mof", "sbp"), ())):
        few = certificate_of(CHAIN.chain_id, CHAIN.id(13), CHAIN.id(14), by)
        shown = altered(PAYING, with_certificate(few))
        found = finding(shown, tmp_path / str(number))
        assert (found.height, found.check) == (PAYING, "certificate")


def test_a_signature_in_a_certificate_and_a_certificate_of_another_block(tmp_path: Path) -> None:
    good = CHAIN.certificate(PAYING)
    ack = replace(good.acks[0], signature=flipped(good.acks[0].signature))
    others = (
        replace(good, acks=(ack, *good.acks[1:])),
        CHAIN.certificate(PAYING - 1),
        replace(good, parent=CHAIN.id(PAYING - 2)),
        certificate_of(CHAIN.chain_id, CHAIN.id(PAYING - 2), CHAIN.id(PAYING), SIGNERS),
    )
    for number, other in enumerate(others):
        shown = altered(PAYING, with_certificate(other))
        found = finding(shown, tmp_path / str(number))
        assert (found.height, found.check) == (PAYING, "certificate")


def test_an_end_that_is_not_certified(tmp_path: Path) -> None:
    shown = CHAIN.shown()
    for height in (CHAIN.last - 1, CHAIN.last):
        shown.found[height - 1] = with_fields(shown.found[height - 1], certificate=None)
    found = finding(shown, tmp_path)
    assert (found.height, found.check) == (CHAIN.last - 1, "certificate")
    assert found.found == "none"


def test_a_missing_block(tmp_path: Path) -> None:
    shown = CHAIN.shown()
    del shown.found[4]
    found = finding(shown, tmp_path)
    assert (found.height, found.check) == (5, "whole")
    assert (found.expected, found.found) == ("block 5", "block 6")


def test_a_missing_end(tmp_path: Path) -> None:
    shown = CHAIN.shown(last=CHAIN.last)
    del shown.found[-2:]
    found = finding(shown, tmp_path)
    assert (found.height, found.check) == (CHAIN.last - 1, "whole")


def test_two_blocks_that_changed_places(tmp_path: Path) -> None:
    shown = CHAIN.shown()
    one, two = shown.found[4], shown.found[5]
    shown.found[4] = with_fields(two, height=5)
    shown.found[5] = with_fields(one, height=6)
    found = finding(shown, tmp_path)
    assert (found.height, found.check) == (5, "order")
    assert (found.expected, found.found) == ("block 5", "block 6")


def test_a_block_that_names_another_parent_or_term(tmp_path: Path) -> None:
    block = CHAIN.id(PAYING)
    changes: list[dict[str, Any]] = [{"parent": bytes(32)}, {"block": replace(block, term=1)}]
    for number, fields in enumerate(changes):
        found = finding(altered(PAYING, with_entry(**fields)), tmp_path / str(number))
        assert (found.height, found.check) == (PAYING, "order")


def test_an_election_by_those_who_do_not_decide(tmp_path: Path) -> None:
    previous = CHAIN.id(SECOND_TERM - 1)
    elections = {
        "by the old set": elected(CHAIN.chain_id, 3, "sbp", previous, ("custodian-a", "mof")),
        "by too few": elected(CHAIN.chain_id, 3, "sbp", previous, ("mof", "sbp")),
        "on another block": elected(CHAIN.chain_id, 3, "sbp", CHAIN.id(5), ("cdc", "mof", "sbp")),
        "of another": elected(CHAIN.chain_id, 3, "mof", previous, ("cdc", "mof", "sbp")),
        "none": None,
    }
    for told, election in elections.items():
        shown = altered(SECOND_TERM, with_entry(leader_certificate=election))
        found = finding(shown, tmp_path / told)
        assert (found.height, found.check) == (SECOND_TERM, "leader"), told
    again = elected(CHAIN.chain_id, 3, "sbp", CHAIN.id(PAYING - 1), SIGNERS)
    found = finding(altered(PAYING, with_entry(leader_certificate=again)), tmp_path / "again")
    assert (found.height, found.check) == (PAYING, "leader")


def test_a_block_by_another_than_the_leader_or_not_signed_by_him(tmp_path: Path) -> None:
    block = CHAIN.id(PAYING)
    by_mof = signed("mof", Proposal(CHAIN.chain_id, block).message())
    changes: list[dict[str, Any]] = [
        {"proposer": "mof", "signature": by_mof},
        {"signature": by_mof},
    ]
    for number, fields in enumerate(changes):
        found = finding(altered(PAYING, with_entry(**fields)), tmp_path / str(number))
        assert (found.height, found.check) == (PAYING, "leader")


def test_an_end_of_a_change_without_proof_that_the_change_is_final(tmp_path: Path) -> None:
    decided = CHAIN.entries[COMPLETING - 1].change_certificate
    assert decided is not None
    proofs = {
        "by the new set": CHAIN.certificate(10, ("cdc", "custodian-b", "mof")),
        "of another block": CHAIN.certificate(9),
        "elsewhere": replace(decided, block=replace(decided.block, digest=bytes(32))),
        "of another block there, by all": certificate_of(
            CHAIN.chain_id, CHAIN.id(9), replace(CHAIN.id(10), digest=bytes(32)), EVERYBODY
        ),
        "with one who does not decide yet": CHAIN.certificate(10, EVERYBODY),
    }
    for told, proof in proofs.items():
        shown = altered(COMPLETING, with_entry(change_certificate=proof))
        found = finding(shown, tmp_path / told)
        assert (found.height, found.check) == (COMPLETING, "change"), told
    shown = altered(COMPLETING, with_entry(change_certificate=None))
    found = finding(shown, tmp_path / "none")
    assert (found.height, found.check) == (COMPLETING, "execution")
    shown = altered(PAYING, with_entry(change_certificate=decided))
    found = finding(shown, tmp_path / "where none is")
    assert (found.height, found.check) == (PAYING, "change")


def test_by_two_thirds_the_new_set_cannot_appoint_itself_by_a_child_that_was_replaced(
    tmp_path: Path,
) -> None:
    """The child is not on the chain, so nothing but who signed it can be looked at."""
    chain = BY[QuorumRule.TWO_THIRDS]
    child = replace(chain.id(JOINT), digest=bytes(32))
    proof = certificate_of(chain.chain_id, chain.id(10), child, ("cdc", "custodian-b", "mof"))
    shown = chain.shown()
    shown.found[COMPLETING - 1] = with_entry(change_certificate=proof)(shown.found[COMPLETING - 1])
    found = finding(shown, tmp_path)
    assert (found.height, found.check) == (COMPLETING, "change")
    assert "too few of those who decided before it" in found.found


def test_a_register_that_a_recount_finds_out_of_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No block that executes brings that about; if the ledger's own code did, the recount tells."""
    monkeypatch.setattr(auditor, "violations", lambda _items, _today: ["PKR: 1 is missing"])
    found = finding(CHAIN.shown(), tmp_path)
    assert (found.height, found.check) == (CHAIN.last, "totals")
    assert found.found == "PKR: 1 is missing"


def test_bytes_that_are_no_block_and_no_certificate(tmp_path: Path) -> None:
    changes: list[Callable[[SourcedBlock], SourcedBlock]] = [
        lambda block: with_fields(block, entry=b""),
        lambda block: with_fields(block, entry=block.entry + b"\x00"),
        lambda block: with_fields(block, certificate=b"\xc0"),
    ]
    for number, change in enumerate(changes):
        found = finding(altered(PAYING, change), tmp_path / str(number))
        assert (found.height, found.check) == (PAYING, "encoding")


def test_by_two_thirds_a_parent_that_is_not_certified_and_an_end_without_its_child(
    tmp_path: Path,
) -> None:
    chain = BY[QuorumRule.TWO_THIRDS]
    few = replace(chain.certificate(PAYING - 1), acks=())
    for number, parent in enumerate((None, few, chain.certificate(PAYING - 2))):
        shown = chain.shown()
        entry = replace(decode(shown.found[PAYING - 1].entry, Entry), parent_certificate=parent)
        shown.found[PAYING - 1] = with_fields(shown.found[PAYING - 1], entry=encode(entry))
        found = finding(shown, tmp_path / str(number))
        assert (found.height, found.check) == (PAYING, "certificate")
    shown = chain.shown()
    shown.found[-1] = with_fields(shown.found[-1], certificate=None)
    found = finding(shown, tmp_path / "end")
    assert (found.height, found.check) == (chain.last, "certificate")
    old = encode(chain.certificate(chain.last + 1, ("cdc", "custodian-a", "mof")))
    shown.found[-1] = with_fields(shown.found[-1], certificate=old)
    found = finding(shown, tmp_path / "era")
    assert (found.height, found.check) == (chain.last, "certificate")


@pytest.mark.parametrize("rule", QuorumRule)
def test_every_bit_that_is_signed_counts(rule: QuorumRule, tmp_path: Path) -> None:
    """One bit of any byte of any part, at places spread over the chain: none goes unseen."""
    chain: Written = BY[rule]
    for height in range(1, chain.last + 1):
        for part in ("entry", "certificate"):
            shown = chain.shown()
            content = getattr(shown.found[height - 1], part)
            if content is None:
                continue
            for at in range(height % 7, len(content), max(len(content) // 5, 1)):
                shown = chain.shown()
                block = shown.found[height - 1]
                spoilt: dict[str, Any] = {part: flipped(content, at)}
                shown.found[height - 1] = with_fields(block, **spoilt)
                found = finding(shown, tmp_path / f"{height} {part} {at}")
                assert found.height == height, (part, at, found)


def test_a_certificate_says_what_it_is(tmp_path: Path) -> None:
    """The message names the block that the certificate is of, so that one can look for it."""
    other = CHAIN.certificate(PAYING - 1)
    found = finding(altered(PAYING, with_certificate(other)), tmp_path)
    assert f"one of block {PAYING - 1} ({other.block.digest.hex()[:16]})" in found.found
