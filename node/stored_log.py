"""The log as it lies in the database, checked from its first entry to its last."""

from collections.abc import Iterator

from amanat.consensus.log_entry import Entry
from amanat.consensus.statements import BlockId, genesis_id
from amanat.ledger.encoding import decode
from amanat.ledger.identifiers import Digest, Height
from amanat.node.applied_state import AppliedState
from amanat.node.records import Records, u64


class LogBroken(ValueError):  # noqa: N818 - what it is
    """The log has a hole, or is not the one that was applied."""


def whole_log(
    records: Records, chain: Digest, base: Height, applied: AppliedState
) -> Iterator[Entry]:
    """Yield every entry of the log, in order.

    Args:
        records: the database.
        chain: the digest of the genesis document.
        base: the height of the first entry, if entries before it are gone; else 0.
        applied: the last block applied, which the log must hold.

    Raises:
        LogBroken: an entry is missing, or the applied block is another one than the log's.
    """
    previous = genesis_id(chain)
    if base:
        previous = BlockId(0, base - 1, b"")
    for key, raw in records.iterate(prefix=b"l"):
        entry = decode(raw, Entry, bytes_max=len(raw))
        parent = entry.parent if previous.digest == b"" else previous.digest
        follows = (entry.block.height, entry.parent) == (previous.height + 1, parent)
        if not follows or key != b"l" + u64(entry.block.height):
            raise LogBroken(f"the log is broken after height {previous.height}")
        yield entry
        previous = entry.block
        if previous.height == applied.height and previous.digest != applied.digest:
            raise LogBroken(f"the applied block {applied.height} is not the log's")
    if previous.height < applied.height:
        raise LogBroken(f"the log ends at {previous.height}, before {applied.height}")
