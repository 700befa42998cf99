"""A leader whose block was refused: who is not stopped by it any more, and what it can do."""

from amanat.consensus.messages import (
    AppendReply,
    AskFinal,
    Finalized,
    Message,
    PreVote,
    PreVoteReply,
)
from amanat.consensus.raft import Role
from amanat.consensus.sharing import SHARE_TIMEOUTS, TRUST_TIMEOUTS
from amanat.ledger.authorities import AuthorityClass
from tests.consensus.deciding import change_to
from tests.consensus.network import TIMING, Node, follower
from tests.consensus.register import Disk
from tests.consensus.signing import (
    GENESIS,
    LEADER,
    LOG,
    ONE,
    SOVEREIGN,
    append,
    authority,
    authority_set,
    commit_certificate,
    extended,
    leader_certificate,
    vote_of,
)

TRUST_TICKS = TRUST_TIMEOUTS * TIMING.election
BAD = extended(ONE, LEADER, b"invalid")
QUORUM_OF_OTHERS = ("bank-a", "mof", "sbp")
LEADER_OF_OTHERS = leader_certificate("mof", 1, GENESIS, QUORUM_OF_OTHERS)


def distrusting() -> Node:
    """cdc, which has refused a block of mof and stands for election."""
    it = follower()
    it.answers("mof", append(LEADER, GENESIS, LOG[:1]))
    it.answers("mof", append(LEADER, ONE, BAD))
    assert it.faults == [("mof", "block 2: the block executes to another state")]
    it.tick(2 * TIMING.election)
    assert it.role is Role.PRE_CANDIDATE
    return it


def test_what_a_distrusted_leader_sends_ends_no_candidacy() -> None:
    it = distrusting()
    for message in (append(LEADER, ONE), append(LEADER, ONE, BAD), append(LEADER, BAD[0].block)):
        it.answers("mof", message)
        assert it.role is Role.PRE_CANDIDATE
    for voter in ("sbp", "bank-a"):
        it.answers(voter, PreVoteReply(2, granted=True))
    assert (it.role, it.term) == (Role.CANDIDATE, 2)


def test_a_better_block_ends_it() -> None:
    it = distrusting()
    assert it.answers("mof", append(LEADER, ONE, LOG[1:2])) != []
    assert (it.role, it.leader) == (Role.FOLLOWER, "mof")
    assert it.answers("sbp", PreVote(2, LOG[1].block)) == [PreVoteReply(1, granted=False)]


def test_whoever_wins_the_next_term_is_not_distrusted_for_the_one_before() -> None:
    it = distrusting()
    for voter in ("sbp", "bank-a"):
        it.answers(voter, PreVoteReply(2, granted=True))
    it.answers("bank-b", vote_of("bank-b", 2, "cdc", ONE))
    assert it.role is Role.CANDIDATE
    it.answers("sbp", append(leader_certificate("sbp", 2, ONE), ONE))
    assert (it.role, it.leader) == (Role.FOLLOWER, "sbp")
    assert it.answers("bank-a", PreVote(3, ONE)) == [PreVoteReply(2, granted=False)]


def kept_waiting(ticks: int) -> Node:
    """cdc, which has acked a block of mof that nobody certifies, and hears mof all the time."""
    it = follower()
    it.answers("mof", append(LEADER, GENESIS, LOG[:1]))
    for _ in range(ticks):
        it.answers("mof", append(LEADER, ONE))
        it.tick()
    return it


def test_a_leader_for_whom_nothing_is_certified_is_not_heard_for_ever() -> None:
    """It may have sent this node a good block, and the others none or a bad one."""
    for ticks, granted in ((TRUST_TICKS - 1, False), (TRUST_TICKS, True)):
        it = kept_waiting(ticks)
        (reply,) = it.answers("sbp", PreVote(2, ONE))
        assert reply == PreVoteReply(2 if granted else 1, granted=granted)


def test_a_learner_that_is_shown_no_certificate_asks_the_others_what_is_final() -> None:
    """It acks nothing, so it has none to show. A liar could keep it in the dark for ever."""
    learner = authority("cdc", AuthorityClass.CUSTODIAN)
    others = authority_set(custodian=("bank-a", "bank-b", "bank-c"))
    blocks = extended(GENESIS, LEADER_OF_OTHERS, b"opening", change_to(others, [learner]))
    it = Node("cdc", others, Disk(blocks))
    asked: list[Message] = []
    for _ in range(SHARE_TIMEOUTS * TIMING.election):
        assert asked == []
        it.answers("mof", append(LEADER_OF_OTHERS, blocks[-1].block))
        asked = it.tick()
    assert asked == [AskFinal(1, 1)] * 5
    proof = commit_certificate(blocks[-1].block, QUORUM_OF_OTHERS)
    it.answers("sbp", Finalized(1, tuple(blocks), proof, 2))
    assert (it.commit_height, it.faults) == (2, [])


def test_it_is_heard_again_once_something_is_certified() -> None:
    it = kept_waiting(TRUST_TICKS)
    it.answers("mof", append(LEADER, ONE, (), commit_certificate(ONE)))
    assert it.answers("sbp", PreVote(2, ONE)) == [PreVoteReply(1, granted=False, final=1)]


def test_a_certificate_of_older_blocks_does_not_make_up_for_one_that_was_refused() -> None:
    it = follower()
    it.answers("mof", append(LEADER, GENESIS, LOG[:1]))
    it.answers("mof", append(LEADER, ONE, BAD))
    it.answers("sbp", Finalized(1, tuple(LOG[:1]), commit_certificate(ONE), 1))
    assert it.commit_height == 1
    assert it.answers("mof", append(LEADER, ONE)) == []
    it.tick(2 * TIMING.election)
    assert it.role is Role.PRE_CANDIDATE
    assert [type(each) for each in it.answers("mof", append(LEADER, ONE))] == [AppendReply]


def test_a_certificate_that_is_none_keeps_nobody_from_acking() -> None:
    """Else a leader could keep some from acking, and so from ever hearing another."""
    for block in (ONE, LOG[1].block):
        it = follower()
        thinned = commit_certificate(block, SOVEREIGN[:1])
        (reply,) = it.answers("mof", append(LEADER, GENESIS, LOG[:1], thinned))
        assert isinstance(reply, AppendReply)
        assert [ack.block for ack in reply.acks] == [ONE]


def test_a_block_that_is_refused_replaces_nothing() -> None:
    """Else this node would lack what it acked, and elect nobody but whose blocks it refuses."""
    it = follower()
    it.answers("mof", append(LEADER, GENESIS, LOG))
    end = it.last
    leader = leader_certificate("sbp", 2, ONE)
    assert it.answers("sbp", append(leader, ONE, extended(ONE, leader, b"invalid"))) == []
    assert it.last == end
    assert it.application.blocks[-1] == end
    it.sync()
    it.start()
    assert it.last == end


def test_nor_does_a_good_block_before_it_that_is_of_an_earlier_term() -> None:
    it = follower()
    it.answers("mof", append(LEADER, GENESIS, LOG[:1]))
    third = leader_certificate("sbp", 3, ONE)
    it.answers("sbp", append(third, ONE, extended(ONE, third, b"a", b"b")))
    end = it.last
    fourth = leader_certificate("mof", 4, LOG[1].block)
    bad = extended(LOG[1].block, fourth, b"invalid")
    assert it.answers("mof", append(fourth, ONE, [LOG[1], *bad])) == []
    assert it.last == end
    it.sync()
    it.start()
    assert it.last == end
