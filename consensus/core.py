"""The core: one deterministic state machine, `step(event) -> effects`, without any I/O."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from amanat.consensus import (
    catching_up,
    certainty,
    elections,
    following,
    handover,
    later_terms,
    leading,
    patience,
    reads,
    sharing,
    snapshots,
)
from amanat.consensus.finality import release_promise
from amanat.consensus.interface import (
    Abandon,
    Application,
    Effects,
    Event,
    Forget,
    LogReader,
    Persisted,
    Promise,
    Propose,
    Read,
    Receive,
    Tick,
    TransferLeadership,
)
from amanat.consensus.log import Log
from amanat.consensus.messages import (
    Append,
    AppendRefused,
    AppendReply,
    AskFinal,
    AskIndex,
    AskPast,
    AskPiece,
    Confirm,
    Confirmed,
    Finalized,
    Index,
    Message,
    OfferSnapshot,
    Past,
    Piece,
    PreVote,
    PreVoteReply,
    RequestVote,
    SharedAcks,
    TimeoutNow,
    VoteReply,
)
from amanat.consensus.pending import Fetch
from amanat.consensus.raft import Identity, Raft, Role, Timing
from amanat.consensus.statements import BlockId, CommitCertificate, genesis_id

TERM_LEAP_MAX: Final = 2**32
"""How far a message's term may be ahead: more than all elections of a century, one a second.

Terms have an end (`Term`). Without a bound one authority could take all others there at once,
and no election could ever be held again.
"""


@dataclass(frozen=True, slots=True)
class Restored:
    """What a node finds on its disk when it starts."""

    promise: Promise
    last: BlockId
    """The last entry of the log, or the genesis id."""
    commit: CommitCertificate | None
    """What makes the last block applied final; None stands for genesis."""
    life: int = 0
    """Tells this start of the node from all others, from 0 to 2**63 - 1; best drawn at random."""
    fetching: BlockId | None = None
    """The block up to which a snapshot was being taken in; `States` goes on where it was."""

    def known_promise(self) -> Promise:
        """Return the promise, in the log's last term if that is higher.

        The log is synced before the promise: a crash between the two can leave an entry of a
        term whose promise is not on disk. Nothing was signed in that term then.
        """
        if self.last.term <= self.promise.term:
            return self.promise
        return Promise(term=self.last.term, vote=None, acked=self.promise.acked)


@dataclass(frozen=True, slots=True)
class Status:
    """What an operator asks of a core."""

    role: Role
    term: int
    leader: str | None
    last: BlockId
    commit_height: int
    certified_height: int
    """By two thirds a leader builds only on what is certified."""
    base: int = 0
    """The height of the log's first entry, if any before it are gone; else 0."""
    fetching: int = 0
    """The block whose snapshot is being taken in; 0 if none is."""
    is_unsure: bool = False
    """Whether this node votes for nobody and acks nothing, until it is certain of its past."""
    silent: tuple[str, ...] = ()
    """Who is still to tell it where it stands, for it to be certain."""


class Core:
    """One authority's part in the protocol.

    The same events in the same order give the same effects, on every machine.
    """

    def __init__(
        self,
        me: Identity,
        *,
        disk: LogReader,
        application: Application,
        restored: Restored,
        timing: Timing,
        jitter: Iterator[int],
    ) -> None:
        """Start as a follower of nobody. The application's tip must be the log's last entry."""
        log = Log(me.chain, disk, restored.last)
        last, commit = log.entry(restored.last.height), restored.commit
        self._raft = Raft(
            me=me,
            timing=timing,
            jitter=jitter,
            application=application,
            promise=restored.known_promise(),
            log=log,
            final=genesis_id(me.chain),
            commit=commit,
            certified=None,
            life=restored.life,
        )
        if commit is not None:
            self._raft.final = commit.final(self._raft.rule) or self._raft.final
            if log.block_id(commit.block.height) == commit.block:
                self._raft.certified = commit
        carried = last.parent_certificate if last is not None else None
        if carried is not None and carried.block.height > self._raft.certified_height:
            # Held by whoever acked the last block, and to be shown in an election.
            self._raft.certified = carried
        acked = restored.promise.acked
        if acked is not None and acked.term == self._raft.term:
            self._raft.shared = acked.height  # an earlier life may have
        if restored.fetching is not None:
            self._raft.fetch = Fetch(restored.fetching)
        release_promise(self._raft, self._raft.final)
        self._raft.restart_timeout()

    def step(self, event: Event) -> Effects:
        """Take one event. The driver carries out the effects (see `amanat.consensus.interface`).

        Raises:
            NotLeader: the event is a proposal that this node cannot make; nothing has changed.
        """
        raft = self._raft
        # A node that is about to start from a snapshot takes and signs nothing more: it would be
        # thrown away.
        if not raft.installs or isinstance(event, Persisted):
            _EVENTS[type(event)](raft, event)
        return raft.out.finish()

    @property
    def status(self) -> Status:
        """The node's place in the protocol at this moment."""
        raft = self._raft
        return Status(
            role=raft.role,
            term=raft.term,
            leader=raft.leader.candidate if raft.leader else None,
            last=raft.log.last,
            commit_height=raft.commit_height,
            certified_height=raft.certified_height,
            base=raft.log.base,
            fetching=raft.fetch.block.height if raft.fetch is not None else 0,
            is_unsure=raft.is_unsure and raft.votes,
            silent=certainty.silent(raft),
        )


