"""What happens in a run, as lines that a person can follow."""

from collections.abc import Callable, Sequence
from typing import Any

from amanat.consensus.interface import Persist, Promise, Staged
from amanat.consensus.log_entry import Snapshot
from amanat.consensus.messages import Message
from amanat.consensus.statements import BlockId, CommitCertificate, LeaderCertificate
from amanat.ledger.executed_block import ExecutedBlock
from amanat.ledger.receipts import Applied
from tests.simulation.network import Forward
from tests.simulation.timeline import Timeline

_COUNTERS = ("round", "number")
"""Fields that differ from one message to the next and tell a reader nothing."""


class Story:
    """Tells what happens, with the time before each line. What repeats itself is told once."""

    def __init__(self, timeline: Timeline, write: Callable[[str], None] | None) -> None:
        """Without `write`, nothing is told."""
        self._timeline = timeline
        self._write = write
        self._last: dict[tuple[str, str, type], str] = {}
        self.is_told = write is not None
        """Whether anybody listens; if not, lines need not be made."""

    def tell(self, line: str) -> None:
        """Add a line."""
        if self._write is not None:
            self._write(f"{self._timeline.now:6} ms  {line}")

    def arrives(self, sender: str, to: str, message: Message | Forward) -> None:
        """Tell of a message, unless the one before it was the same."""
        text = message_text(message)
        place = (sender, to, type(message))
        if self._last.get(place) != text:
            self._last[place] = text
            self.tell(f"{sender} -> {to}  {text}")

    def lost(self, sender: str, to: str, message: Message | Forward) -> None:
        """Tell of a message that does not arrive."""
        self.tell(f"{sender} -x {to}  lost: {message_text(message)}")


def message_text(message: Message | Forward) -> str:
    """Return a message's kind and what it says."""
    if isinstance(message, Forward):
        return "forwards a transaction"
    fields = {name: getattr(message, name) for name in message.__struct_fields__}
    said = [
        _field_text(name, value)
        for name, value in fields.items()
        if name not in _COUNTERS and not isinstance(value, LeaderCertificate) and value != ()
    ]
    return f"{words(type(message).__name__)}: {', '.join(said)}"


def _field_text(name: str, value: Any) -> str:
    match value:
        case None:
            return f"no {name}"
        case bool():
            return name if value else f"not {name}"
        case bytes():
            return f"with {name}"
        case BlockId():
            return f"{name} {value.height} of term {value.term}"
        case CommitCertificate() | Snapshot():
            return f"{name} {value.block.height}"
        case tuple():
            return f"{name} {_heights_of(value)}"
        case _:
            return f"{name} {value}"


def _heights_of(values: Sequence[Any]) -> str:
    found = []
    for value in values:
        block = value[0] if isinstance(value, tuple) else getattr(value, "block", None)
        found.append(block.height if isinstance(block, BlockId) else None)
    known = [height for height in found if height is not None]
    return heights_text(known[0], known[-1]) if len(known) == len(values) else str(len(values))


def heights_text(first: int, last: int) -> str:
    """Return one height, or a range of them."""
    return f"{first}" if first == last else f"{first}-{last}"


def log_text(persist: Persist) -> str:
    """Return what a write does to the log."""
    cut, forget, entries = persist.truncate_above, persist.forget_below, persist.entries
    parts = [] if cut is None else [f"cutting the log to {cut}"]
    if entries:
        first, last = entries[0].block, entries[-1].block
        parts.append(f"adding {heights_text(first.height, last.height)} of term {last.term}")
    if forget is not None:
        parts.append(f"forgetting what is below {forget}")
    parts += [_staged_text(each) for each in persist.staged]
    return " and ".join(parts)


def _staged_text(staged: Staged) -> str:
    if isinstance(staged, Snapshot):
        return f"beginning with the snapshot of {staged.block.height}"
    return f"keeping piece {staged.number}{', the last' if staged.is_last else ''}"


def promise_text(promise: Promise) -> str:
    """Return what a promise binds an authority to."""
    parts = [f"promising term {promise.term}"]
    if promise.vote is not None:
        parts.append(f"a vote for {promise.vote.candidate}")
    if promise.acked is not None:
        parts.append(f"ack of {promise.acked.height} of term {promise.acked.term}")
    return ", ".join(parts)


def block_text(block: ExecutedBlock) -> str:
    """Return a block's place and what became of its transactions."""
    outcomes = [
        "applied" if isinstance(receipt.outcome, Applied) else f"rejected ({receipt.outcome.code})"
        for receipt in block.receipts
    ]
    term = block.block.header.term
    return f"block {block.height} of term {term} is final: {', '.join(outcomes) or 'empty'}"


def words(name: str) -> str:
    """Return a class's name as words: `AppendReply` as "append reply"."""
    return "".join(f" {letter.lower()}" if letter.isupper() else letter for letter in name).strip()
