"""What a bundle proves, and each way in which a false one is refused."""

from hashlib import sha256
from itertools import combinations
from typing import Any

import msgspec
import pytest

from amanat.consensus.statements import AuthoritySignature, CommitCertificate, Proposal
from amanat.ledger.blocks import BlockHeader
from amanat.ledger.configurations import Configuration
from amanat.ledger.custody.accounts import Holding
from amanat.ledger.encoding import encode
from amanat.ledger.receipts import Applied, Receipt, Rejected
from amanat.ledger.state import HOLDINGS, SUPPLIES
from amanat.ledger.tree import merkle
from amanat.ledger.tree.state_tree import StateProof
from amanat.node.proofs import balance_proof, receipt_proof
from amanat.verifier import Balance, Invalid, Outcome, verify
from tests.verifier.rehearsal import (
    ABSENT,
    BILL,
    CERTIFICATE,
    CHAIN,
    CLASSES,
    GENESIS,
    HEADERS,
    HOLDING,
    QUORUM,
    RECEIPTS,
    SIGNERS,
    TREE,
    UNSAFE,
    authority_set,
    balance_of,
    certificate,
    certified_under,
    changed_members,
    genesis_bytes,
    header,
    is_refused,
    line,
    members,
    refusal,
    signed_by,
)


def test_a_balance_is_proved_as_of_its_block() -> None:
    finding = verify(GENESIS, HOLDING)
    assert finding.proved == Balance("client-3", BILL, 15_000)
    assert (finding.network, finding.chain) == ("rehearsal", CHAIN.hex())
    assert (finding.height, finding.time) == (7, 1_760_000_000_007)
    assert finding.block == HEADERS[0].digest().hex()
    assert (finding.certified_height, finding.signers) == (9, ("cdc", "mof", "sbp"))


def test_holding_nothing_is_proved_in_both_shapes() -> None:
    assert set(ABSENT) == {False, True}
    for name in ABSENT.values():
        assert verify(GENESIS, balance_of(name)).proved == Balance(name, BILL, 0)


def test_every_receipt_of_a_block_is_proved() -> None:
    for index, receipt in enumerate(RECEIPTS):
        proved = verify(GENESIS, receipt_proof([], HEADERS, CERTIFICATE, RECEIPTS, index)).proved
        rejected = isinstance(receipt.outcome, Rejected)
        assert proved == Outcome(
            receipt.transaction.hex(),
            "rejected" if rejected else "applied",
            "insufficient_holding" if rejected else None,
        )


def test_every_size_of_block_gives_receipts_that_verify() -> None:
    for size in range(1, 20):
        receipts = [plain_receipt(n) for n in range(size)]
        root = merkle.root([encode(receipt) for receipt in receipts])
        headers = line(1, transactions_root=root)
        certified = certificate(headers[-1], QUORUM)
        for index in range(size):
            bundle = receipt_proof([], headers, certified, receipts, index)
            assert verify(GENESIS, bundle).proved == Outcome(
                bytes([index] * 32).hex(), "applied", None
            )


def plain_receipt(n: int) -> Receipt:
    return Receipt(bytes([n]) * 32, bytes(32), Applied(()))


def test_the_steps_are_reported_in_order() -> None:
    seen: list[str] = []
    verify(GENESIS, HOLDING, lambda step, _: seen.append(step))
    assert seen == ["genesis", "bundle", "eras", "headers", "certificate", "state proof"]
    seen.clear()
    with pytest.raises(Invalid):
        verify(
            GENESIS,
            balance_proof([], HEADERS[:2], CERTIFICATE, TREE.prove(b"")),
            lambda step, _: seen.append(step),
        )
    assert seen == ["genesis", "bundle", "eras", "headers"]


def test_a_certificate_is_valid_for_every_sovereign_quorum_and_for_no_other_set() -> None:
    for size in range(6):
        for names in combinations(CLASSES, size):
            enough = size >= 3 and bool({"mof", "sbp"} & set(names))
            assert is_refused(signed_by(names)) is not enough, names


def test_custodians_alone_certify_nothing() -> None:
    fault = refusal(signed_by(["cdc", "custodian-a", "custodian-b"]))
    assert (fault.step, fault.reason) == (
        "certificate",
        "3 signed, which is no sovereign quorum: it takes 3, 1 sovereign",
    )


