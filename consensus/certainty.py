"""An authority on a new disk abstains until it is certain of its past (decision 38).

Its key may have run elsewhere before, and what it signed there is lost. If it went by its empty log
it could elect somebody without a block that its own ack had made final (invariants 3 and 4), or
vote twice in one term (invariants 1 and 6). It cannot know what it signed; but the others know
enough. Whoever has its vote is in that term, or a later one; and what its ack helped to certify is
in the log of the leader who proposed it, or of one elected since. So once *every* other voting
member has told it, since it started, in which term it is and where its log ends, it

- takes no part in any term up to the last one named,
- elects only whoever's log ends nowhere before any that was named,
- and is certain once its own log has come so far.

Until then it acks nothing and does not stand. A network begins the same way: once all its
authorities have heard of one another.
"""

from amanat.consensus.messages import AskPast, Past
from amanat.consensus.raft import Raft
from amanat.consensus.statements import BlockId, Vote


def on_tick(raft: Raft) -> None:
    """Ask whoever has not answered yet, once in an election timeout."""
    if not raft.is_unsure:
        return
    settle(raft)
    raft.asked_past = max(raft.asked_past - 1, 0)
    if raft.asked_past == 0:
        raft.asked_past = raft.timing.election
        for peer in silent(raft):
            raft.out.send(peer, AskPast(raft.term, raft.life))


def on_ask(raft: Raft, sender: str, message: AskPast) -> None:
    """Say in which term this node is, and where what it offers ends."""
    raft.out.send(sender, Past(raft.term, message.life, raft.standing))


def on_past(raft: Raft, sender: str, message: Past) -> None:
    """Note it, if this node has to know."""
    if raft.is_unsure and message.life == raft.life:
        raft.pasts[sender] = message
        settle(raft)


def settle(raft: Raft) -> None:
    """Be certain from now on, if the log has come as far as any that was named.

    The term that it may have voted in is over for it: it gives the vote to itself, and asks nobody.
    """
    if not raft.is_unsure or not _has_heard_all(raft):
        return
    term, position = _named(raft)
    if raft.term < term or raft.standing.position < position:
        return
    if raft.term == term > 0 and raft.promise.vote is None:
        raft.spend_vote(Vote(raft.me.chain, raft.term, raft.me.name, raft.standing))
    raft.settle(raft.log.last)


def may_elect(raft: Raft, term: int, last: BlockId) -> bool:
    """Return whether this node's own past cannot forbid a vote in `term` for a log ending so."""
    if not raft.is_unsure:
        return True
    if not _has_heard_all(raft):
        return False
    latest, position = _named(raft)
    return term > latest and last.position >= position


def silent(raft: Raft) -> tuple[str, ...]:
    """Return who is still to tell this node where it stands; nobody, if it need not know."""
    return tuple(each for each in raft.voters if each not in raft.pasts) if raft.is_unsure else ()


def _has_heard_all(raft: Raft) -> bool:
    return not silent(raft)


def _named(raft: Raft) -> tuple[int, tuple[int, int]]:
    """Return the latest term, and the furthest end of a log, that any other has named."""
    told = raft.pasts.values()
    return max((each.term for each in told), default=0), max(
        (each.last.position for each in told), default=(0, 0)
    )
