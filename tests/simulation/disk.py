"""A disk that a crash can catch between any two writes: what was not synced is partly there."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from amanat.consensus.interface import Persist, Promise
from amanat.consensus.log_entry import Entry
from amanat.consensus.statements import BlockId, CommitCertificate, genesis_id
from amanat.ledger.authorities import AuthoritySet
from amanat.ledger.configurations import Configuration
from amanat.ledger.executed_block import ExecutedBlock, Tip
from amanat.ledger.identifiers import Digest
from amanat.node.disk_writer import Apply


@dataclass(frozen=True, slots=True)
class Applied:
    """An applied state, as it can be found after a crash."""

    tip: Tip
    configuration: Configuration
    certificate: CommitCertificate | None
    ids: frozenset[Digest]


class SimulatedDisk:
    """One node's disk: the log, the promise and the applied state.

    The log and the promise hold only what was synced. Applying is not synced, so a crash may go
    back to an earlier applied state; what is missing is executed again from the log.
    """

    def __init__(self, chain: Digest, genesis: Tip, authorities: AuthoritySet) -> None:
        self._genesis = genesis_id(chain)
        self.log: list[Entry] = []
        self.promise = Promise(term=0, vote=None, acked=None)
        first = Configuration.first(authorities)
        self._applied = [Applied(genesis, first, None, frozenset())]
        self._configurations: dict[int, Configuration] = {0: first}
        self._certifiers: dict[int, Configuration] = {}
        self._certificates: dict[int, CommitCertificate] = {}

    def block_id(self, height: int) -> BlockId | None:
        """Return the id of the entry at `height`, or None."""
        return self.log[height - 1].block if 0 < height <= len(self.log) else None

    def entries(self, first: int, last: int, bytes_max: int) -> Sequence[Entry]:
        """Return entries `first` to `last`, fewer if they exceed `bytes_max`, at least one."""
        found: list[Entry] = []
        size = 0
        for entry in self.log[first - 1 : last]:
            size += len(entry.payload)
            if found and size > bytes_max:
                break
            found.append(entry)
        return found

    def configuration(self, height: int) -> Configuration | None:
        """Return who decided after the final block at `height`."""
        return self._configurations.get(height)

    def certifier(self, height: int) -> Configuration | None:
        """Return who certified the final block at `height`."""
        return self._certifiers.get(height)

    def certificate(self, first: int, last: int) -> CommitCertificate | None:
        """Return the highest certificate that makes a block `first` to `last` final."""
        known = [height for height in self._certificates if first <= height <= last]
        return self._certificates[max(known)] if known else None

    @property
    def last(self) -> BlockId:
        """The id of the last entry, or the genesis id."""
        return self.log[-1].block if self.log else self._genesis

    @property
    def applied(self) -> Applied:
        """The last applied state."""
        return self._applied[-1]

    def contains(self, transaction: Digest) -> bool:
        """Return whether `transaction` is in an applied block."""
        return transaction in self.applied.ids

    def write_log(self, persist: Persist) -> None:
        """Sync the log's part of a write."""
        if persist.truncate_above is not None:
            del self.log[persist.truncate_above :]
        for entry in persist.entries:
            if entry.block.height != len(self.log) + 1:
                raise AssertionError(f"a hole in the log before {entry.block.height}")
            self.log.append(entry)

    def write_promise(self, persist: Persist) -> None:
        """Sync the promise's part of a write."""
        if persist.promise is not None:
            self.promise = persist.promise

    def apply(self, blocks: Sequence[ExecutedBlock], certificate: CommitCertificate) -> None:
        """Apply final blocks, without a sync."""
        ids = self.applied.ids.union(*(block.ids for block in blocks))
        last = blocks[-1]
        for block in blocks:
            self._configurations[block.height] = block.next_configuration
            self._certifiers[block.height] = block.configuration
        self._certificates[last.height] = certificate
        self._applied.append(Applied(last.tip, last.next_configuration, certificate, ids))
        del self._applied[:-4]

    def crash(
        self, random: Random, unfinished: Sequence[Persist | Apply], *, half_written: bool
    ) -> None:
        """Lose what a power cut may lose.

        Args:
            random: decides how much of the unfinished writes is there all the same.
            unfinished: the writes that were under way, oldest first.
            half_written: whether the first half of the oldest is on disk already.
        """
        for job in unfinished:
            if not half_written and random.random() < 0.5:
                break
            begun, half_written = half_written, False
            if isinstance(job, Apply):
                self.apply(job.blocks, job.certificate)
                continue
            if not begun:
                self.write_log(job)
            if random.random() < 0.5:
                break
            self.write_promise(job)
        while len(self._applied) > 1 and random.random() < 0.3:
            self._applied.pop()
