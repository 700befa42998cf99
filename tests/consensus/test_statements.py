"""What authorities sign, and when a set of signatures is a certificate."""

from itertools import combinations

import pytest
from msgspec.structs import replace

from amanat.consensus.statements import (
    Ack,
    AuthoritySignature,
    BlockId,
    CommitCertificate,
    LeaderCertificate,
    Proposal,
    Vote,
    genesis_id,
)
from amanat.ledger.encoding import decode, encode
from tests.consensus.signing import (
    CHAIN,
    CUSTODIAN,
    GENESIS,
    ONE,
    QUORUM,
    SOVEREIGN,
    commit_certificate,
    configuration,
    leader_certificate,
    signatures,
)

AUTHORITIES = configuration()
BLOCK = BlockId(term=3, height=9, digest=bytes(range(32)))
OTHER_CHAIN = bytes(32)


def test_genesis_is_the_chain_itself_at_height_zero() -> None:
    assert genesis_id(CHAIN) == BlockId(term=0, height=0, digest=CHAIN)


def test_logs_are_ordered_by_last_term_and_then_by_length() -> None:
    assert BlockId(2, 3, CHAIN).position > BlockId(1, 9, CHAIN).position
    assert BlockId(2, 4, CHAIN).position > BlockId(2, 3, CHAIN).position


def test_each_statement_is_signed_in_its_own_domain_and_for_one_chain() -> None:
    messages = [
        statement.message()
        for chain in (CHAIN, OTHER_CHAIN)
        for statement in (
            Proposal(chain, BLOCK),
            Ack(chain, GENESIS, BLOCK),
            Ack(chain, ONE, BLOCK),
            Vote(chain, 3, "mof", BLOCK),
            Vote(chain, 4, "mof", BLOCK),
            Vote(chain, 3, "sbp", BLOCK),
            Vote(chain, 3, "mof", GENESIS),
        )
    ]
    assert len(set(messages)) == len(messages)


def test_a_quorum_of_acks_certifies_a_block_and_a_quorum_of_votes_a_leader() -> None:
    assert commit_certificate(BLOCK).is_valid(CHAIN, AUTHORITIES)
    assert leader_certificate("mof", 4, BLOCK).is_valid(CHAIN, AUTHORITIES)


@pytest.mark.parametrize("size", range(6))
def test_a_certificate_needs_three_of_five_one_of_them_sovereign(size: int) -> None:
    for signers in combinations(sorted((*SOVEREIGN, *CUSTODIAN)), size):
        expected = size >= 3 and any(name in SOVEREIGN for name in signers)
        assert commit_certificate(BLOCK, signers).is_valid(CHAIN, AUTHORITIES) == expected
        leader = leader_certificate("mof", 4, BLOCK, signers)
        assert leader.is_valid(CHAIN, AUTHORITIES) == expected


def test_a_certificate_for_one_thing_is_none_for_another() -> None:
    commit, leader = commit_certificate(BLOCK), leader_certificate("mof", 4, BLOCK)
    for forged in (
        replace(commit, block=replace(BLOCK, term=4)),
        replace(commit, block=replace(BLOCK, height=10)),
        replace(commit, block=replace(BLOCK, digest=bytes(32))),
        replace(commit, parent=ONE),
        replace(commit, acks=leader.votes),
    ):
        assert not forged.is_valid(CHAIN, AUTHORITIES)
    for forged_leader in (
        replace(leader, term=5),
        replace(leader, candidate="sbp"),
        replace(leader, last=GENESIS),
        replace(leader, votes=commit.acks),
    ):
        assert not forged_leader.is_valid(CHAIN, AUTHORITIES)


def test_a_certificate_of_another_chain_is_none() -> None:
    assert not commit_certificate(BLOCK).is_valid(OTHER_CHAIN, AUTHORITIES)
    assert not leader_certificate("mof", 4, BLOCK).is_valid(OTHER_CHAIN, AUTHORITIES)


def test_nobody_is_counted_twice() -> None:
    message = Ack(CHAIN, GENESIS, BLOCK).message()
    for signers in (("mof", "mof", "sbp"), ("mof", "mof", "mof"), ("cdc", "cdc", "mof", "sbp")):
        assert not CommitCertificate(GENESIS, BLOCK, signatures(message, signers)).is_valid(
            CHAIN, AUTHORITIES
        )


def test_signers_in_another_order_are_refused_so_that_one_set_has_one_encoding() -> None:
    certificate = commit_certificate(BLOCK, tuple(reversed(QUORUM)))
    assert not certificate.is_valid(CHAIN, AUTHORITIES)


def test_a_stranger_spoils_a_certificate_and_does_not_count() -> None:
    with_stranger = ("cdc", "mof", "sbp", "stranger")
    assert not commit_certificate(BLOCK, with_stranger).is_valid(CHAIN, AUTHORITIES)
    assert not commit_certificate(BLOCK, ("cdc", "mof", "stranger")).is_valid(CHAIN, AUTHORITIES)


def test_one_bad_signature_spoils_a_certificate() -> None:
    certificate = commit_certificate(BLOCK, ("bank-a", "cdc", "mof", "sbp"))
    for index, ack in enumerate(certificate.acks):
        acks = list(certificate.acks)
        acks[index] = AuthoritySignature(ack.authority, bytes(64))
        assert not replace(certificate, acks=tuple(acks)).is_valid(CHAIN, AUTHORITIES)
        acks[index] = replace(ack, signature=certificate.acks[index - 1].signature)
        assert not replace(certificate, acks=tuple(acks)).is_valid(CHAIN, AUTHORITIES)


def test_certificates_survive_their_encoding() -> None:
    commit, leader = commit_certificate(BLOCK), leader_certificate("mof", 4, BLOCK)
    assert decode(encode(commit), CommitCertificate) == commit
    assert decode(encode(leader), LeaderCertificate) == leader
    assert leader.digest() != replace(leader, votes=leader.votes[:2]).digest()
