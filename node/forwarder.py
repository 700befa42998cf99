"""Hands waiting transactions to whoever leads, so that submission works at any node.

Nothing is lost if the leader changes or dies in between: what is not final yet stays in this
node's pool and is forwarded again, to the next leader or after a pause. Sending a transaction
twice costs the leader a look-up; it takes effect once.

What no block holds after a while goes to everybody: then all wait for it, each forwards it too, and
a leader that leaves it out has all of them to answer to (`amanat.node.patience`). Nobody trusts it
for where it comes from: each node checks it at its own door.
"""

import asyncio
from collections.abc import Callable, Iterable, Iterator
from typing import Final

from amanat.consensus.core import Status
from amanat.ledger.identifiers import Digest
from amanat.node.peer_frames import Forward
from amanat.node.pool import Pool

FORWARD_BYTES_MAX: Final = 1024 * 1024
"""Bytes of transactions in one frame, unless a single one is longer."""

RETRY_TICKS: Final = 40
"""Ticks after which what still waits is forwarded again."""

RELAY_TICKS: Final = 20
"""Ticks between two looks at what waits; what waits at two of them is sent to everybody else."""

RELAY_AGAIN_TICKS: Final = 400
"""Ticks after which everybody gets it once more under the same leader: who was restarted meanwhile
has lost it."""

RELAY_BYTES_MAX: Final = 256 * 1024
"""Bytes of transactions that one look sends to everybody, unless the first alone is longer. So a
backlog is not sent around as a whole; what the leader leaves out is the oldest of it in time."""


class Forwarder:
    """Forwards each transaction when it arrives, when the leader changes, and every so often."""

    def __init__(
        self,
        name: str,
        *,
        status: Callable[[], Status],
        peers: Callable[[], Iterable[str]],
        pool: Pool,
        send: Callable[[str, Forward], None],
    ) -> None:
        """`name` is this node's, `peers` are the others'; `status` is the core's at the moment."""
        self._name = name
        self._status = status
        self._peers = peers
        self._pool = pool
        self._send = send
        self._fresh: list[bytes] = []
        self._ticks = 0
        self._retry_at = RETRY_TICKS
        self._waited: set[Digest] = set()
        """What waited at the last look."""
        self._relayed: dict[Digest, int] = {}
        """What everybody was sent under this leader, and at which tick."""

    def add(self, envelope: bytes) -> None:
        """Forward `envelope` together with what else arrives in this turn of the event loop."""
        if not self._fresh:
            asyncio.get_running_loop().call_soon(self._flush)
        self._fresh.append(envelope)

    def leader_changed(self) -> None:
        """Forward everything that waits to the new leader, if there is one."""
        self._relayed.clear()
        self._forward_all()

    def tick(self) -> None:
        """Let one tick pass."""
        self._ticks += 1
        if self._ticks >= self._retry_at and self._pool.waiting:
            self._forward_all()
        if self._ticks % RELAY_TICKS == 0:
            self._relay()

    def _flush(self) -> None:
        fresh, self._fresh = self._fresh, []
        self._forward(fresh)

    def _forward_all(self) -> None:
        self._retry_at = self._ticks + RETRY_TICKS
        self._forward(self._pool.envelopes())

    def _forward(self, envelopes: Iterable[bytes]) -> None:
        leader = self._status().leader
        if leader is None or leader == self._name:
            return
        for chunk in chunks(envelopes, FORWARD_BYTES_MAX):
            self._send(leader, Forward(chunk))

    def _relay(self) -> None:
        """Send everybody the oldest of what has waited since the last look."""
        waiting = self._pool.first(self._pool.waiting)
        since_last_look, self._waited = self._waited, {each.id for each in waiting}
        self._relayed = {id_: at for id_, at in self._relayed.items() if id_ in self._waited}
        leader = self._status().leader
        if leader == self._name:
            return
        late = [each for each in waiting if each.id in since_last_look and self._is_due(each.id)]
        envelopes = next(chunks((each.envelope for each in late), RELAY_BYTES_MAX), ())
        if not envelopes:
            return
        for transaction in late[: len(envelopes)]:
            self._relayed[transaction.id] = self._ticks
        for peer in self._peers():
            if peer != leader:
                self._send(peer, Forward(envelopes))

    def _is_due(self, transaction: Digest) -> bool:
        relayed = self._relayed.get(transaction)
        return relayed is None or self._ticks - relayed >= RELAY_AGAIN_TICKS


def chunks(envelopes: Iterable[bytes], bytes_max: int) -> Iterator[tuple[bytes, ...]]:
    """Yield `envelopes` in groups of at most `bytes_max` bytes, each of at least one."""
    group: list[bytes] = []
    size = 0
    for envelope in envelopes:
        if group and size + len(envelope) > bytes_max:
            yield tuple(group)
            group, size = [], 0
        group.append(envelope)
        size += len(envelope)
    if group:
        yield tuple(group)