@pytest.mark.parametrize("names", ["cdc mof mof", "cdc cdc mof", "sbp mof cdc"])
def test_a_signer_that_stands_twice_or_out_of_order_is_refused(names: str) -> None:
    assert "twice or out of order" in refusal(signed_by(names.split())).reason


def test_a_signer_that_is_no_authority_is_refused_and_cannot_write_to_the_terminal() -> None:
    acks = (*CERTIFICATE.acks, AuthoritySignature("z\nVALID: all is well", bytes(64)))
    fault = refusal(balance_of("client-3", certified_by(acks)))
    assert "no authority" in fault.reason
    assert "\n" not in str(fault)


def test_signatures_of_one_authority_do_not_count_for_another() -> None:
    cdc, mof, sbp = CERTIFICATE.acks
    swapped = (
        AuthoritySignature("cdc", mof.signature),
        AuthoritySignature("mof", cdc.signature),
        sbp,
    )
    fault = refusal(balance_of("client-3", certified_by(swapped)))
    assert fault.reason == "the signature of cdc does not hold"


def test_a_signature_on_a_proposal_does_not_count_as_an_ack() -> None:
    message = Proposal(CHAIN, CERTIFICATE.block).message()
    acks = tuple(AuthoritySignature(n, SIGNERS[n].sign(message).signature) for n in QUORUM)
    assert refusal(balance_of("client-3", certified_by(acks))).step == "certificate"


def test_an_ack_for_another_chain_does_not_count() -> None:
    foreign = certificate(HEADERS[-1], QUORUM, chain=b"\x01" * 32)
    assert refusal(balance_of("client-3", foreign)).step == "certificate"


def test_a_certificate_for_another_block_than_the_last_is_refused() -> None:
    assert (
        "does not make block 9 final"
        in refusal(balance_of("client-3", certificate(HEADERS[1], QUORUM))).reason
    )


def certified_by(acks: tuple[AuthoritySignature, ...]) -> CommitCertificate:
    return CommitCertificate(CERTIFICATE.parent, CERTIFICATE.block, acks)


def certified(headers: list[BlockHeader], genesis: bytes = GENESIS) -> Invalid:
    proof = TREE.prove(HOLDINGS.key("client-3", BILL))
    return refusal(balance_proof([], headers, certificate(headers[-1], QUORUM), proof), genesis)


def test_headers_that_are_no_line_are_refused_even_when_the_last_is_certified() -> None:
    first, second, third = HEADERS
    twin = msgspec.structs.replace(first, proposer="sbp")
    for headers in ([first, third], [twin, second, third], [second, first], [first, first]):
        assert "does not follow" in certified(headers).reason


def test_a_line_that_goes_back_in_time_or_in_term_is_refused() -> None:
    first = HEADERS[0]
    for changes in ({"time": first.time}, {"term": first.term - 1}):
        assert "goes back" in certified([first, header(8, first.digest(), **changes)]).reason


def test_a_block_of_another_chain_or_of_other_authorities_is_refused() -> None:
    assert "belongs to chain" in certified(line(2, chain=b"\x01" * 32)).reason
    assert "not proved" in certified(line(2, configuration=b"\x01" * 32)).reason
    other = genesis_bytes(authority_set(), network="another")
    assert refusal(HOLDING, other).step == "headers"


def test_no_header_at_all_is_refused() -> None:
    bundle = balance_proof([], [], CERTIFICATE, TREE.prove(HOLDINGS.key("client-3", BILL)))
    assert refusal(bundle).reason == "there is none"


def test_a_proof_under_another_block_s_state_is_refused() -> None:
    other = TREE.update({HOLDINGS.key("client-3", BILL): encode(Holding(99, 0))}, 8).tree
    headers = [HEADERS[0], header(8, HEADERS[0].digest(), state_root=other.root)]
    proof = other.prove(HOLDINGS.key("client-3", BILL))
    fault = refusal(balance_proof([], headers, certificate(headers[-1], QUORUM), proof))
    assert fault.reason == "it does not lead to the state root of block 7"


def test_a_proof_of_something_that_is_no_holding_is_refused() -> None:
    bundle = balance_proof([], HEADERS, CERTIFICATE, TREE.prove(SUPPLIES.key(BILL)))
    assert refusal(bundle).step == "state proof"


