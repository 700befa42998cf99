"""What may happen next to a node, as far as the scope goes."""

from collections.abc import Iterator

from amanat.consensus.raft import Role
from amanat.consensus.sharing import acked_of_this_term
from amanat.ledger.authorities import QuorumRule
from tests.exploration.act import Act, Kept, Kind
from tests.exploration.actor import Actor
from tests.exploration.scope import PreVotes, Scope


def acts_of(actor: Actor, scope: Scope) -> Iterator[Act]:
    """Yield whatever a node may do of its own accord, or be told to."""
    kinds = _of_leader(actor, scope) if actor.raft.role is Role.LEADER else _of_other(actor, scope)
    for kind in kinds:
        yield Act(actor.name, kind)
    if actor.name in scope.readers and actor.reads < scope.reads:
        yield Act(actor.name, Kind.READS)
    if actor.unsynced:
        yield Act(actor.name, Kind.SYNCS)
    for kept in crashes_of(actor, scope, len(actor.unsynced)):
        yield Act(actor.name, Kind.CRASHES, kept=kept)


def crashes_of(actor: Actor, scope: Scope, writes: int) -> Iterator[Kept]:
    """Yield what a crash may leave of so many writes: nothing if the node may not crash."""
    if actor.lives >= scope.crashes or actor.name not in (scope.crashing or scope.names):
        return
    for number in range(writes + 1):
        yield Kept(number)
        if number < writes:
            yield Kept(number, torn=True)


def _of_leader(actor: Actor, scope: Scope) -> Iterator[Kind]:
    raft = actor.raft
    if scope.heartbeats:
        yield Kind.BEATS
    if scope.step_downs:
        yield Kind.LOSES
    if raft.successor is not None:
        return
    if scope.handovers:
        yield Kind.HANDS_OVER
    proposed = sum(block.term == raft.term for block in actor.log)
    certified = raft.certified_height == raft.log.last.height
    if proposed < scope.blocks[raft.term - 1] and (certified or raft.rule is QuorumRule.MAJORITY):
        yield Kind.PROPOSES


def _of_other(actor: Actor, scope: Scope) -> Iterator[Kind]:
    raft = actor.raft
    if scope.hears and raft.hears_leader:
        yield Kind.MISSES
    if scope.shares and raft.leader and acked_of_this_term(raft):
        yield Kind.SHARES
    if scope.may_stand(actor.name, max(raft.term, raft.claimed_term) + 1):
        yield Kind.STANDS if scope.pre_votes is PreVotes.GRANTED else Kind.ASKS
