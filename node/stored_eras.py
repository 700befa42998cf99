"""Every configuration of the authorities that there was, as the database keeps them.

g <height>   the configuration that the block at that height brought about; genesis's at 0
k <height>   the certificate with which that block completed a change, if it did
y <height>   the proof that it came about, where the blocks that prove it are not kept
"""

from collections.abc import Iterator

from amanat.consensus.statements import CommitCertificate
from amanat.ledger.configurations import Configuration
from amanat.ledger.encoding import decode, encode
from amanat.node.leveldb import Batch
from amanat.node.records import Records, u64


class StoredEras:
    """Who decided when; implements `amanat.node.application.History`."""

    def __init__(self, records: Records) -> None:
        self._records = records

    def put(
        self, batch: Batch, configuration: Configuration, change: CommitCertificate | None
    ) -> None:
        """Keep a configuration, and the certificate in the block that brought it about."""
        batch.put(b"g" + u64(configuration.since), encode(configuration))
        if change is not None:
            batch.put(b"k" + u64(configuration.since), encode(change))

    def keep(self, batch: Batch, configuration: Configuration, era: bytes) -> None:
        """Keep a configuration together with the proof of it."""
        batch.put(b"g" + u64(configuration.since), encode(configuration))
        batch.put(b"y" + u64(configuration.since), era)

    def __iter__(self) -> Iterator[Configuration]:
        """Yield all of them in order, from genesis on."""
        for _, raw in self._records.iterate(prefix=b"g"):
            yield decode(raw, Configuration)

    def change_certificate(self, height: int) -> CommitCertificate | None:
        """Return the certificate with which the block at `height` completed a change, or None."""
        raw = self._records.get(b"k" + u64(height))
        return None if raw is None else decode(raw, CommitCertificate)

    def proof(self, height: int) -> bytes | None:
        """Return the kept proof of the configuration that the block at `height` brought about."""
        return self._records.get(b"y" + u64(height))

    def configuration(self, height: int) -> Configuration | None:
        """Return who decides after the final block at `height`."""
        for _, raw in self._records.iterate(start=b"g", stop=b"g" + u64(height + 1), reverse=True):
            return decode(raw, Configuration)
        return None

    def certifier(self, height: int) -> Configuration | None:
        """Return who certifies the final block at `height`, which is not genesis."""
        before = self.configuration(height - 1)
        if before is None or not before.is_joint:
            return before
        after = self.configuration(height)
        return after if after is not None and after.since == height else before
