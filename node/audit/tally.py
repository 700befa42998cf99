"""What an audit counts on its way."""

import hashlib
from collections.abc import Sequence

import msgspec

from amanat.consensus.log_entry import Entry
from amanat.ledger.executed_block import ExecutedBlock
from amanat.ledger.receipts import Applied, Rejected
from amanat.ledger.transactions import CheckedTransaction
from amanat.ledger.wording import day
from amanat.node.audit.sources import SourcedBlock


class Tally(msgspec.Struct, array_like=True, forbid_unknown_fields=True):
    """Counts that only grow. It is kept with how far the audit has come."""

    transactions: int = 0
    applied: int = 0
    operations: dict[str, int] = msgspec.field(default_factory=dict)
    """By name: those that took effect."""
    rejected: dict[str, int] = msgspec.field(default_factory=dict)
    """By code: transactions that a rule refused."""
    signatures: int = 0
    """Of participants under transactions."""
    certificates: int = 0
    """Commit certificates that were checked."""
    elections: int = 0
    """Leader certificates that were checked."""
    days: list[str] = msgspec.field(default_factory=list)
    """The first business day that was closed, and the last."""
    days_closed: int = 0
    first_time: int = 0
    """Ledger time of the first block, in milliseconds since 1970."""
    content: bytes = b""
    """A chain of SHA-256 over all that was read, so that two audits can be told to have read the
    same."""
    recounts: int = 0
    """How often the whole register was recounted."""
    refuted: list[str] = msgspec.field(default_factory=list)
    """Ids of evidence: blocks that a leader offered, and that do not execute to what they say."""

    def add(
        self,
        sourced: SourcedBlock,
        entry: Entry,
        block: ExecutedBlock,
        transactions: Sequence[CheckedTransaction],
    ) -> None:
        """Count a block that is in order."""
        self.content = hashlib.sha256(self.content + sourced.entry).digest()
        self.first_time = self.first_time or block.block.header.time
        self.elections += entry.leader_certificate is not None
        self.transactions += len(transactions)
        for receipt, transaction in zip(block.receipts, transactions, strict=True):
            self.signatures += len(transaction.signatures)
            match receipt.outcome:
                case Rejected(code=code):
                    self.rejected[code] = self.rejected.get(code, 0) + 1
                case Applied(events=events):
                    self.applied += 1
                    for operation in transaction.body.operations:
                        name = str(type(operation).__struct_config__.tag)
                        self.operations[name] = self.operations.get(name, 0) + 1
                    for event in events:
                        if event.name == "day-closed":
                            self._close(day(int(event.fields["date"])))

    def _close(self, date: str) -> None:
        self.days_closed += 1
        self.days = [*self.days[:1], date]
