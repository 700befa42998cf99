"""Unsigned words about a later term are hints: no single node can unseat a leader with them.

In Raft (§5.1) whoever hears of a later term enters it at once. But an answer that says "my term is
later" binds nobody and proves nothing: one authority that lies, or that keeps losing elections,
could so keep all others electing for ever (invariant 14). Votes decide who leads, and whoever is
elected in a later term shows it. So a candidate goes on counting, and enters the later term when it
has not won and tries again. A leader has to give way, or whoever is ahead of it would never take
its entries; but it does so once in a while only, and a quorum that it has lost it notices anyway.
"""

from typing import Final

from amanat.consensus.notes import Entered
from amanat.consensus.raft import Raft, Role

REST_TIMEOUTS: Final = 100
"""Election timeouts for which a node that has given way goes by no such word again as a leader."""


def on_claim(raft: Raft, sender: str, term: int) -> None:
    """Note that `sender` says it is in `term`, a later one; a leader may give way."""
    if not any(each.get(sender) for each in (raft.configuration, raft.final_configuration)):
        return  # a learner keeps nobody waiting
    raft.claimed_term = max(raft.claimed_term, term)
    if raft.role is Role.LEADER and raft.rest_ticks == 0:
        raft.rest_ticks = REST_TIMEOUTS * raft.timing.election
        raft.out.note(Entered(term))
        raft.become_follower(term)


def on_tick(raft: Raft) -> None:
    """Let one tick pass."""
    raft.rest_ticks = max(raft.rest_ticks - 1, 0)


def enter(raft: Raft) -> None:
    """Enter the latest term that anybody spoke of, before asking for votes again."""
    if raft.claimed_term > raft.term:
        raft.out.note(Entered(raft.claimed_term))
    raft.become_follower(max(raft.claimed_term, raft.term))
