"""What a core says of elections: who stands and why, who refuses and why."""

from amanat.consensus.interface import Abandon, Receive
from amanat.consensus.messages import Append, PreVote, PreVoteReply, RequestVote, TimeoutNow
from amanat.consensus.notes import Answered, Cause, Entered, Lost, Note, Refusal, Stood, Won
from amanat.consensus.statements import Handover
from tests.consensus.network import TIMING, Node, follower
from tests.consensus.signing import CHAIN, GENESIS, LEADER, LOG, leader_certificate, signer, vote_of


def notes(it: Node) -> list[Note]:
    """Return what a node has noted since it started."""
    return [note for effects in it.history for note in effects.notes]


def refused(it: Node) -> Refusal | None:
    """Return why the node refused what it was asked last."""
    last = notes(it)[-1]
    assert isinstance(last, Answered)
    return last.refusal


def led() -> Node:
    """A follower that hears its leader, `mof`, and holds a block of its."""
    it = follower(log=[LOG[0]])
    it.answers("mof", Append(1, LEADER, LOG[0].block, (), None))
    return it


def test_a_node_that_hears_nobody_says_whom_it_lost_and_that_it_stands() -> None:
    it = led()
    it.tick(2 * TIMING.election)
    assert notes(it) == [Lost(1, "mof", 2 * TIMING.election)]
    for peer in ("sbp", "bank-a"):
        it.receive(peer, PreVoteReply(2, granted=True))
    it.sync()
    assert notes(it)[1:] == [Stood(2, Cause.SILENCE, LOG[0].block)]
    for peer in ("sbp", "bank-a"):
        it.receive(peer, vote_of(peer, 2, "cdc", LOG[0].block))
    assert notes(it)[2:] == [Won(2, ("bank-a", "cdc", "sbp"), LOG[0].block)]


def test_a_node_whose_leader_asks_it_to_stand_says_so() -> None:
    it = led()
    it.receive("mof", TimeoutNow(1, signer("mof")(Handover(CHAIN, 1, "cdc").message())))
    assert notes(it) == [Stood(2, Cause.HANDOVER, LOG[0].block)]


def test_a_node_that_gave_its_leader_up_says_so() -> None:
    it = led()
    it.step(Abandon(1))
    it.tick(2 * TIMING.election)
    for peer in ("sbp", "bank-a"):
        it.receive(peer, PreVoteReply(2, granted=True))
    assert notes(it) == [Stood(2, Cause.GAVE_UP, LOG[0].block)]
    it.answers("mof", RequestVote(3, LOG[0].block))
    assert refused(it) is Refusal.GAVE_UP


def test_a_vote_is_noted_with_whom_it_is_for() -> None:
    it = follower()
    it.answers("mof", RequestVote(1, GENESIS))
    assert notes(it) == [Answered(1, "mof", None, pre=False, last=GENESIS)]


def test_each_refusal_says_why() -> None:
    it = led()
    it.receive("sbp", RequestVote(2, LOG[0].block))
    assert refused(it) is Refusal.HEARS_LEADER
    it.receive("sbp", PreVote(2, LOG[0].block))
    assert refused(it) is Refusal.HEARS_LEADER
    it.tick(2 * TIMING.election)
    it.receive("sbp", RequestVote(2, GENESIS))
    assert refused(it) is Refusal.LOG_BEHIND
    it.answers("sbp", RequestVote(2, LOG[0].block))
    assert refused(it) is None
    it.receive("mof", RequestVote(2, LOG[0].block))
    assert refused(it) is Refusal.VOTED
    it.receive("mof", RequestVote(1, LOG[0].block))
    assert refused(it) is Refusal.PAST_TERM
    it.receive("mof", PreVote(2, LOG[0].block))
    assert refused(it) is Refusal.PAST_TERM


def test_a_term_that_was_entered_for_a_peers_word_is_noted() -> None:
    it = follower()
    it.tick(2 * TIMING.election)
    it.receive("sbp", PreVoteReply(7, granted=False))
    it.tick(2 * TIMING.election)
    assert Entered(7) in notes(it)


def test_blocks_are_not_noted() -> None:
    it = follower()
    it.answers("mof", Append(1, LEADER, GENESIS, tuple(LOG[:2]), None))
    won = leader_certificate("mof", 1, GENESIS, ("bank-a", "mof", "sbp"))
    it.step(Receive("mof", Append(1, won, LOG[1].block, (), None)))
    assert notes(it) == []
