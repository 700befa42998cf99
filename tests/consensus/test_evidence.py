"""Two signed statements that contradict each other prove who broke the protocol, to anyone."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from amanat.consensus.evidence import (
    DeniedAck,
    DoubleAck,
    DoubleProposal,
    DoubleVote,
    Evidence,
    SignedBlock,
    SignedVote,
    evidence_id,
    is_proven,
    of_denied_acks,
    of_two_commits,
    of_two_elections,
)
from amanat.consensus.interface import Receive
from amanat.consensus.messages import AppendReply, PreVoteReply, VoteReply
from amanat.consensus.statements import BlockId, Proposal, SignedAck, Vote
from amanat.ledger.authorities import QuorumRule
from amanat.ledger.encoding import EncodingError, decode, encode
from tests.consensus.network import TIMING, follower, leading
from tests.consensus.signing import (
    CHAIN,
    GENESIS,
    LEADER,
    LOG,
    ONE,
    QUORUM,
    TWO,
    ack_of,
    append,
    commit_certificate,
    configuration,
    entry_after,
    leader_certificate,
    signer,
)

AUTHORITIES = configuration()
OTHER = BlockId(TWO.term, TWO.height, bytes(32))


def vote(candidate: str, term: int = 1, last: BlockId = GENESIS, by: str = "cdc") -> SignedVote:
    made = Vote(CHAIN, term, candidate, last)
    return SignedVote(made, signer(by)(made.message()))


def ack(block: BlockId, by: str = "cdc") -> SignedAck:
    return ack_of(by, block)


def proposal(block: BlockId, by: str = "cdc") -> SignedBlock:
    return SignedBlock(block, signer(by)(Proposal(CHAIN, block).message()))


EVIDENCE: dict[str, Evidence] = {
    "two candidates": DoubleVote("cdc", vote("mof"), vote("sbp")),
    "one candidate with two logs": DoubleVote("cdc", vote("mof"), vote("mof", last=ONE)),
    "two acks": DoubleAck("cdc", ack(TWO), ack(OTHER)),
    "two proposals": DoubleProposal("cdc", proposal(TWO), proposal(OTHER)),
    "a denied ack": DeniedAck("cdc", ack(TWO), vote("mof", term=2, last=ONE)),
}

NONE: dict[str, Evidence] = {
    "the same vote twice": DoubleVote("cdc", vote("mof"), vote("mof")),
    "votes of two terms": DoubleVote("cdc", vote("mof"), vote("sbp", term=2)),
    "the same ack twice": DoubleAck("cdc", ack(TWO), ack(TWO)),
    "acks of two heights": DoubleAck("cdc", ack(ONE), ack(TWO)),
    "acks of two terms": DoubleAck("cdc", ack(TWO), ack(BlockId(9, TWO.height, bytes(32)))),
    "the same proposal twice": DoubleProposal("cdc", proposal(TWO), proposal(TWO)),
    "an ack taken for a proposal": DoubleProposal(
        "cdc", proposal(TWO), SignedBlock(OTHER, ack(OTHER).signature)
    ),
    "a proposal taken for an ack": DoubleAck(
        "cdc", SignedAck(ONE, TWO, proposal(TWO).signature), ack(OTHER)
    ),
    "another's statement": DoubleAck("cdc", ack(TWO), ack(OTHER, by="mof")),
    "a stranger": DoubleAck("stranger", ack(TWO), ack(OTHER)),
    "a vote of the acks own term": DeniedAck("cdc", ack(TWO), vote("mof", term=1, last=ONE)),
    "a vote for a log that holds it": DeniedAck("cdc", ack(TWO), vote("mof", term=2, last=TWO)),
    "a vote for a later log": DeniedAck(
        "cdc", ack(TWO), vote("mof", term=3, last=BlockId(2, 1, bytes(32)))
    ),
}


@pytest.mark.parametrize("what", EVIDENCE)
def test_a_contradiction_is_proven_to_anyone(what: str) -> None:
    evidence = EVIDENCE[what]
    assert is_proven(evidence, CHAIN, AUTHORITIES)
    sent: Evidence = decode(encode(evidence), Evidence)  # type: ignore[arg-type]
    assert sent == evidence
    assert evidence_id(sent) == evidence_id(evidence)


@pytest.mark.parametrize("what", NONE)
def test_what_an_honest_authority_may_sign_proves_nothing(what: str) -> None:
    assert not is_proven(NONE[what], CHAIN, AUTHORITIES)


@pytest.mark.parametrize("what", EVIDENCE)
def test_on_another_chain_it_proves_nothing(what: str) -> None:
    assert not is_proven(EVIDENCE[what], bytes(32), AUTHORITIES)


@given(data=st.data())
def test_evidence_that_was_tampered_with_proves_nothing(data: st.DataObject) -> None:
    good = encode(EVIDENCE[data.draw(st.sampled_from(sorted(EVIDENCE)))])
    place = data.draw(st.integers(0, len(good) - 1))
    bit = data.draw(st.integers(0, 7))
    bad = good[:place] + bytes([good[place] ^ 1 << bit]) + good[place + 1 :]
    try:
        tampered: Any = decode(bad, Evidence)  # type: ignore[arg-type]
    except EncodingError:
        return
    assert not is_proven(tampered, CHAIN, AUTHORITIES)


# --- what two certificates prove ---


def test_two_leaders_of_a_term_name_all_that_elected_both() -> None:
    one = leader_certificate("mof", 4, ONE, ("cdc", "mof", "sbp"))
    two = leader_certificate("sbp", 4, ONE, ("bank-a", "cdc", "sbp"))
    found = list(of_two_elections(CHAIN, one, two))
    assert [each.authority for each in found] == ["cdc", "sbp"]
    assert all(is_proven(each, CHAIN, AUTHORITIES) for each in found)


def test_two_final_blocks_at_one_height_name_all_that_acked_both() -> None:
    one = commit_certificate(TWO, ("cdc", "mof", "sbp"))
    two = commit_certificate(OTHER, ("bank-a", "bank-b", "sbp"))
    found = list(of_two_commits(one, two))
    assert [each.authority for each in found] == ["sbp"]
    assert all(is_proven(each, CHAIN, AUTHORITIES) for each in found)


def test_a_leader_that_lacks_a_final_block_names_all_that_knew_better() -> None:
    commit = commit_certificate(TWO, ("cdc", "mof", "sbp"))
    election = leader_certificate("bank-a", 2, ONE, ("bank-a", "bank-b", "mof"))
    found = list(of_denied_acks(CHAIN, QuorumRule.MAJORITY, commit, election))
    assert [each.authority for each in found] == ["mof"]
    assert all(is_proven(each, CHAIN, AUTHORITIES) for each in found)


@pytest.mark.parametrize(
    "compare",
    [
        lambda: of_two_elections(
            CHAIN, leader_certificate("mof", 4, ONE), leader_certificate("sbp", 5, ONE)
        ),
        lambda: of_two_elections(
            CHAIN,
            leader_certificate("mof", 4, ONE, QUORUM),
            leader_certificate("mof", 4, ONE, ("bank-a", "bank-b", "mof")),
        ),
        lambda: of_two_commits(commit_certificate(ONE), commit_certificate(TWO)),
        lambda: of_two_commits(
            commit_certificate(TWO, QUORUM), commit_certificate(TWO, ("bank-a", "bank-b", "sbp"))
        ),
        lambda: of_denied_acks(
            CHAIN, QuorumRule.MAJORITY, commit_certificate(TWO), leader_certificate("mof", 2, TWO)
        ),
        lambda: of_denied_acks(
            CHAIN, QuorumRule.MAJORITY, commit_certificate(TWO), leader_certificate("mof", 1, ONE)
        ),
    ],
)
def test_certificates_that_agree_name_nobody(compare: Callable[[], Any]) -> None:
    assert list(compare()) == []


# --- what a node notices ---


def test_a_second_leader_of_a_term_is_noticed_and_its_double_voters_named() -> None:
    it = follower()
    it.answers("mof", append(LEADER, GENESIS, LOG[:1]))
    it.answers("sbp", append(leader_certificate("sbp", 1, GENESIS), ONE))
    assert {each.authority for each in it.evidence} == set(QUORUM)
    assert all(is_proven(each, CHAIN, AUTHORITIES) for each in it.evidence)


def test_a_candidate_that_lost_names_who_voted_for_it_too() -> None:
    it = follower(name="sbp")
    it.tick(2 * TIMING.election)
    for voter in ("bank-a", "cdc"):
        it.answers(voter, PreVoteReply(1, granted=True))
    it.answers("cdc", VoteReply(1, signer("cdc")(Vote(CHAIN, 1, "sbp", GENESIS).message())))
    it.answers(
        "mof", append(leader_certificate("mof", 1, GENESIS, ("bank-a", "cdc", "mof")), GENESIS)
    )
    (evidence,) = it.evidence
    assert (type(evidence), evidence.authority) == (DoubleVote, "cdc")
    assert is_proven(evidence, CHAIN, AUTHORITIES)


def test_a_leader_without_a_final_block_is_noticed_and_its_voters_that_acked_it_named() -> None:
    it = follower()
    it.answers(
        "mof", append(LEADER, GENESIS, LOG[:2], commit_certificate(TWO, ("cdc", "mof", "sbp")))
    )
    assert it.commit_height == 2
    it.answers("sbp", append(leader_certificate("sbp", 2, ONE, ("bank-a", "cdc", "sbp")), ONE))
    assert {each.authority for each in it.evidence} == {"cdc", "sbp"}
    assert {type(each) for each in it.evidence} == {DeniedAck}
    assert all(is_proven(each, CHAIN, AUTHORITIES) for each in it.evidence)


def test_a_leader_that_proposes_two_blocks_at_one_height_is_noticed() -> None:
    it = follower()
    it.answers("mof", append(LEADER, GENESIS, LOG[:2]))
    it.answers("mof", append(LEADER, ONE, [entry_after(ONE, LEADER, b"another two")]))
    (evidence,) = it.evidence
    assert isinstance(evidence, DoubleProposal)
    assert evidence.authority == "mof"
    assert is_proven(evidence, CHAIN, AUTHORITIES)


def test_the_proposals_of_an_older_leader_are_compared_too() -> None:
    it = follower(LOG[:2])
    second = entry_after(ONE, LEADER, b"another two")
    it.answers("sbp", append(leader_certificate("sbp", 2, TWO), ONE, [second]))
    assert [each.authority for each in it.evidence] == ["mof"]


def test_a_follower_that_acks_two_blocks_is_noticed_by_the_leader() -> None:
    network = leading("mof")
    for name in ("sbp", "bank-a", "bank-b"):
        network.cut.add(name)
    block = network.propose("mof")
    network.settle()
    false = BlockId(block.term, block.height, bytes(32))
    network["mof"].step(Receive("cdc", AppendReply(1, 1, (ack_of("cdc", false),))))
    (evidence,) = network["mof"].evidence
    assert (type(evidence), evidence.authority) == (DoubleAck, "cdc")
    assert is_proven(evidence, CHAIN, AUTHORITIES)


def test_a_forged_second_ack_is_no_evidence() -> None:
    network = leading("mof")
    for name in ("sbp", "bank-a", "bank-b"):
        network.cut.add(name)
    block = network.propose("mof")
    network.settle()
    false = BlockId(block.term, block.height, bytes(32))
    forged = ack_of("cdc", false, signed_by="sbp")
    network["mof"].step(Receive("cdc", AppendReply(1, 1, (forged,))))
    assert network["mof"].evidence == []


def test_a_certificate_for_another_block_than_a_final_one_is_noticed_as_a_fork() -> None:
    it = follower()
    commit = commit_certificate(TWO, ("cdc", "mof", "sbp"))
    it.answers("mof", append(LEADER, GENESIS, LOG[:2]))
    it.answers("mof", append(LEADER, TWO, [], commit))
    fork = commit_certificate(OTHER, ("bank-a", "bank-b", "sbp"))
    it.answers("mof", append(LEADER, TWO, [], fork))
    assert [reason for _, reason in it.faults] == ["two blocks are final at height 2: a fork"]
    (evidence,) = it.evidence
    assert (type(evidence), evidence.authority) == (DoubleAck, "sbp")


def test_a_fork_that_is_not_certified_proves_nothing() -> None:
    it = follower()
    it.answers("mof", append(LEADER, GENESIS, LOG[:2]))
    it.answers("mof", append(LEADER, TWO, [], commit_certificate(TWO)))
    it.answers("mof", append(LEADER, TWO, [], commit_certificate(OTHER, ("cdc", "bank-a"))))
    assert it.evidence == []


def test_an_honest_network_makes_no_evidence() -> None:
    network = leading("mof")
    network.propose("mof")
    network.settle()
    network.elect("sbp")
    network.propose("sbp")
    network.settle()
    assert all(node.evidence == [] for node in network.nodes.values())
