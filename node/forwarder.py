"""Hands waiting transactions to whoever leads, so that submission works at any node.

Nothing is lost if the leader changes or dies in between: what is not final yet stays in this
node's pool and is forwarded again, to the next leader or after a pause. Sending a transaction
twice costs the leader a look-up; it takes effect once.
"""

import asyncio
from collections.abc import Callable, Iterable, Iterator
from typing import Final

from amanat.node.driver import Driver
from amanat.node.peer_frames import Forward
from amanat.node.pool import Pool

FORWARD_BYTES_MAX: Final = 1024 * 1024
"""Bytes of transactions in one frame, unless a single one is longer."""

RETRY_TICKS: Final = 40
"""Ticks after which what still waits is forwarded again."""


class Forwarder:
    """Forwards each transaction when it arrives, when the leader changes, and every so often."""

    def __init__(
        self, *, name: str, driver: Driver, pool: Pool, send: Callable[[str, Forward], None]
    ) -> None:
        self._name = name
        self._driver = driver
        self._pool = pool
        self._send = send
        self._fresh: list[bytes] = []
        self._ticks = 0

    def add(self, envelope: bytes) -> None:
        """Forward `envelope` together with what else arrives in this turn of the event loop."""
        if not self._fresh:
            asyncio.get_running_loop().call_soon(self._flush)
        self._fresh.append(envelope)

    def leader_changed(self) -> None:
        """Forward everything that waits to the new leader, if there is one."""
        self._ticks = 0
        self._forward(self._pool.envelopes())

    def tick(self) -> None:
        """Let one tick pass."""
        self._ticks += 1
        if self._ticks >= RETRY_TICKS and self._pool.waiting:
            self.leader_changed()

    def _flush(self) -> None:
        fresh, self._fresh = self._fresh, []
        self._forward(fresh)

    def _forward(self, envelopes: Iterable[bytes]) -> None:
        leader = self._driver.status.leader
        if leader is None or leader == self._name:
            return
        for chunk in chunks(envelopes, FORWARD_BYTES_MAX):
            self._send(leader, Forward(chunk))


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