@pytest.mark.parametrize("name", ["x\nVALID: client-3 holds 7", "\x1b[2J", "", "a" * 65, "\u0661"])
def test_a_name_that_no_account_can_have_is_refused_though_it_holds_nothing(name: str) -> None:
    fault = refusal(balance_of(name))
    assert "neither an account nor an instrument" in fault.reason
    assert str(fault).isprintable()


def denied(siblings: tuple[bytes, ...], other: tuple[bytes, bytes] | None) -> str:
    """Why a proof that client-3 holds nothing is refused."""
    key = HOLDINGS.key("client-3", BILL)
    forged = StateProof(key, None, siblings, other)
    return refusal(balance_proof([], HEADERS, CERTIFICATE, forged)).reason


def test_no_proof_denies_a_holding_that_is_there() -> None:
    key = HOLDINGS.key("client-3", BILL)
    siblings, value = TREE.prove(key).siblings, TREE.get(key)
    assert value is not None
    path, held = sha256(key).digest(), sha256(value).digest()
    assert "does not lead" in denied(siblings, None)
    assert "does not stand where" in denied(siblings, (path, held))
    # The same hashed bytes, cut in another place, would be the leaf of another key.
    assert "has length 31" in denied(siblings, (path[:31], path[31:] + held))
    assert "has length 33" in denied(siblings, (path + held[:1], held[1:]))
    for name in ("client-1", "client-2", "client-4"):
        neighbour = HOLDINGS.key(name, BILL)
        beside = TREE.get(neighbour)
        assert beside is not None
        other = (sha256(neighbour).digest(), sha256(beside).digest())
        assert "does not stand where" in denied(TREE.prove(neighbour).siblings, other)


@pytest.mark.parametrize(
    "outcome",
    [[], ["pending"], ["pending", "code"], ["rejected"], ["rejected", 7], [None], "applied"],
)
def test_a_receipt_with_an_outcome_of_no_known_kind_is_refused(outcome: object) -> None:
    receipt: Any = [bytes(32), bytes(32), outcome]
    headers = line(1, transactions_root=merkle.root([encode(receipt)]))
    bundle = receipt_proof([], headers, certificate(headers[-1], QUORUM), [receipt], 0)
    assert refusal(bundle).step == "receipt"


def test_a_receipt_that_is_not_in_the_block_is_refused() -> None:
    forged = list(RECEIPTS)
    forged[6] = Receipt(b"\x77" * 32, b"\x78" * 32, Applied(()))
    fault = refusal(receipt_proof([], HEADERS, CERTIFICATE, forged, 6))
    assert fault.reason == "it does not lead to the transactions root of block 7"


def test_a_bundle_under_an_unchanged_document_is_accepted() -> None:
    genesis, bundle = certified_under(changed_members(members()))
    assert genesis == GENESIS
    assert verify(genesis, bundle).proved == Balance("client-3", BILL, 15_000)


@pytest.mark.parametrize("reason", UNSAFE)
def test_an_unsafe_genesis_document_is_refused_though_all_fits_it(reason: str) -> None:
    genesis, bundle = certified_under(UNSAFE[reason])
    fault = refusal(bundle, genesis)
    assert (fault.step, fault.reason) == ("genesis", reason.strip())


def test_a_header_of_a_later_version_is_refused_though_it_is_certified() -> None:
    assert certified(line(1, version=2)).reason == "version 2 is not known"


def test_a_height_that_skips_is_refused_though_the_parent_is_right() -> None:
    first = HEADERS[0]
    assert "does not follow" in certified([first, header(9, first.digest())]).reason


def test_more_siblings_than_bits_in_a_path_are_refused() -> None:
    proof = TREE.prove(HOLDINGS.key("client-3", BILL))
    longer = StateProof(proof.key, proof.value, (bytes(32),) * 257, None)
    assert "more siblings" in refusal(balance_proof([], HEADERS, CERTIFICATE, longer)).reason


def test_a_certificate_that_consensus_accepts_the_verifier_accepts_and_the_reverse() -> None:
    authorities = Configuration.first(authority_set())
    for size in range(6):
        for names in combinations(CLASSES, size):
            ours = certificate(HEADERS[-1], names).is_valid(CHAIN, authorities)
            assert is_refused(signed_by(names)) is not ours