def _tick(raft: Raft, event: Tick) -> None:
    del event
    raft.silence += 1
    if raft.silence % raft.timing.heartbeat == 0:
        raft.asked_final = 0
    patience.on_tick(raft)
    later_terms.on_tick(raft)
    sharing.on_tick(raft)
    certainty.on_tick(raft)
    snapshots.on_tick(raft)
    if raft.role is not Role.LEADER:
        if raft.silence >= raft.timeout:
            elections.begin_pre_vote(raft)
        return
    handover.on_tick(raft)
    if raft.silence % raft.timing.election == 0 and not _hears_quorum(raft):
        # A leader cut off from its quorum must not go on answering as if it led (invariant 14).
        raft.become_follower(raft.term)
    elif raft.silence % raft.timing.heartbeat == 0:
        leading.send_heartbeats(raft)
        reads.ask_quorum(raft)


def _hears_quorum(raft: Raft) -> bool:
    heard = [peer for peer, follower in raft.followers.items() if follower.heard]
    for follower in raft.followers.values():
        follower.check()
    return raft.configuration.is_quorum([raft.me.name, *heard])


def _receive(raft: Raft, event: Receive) -> None:
    sender, message = event.sender, event.message
    if not (raft.takes_part(sender) or handover.is_last_word(raft, sender, message)):
        raft.out.fault(sender, "it takes no part in this network")
    elif message.term > raft.term + TERM_LEAP_MAX:
        raft.out.fault(sender, f"term {message.term} cannot have been reached")
    else:
        _MESSAGES[type(message)](raft, sender, message)


def _persisted(raft: Raft, event: Persisted) -> None:
    raft.log.persisted(event.sequence)
    raft.out.persisted(event.sequence)


_EVENTS: Final[dict[type[Event], Callable[[Raft, Any], None]]] = {
    Tick: _tick,
    Receive: _receive,
    Persisted: _persisted,
    Propose: leading.propose,
    Read: reads.on_read,
    TransferLeadership: handover.on_transfer,
    Abandon: patience.on_abandon,
    Forget: snapshots.on_forget,
}

_MESSAGES: Final[dict[type[Message], Callable[[Raft, str, Any], None]]] = {
    PreVote: elections.on_pre_vote,
    PreVoteReply: elections.on_pre_vote_reply,
    RequestVote: elections.on_request_vote,
    VoteReply: elections.on_vote_reply,
    Append: following.on_append,
    AppendReply: leading.on_append_reply,
    SharedAcks: sharing.on_shared_acks,
    AppendRefused: leading.on_append_refused,
    AskFinal: catching_up.on_ask_final,
    Finalized: catching_up.on_finalized,
    OfferSnapshot: snapshots.on_offer,
    AskPiece: snapshots.on_ask_piece,
    Piece: snapshots.on_piece,
    AskPast: certainty.on_ask,
    Past: certainty.on_past,
    TimeoutNow: handover.on_timeout_now,
    Confirm: reads.on_confirm,
    Confirmed: reads.on_confirmed,
    AskIndex: reads.on_ask_index,
    Index: reads.on_index,
}
