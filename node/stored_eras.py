"""Every configuration of the authorities that there was, as the database keeps them.

g <height>   the configuration that the block at that height brought about; genesis's at 0
"""

from collections.abc import Callable, Iterator
from typing import Protocol

from amanat.ledger.configurations import Configuration
from amanat.ledger.encoding import decode, encode


class Batch(Protocol):
    """What is written at once."""

    def put(self, key: bytes, value: bytes) -> None:
        """Put `value` under `key`."""


class StoredEras:
    """Who decided when; implements `amanat.node.application.History`."""

    def __init__(self, iterate: Callable[..., Iterator[tuple[bytes, bytes]]]) -> None:
        """`iterate` reads the database as plyvel's iterator does."""
        self._iterate = iterate

    def put(self, batch: Batch, configuration: Configuration, height: int) -> None:
        """Keep a configuration, if it is the block at `height` that brought it about."""
        if configuration.since == height:
            batch.put(_key(height), encode(configuration))

    def __iter__(self) -> Iterator[Configuration]:
        """Yield all of them in order, from genesis on."""
        for _, raw in self._iterate(prefix=b"g"):
            yield decode(raw, Configuration)

    def configuration(self, height: int) -> Configuration | None:
        """Return who decides after the final block at `height`."""
        for _, raw in self._iterate(start=b"g", stop=_key(height + 1), reverse=True):
            return decode(raw, Configuration)
        return None

    def certifier(self, height: int) -> Configuration | None:
        """Return who certifies the final block at `height`, which is not genesis."""
        before = self.configuration(height - 1)
        if before is None or not before.is_joint:
            return before
        after = self.configuration(height)
        return after if after is not None and after.since == height else before


def _key(height: int) -> bytes:
    return b"g" + height.to_bytes(8, "big")
