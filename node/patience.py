"""How long a follower lets its leader leave out a valid transaction, or what a change asks for.

A follower cannot see what its leader does with a transaction. It sees since when the leader has had
it, which blocks came since, and whether anything becomes final. A leader that follows the rules
takes transactions in the order in which they came, and ends a block when it is full or nothing
waits any more (`amanat.node.proposer`); so a block with room to spare holds all that its leader
had. docs/consensus.md says what is promised, and why nobody can use this against an honest leader.

A leader also owes the block that completes a change of the authorities, as soon as the decision is
final. One that is to be removed could else lead on for ever.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from heapq import nsmallest
from typing import Final

from amanat.consensus.core import Status
from amanat.ledger.chain import Chain
from amanat.ledger.executed_block import ExecutedBlock
from amanat.ledger.identifiers import Digest, Height, LedgerTime
from amanat.ledger.rejections import DoorRefusal
from amanat.ledger.transactions import CheckedTransaction
from amanat.node.pool import Pool
from amanat.node.proposer import has_few

PATIENCE_TICKS: Final = 100
"""Ticks for which a leader may have a transaction before it is judged: it has been sent to it
several times by then, and to everybody else. Also how long nothing may become final meanwhile."""

PATIENCE_BLOCKS: Final = 8
"""Blocks with room that may leave out a transaction that their leader has had for so long. One
would do to convict an honest clockwork; a late message may explain a few."""

LOOK_TICKS: Final = 20
"""Ticks between two looks at what waits."""

WATCHED_MAX: Final = 1000
"""Transactions that are checked at the door again in one look, a few microseconds each. More wait
in a backlog alone."""


@dataclass(frozen=True, slots=True)
class Neglect:
    """A leader left out a valid transaction that it had, or did not complete a change."""

    leader: str
    term: int
    transaction: Digest | None
    """None if it is a change of the authorities that it does not complete."""
    ticks: int
    """For so long it has had it, at least."""
    blocks: int
    """So many blocks with room it has made meanwhile; if they are few, nothing became final."""


@dataclass(frozen=True, slots=True)
class _Since:
    ticks: int
    blocks: int


class Patience:
    """Watches the leader that this node follows. It is forgotten when another one leads."""

    def __init__(
        self,
        name: str,
        *,
        chain: Chain,
        pool: Pool,
        now: Callable[[], LedgerTime],
        is_behind: Callable[[], bool],
    ) -> None:
        """`name` is this node's: it does not judge itself.

        `is_behind` tells whether the node knows of final blocks that it lacks. What it sees then
        may be older than what it sent, so that time does not count.
        """
        self._name = name
        self._chain = chain
        self._pool = pool
        self._now = now
        self._is_behind = is_behind
        self._ticks = self._moved = 0
        self._seen: Height = 0
        self._follow(None, 0)

    def tick(self, status: Status) -> Neglect | None:
        """Let one tick pass. Return what the leader has neglected, if patience is at an end."""
        self._notice(status)
        if self._leader is None or self._is_behind():
            return None
        self._ticks += 1
        if self._ticks % LOOK_TICKS != 0:
            return None
        neglect = None
        if self._pool.waiting:
            self._look()
            neglect = self._neglect(self._leader)
        return neglect or self._open_change(self._leader)

    def followed(self, status: Status) -> None:
        """Look at the blocks that have come in; `status` is that after they were taken."""
        self._notice(status)
        if self._chain.tip.height <= self._seen:
            return
        for block in self._chain.executed(self._chain.tip.height):
            if block.height > self._seen:
                self._count(block, status.commit_height)
        self._seen = self._chain.tip.height

    def final(self, blocks: Iterable[ExecutedBlock]) -> None:
        """These blocks are final."""
        if any(block.ids for block in blocks):
            self._moved = self._ticks

    def _notice(self, status: Status) -> None:
        leader = status.leader if status.leader != self._name else None
        if (leader, status.term) != (self._leader, self._term):
            self._follow(leader, status.term)

    def _follow(self, leader: str | None, term: int) -> None:
        """Begin anew: all that waits has just been sent to `leader`; None if there is no other."""
        self._leader, self._term = leader, term
        self._since: dict[Digest, _Since] = {}
        """What is watched, and since when it has been valid at every look."""
        self._refused: dict[Digest, int] = {}
        """What else the door refuses by now, and the tick of the last look at it."""
        self._changes: dict[Height, _Since] = {}
        """Since when each change that was decided at that height has been final."""
        self._blocks = 0
        self._room: int | None = None
        self._seen = self._chain.tip.height

    def _count(self, block: ExecutedBlock, final: Height) -> None:
        """Count the block before this one if it had room, which only this one can show.

        A block may end early because the next transaction, a long one, is too much for it; that one
        is then the first of the next block. Nor does one count that was final when it came: this
        node was behind.
        """
        sizes = [len(envelope) for envelope in block.block.transactions]
        first = sizes[0] if sizes else 0
        if self._room is not None and first <= self._room:
            self._blocks += 1
        parameters = self._chain.parameters
        is_news = block.height > final and not self._is_behind()
        had_room = sizes and has_few(len(sizes), parameters) and is_news
        self._room = parameters.block_bytes_max - sum(sizes) if had_room else None

    def _look(self) -> None:
        """Check what is watched once more, and watch others in place of what is not valid now.

        A transaction may have waited for long and be valid only now: a block that let it in may
        have been replaced, and its leader was right to refuse it meanwhile.
        """
        watched, known = self._to_watch(), self._since
        new = _Since(self._ticks, self._blocks)
        self._since = {}
        for transaction in watched:
            if self._is_valid(transaction):
                self._since[transaction.id] = known.get(transaction.id, new)
            else:
                self._refused[transaction.id] = self._ticks

    def _to_watch(self) -> list[CheckedTransaction]:
        """Return what is watched and still waits, then others, those refused before last.

        Not yet what a slow clock finds valid for too long.
        """
        parameters = self._chain.parameters
        latest = self._now() - parameters.clock_ahead_max_ms + parameters.validity_max_ms
        waiting = self._pool.first(self._pool.waiting)
        ids = {transaction.id for transaction in waiting}
        self._refused = {id_: tick for id_, tick in self._refused.items() if id_ in ids}
        watched = [each for each in waiting if each.id in self._since]
        others = (
            each
            for each in waiting
            if each.id not in self._since and each.body.valid_until <= latest
        )
        # So neither what is refused again and again nor what has just come hides anything.
        room = max(WATCHED_MAX - len(watched), 0)
        return watched + nsmallest(room, others, key=lambda each: self._refused.get(each.id, 0))

    def _neglect(self, leader: str) -> Neglect | None:
        stands_still = self._ticks - self._moved >= PATIENCE_TICKS
        for transaction, since in self._since.items():
            ticks, blocks = self._ticks - since.ticks, self._blocks - since.blocks
            if ticks >= PATIENCE_TICKS and (stands_still or blocks >= PATIENCE_BLOCKS):
                return Neglect(leader, self._term, transaction, ticks, blocks)
        return None

    def _open_change(self, leader: str) -> Neglect | None:
        """Look for a change that is final, and that no block completes, final or not."""
        decided = self._chain.configuration(self._chain.final.height)
        if decided is None or decided != self._chain.configuration(self._chain.tip.height):
            return None
        if not decided.is_joint:
            return None
        if decided.since not in self._changes:
            self._changes[decided.since] = _Since(self._ticks, self._blocks)
        since = self._changes[decided.since]
        ticks, blocks = self._ticks - since.ticks, self._blocks - since.blocks
        return Neglect(leader, self._term, None, ticks, blocks) if ticks >= PATIENCE_TICKS else None

    def _is_valid(self, transaction: CheckedTransaction) -> bool:
        """Return whether every door must let it in, whichever way clocks differ."""
        ahead = self._chain.parameters.clock_ahead_max_ms
        try:
            for clock in (self._now() - ahead, self._now() + ahead):
                self._chain.admit(transaction, now=clock)
        except DoorRefusal:
            return False
        return True
