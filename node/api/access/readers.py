"""Who asks: a participant, by a key of its own that counts now."""

from dataclasses import dataclass

from amanat.ledger.governance.participants import Standing
from amanat.ledger.identifiers import LedgerTime, PublicKey
from amanat.ledger.state import KEYS, PARTICIPANTS, State


class Unproven(Exception):  # noqa: N818 - what happened
    """Who asks did not prove who it is. The message says what is wrong, and nothing else."""


@dataclass(frozen=True, slots=True)
class Reader:
    """A participant that proved who it is."""

    participant: str
    key: PublicKey
    path: str = "/"
    """It reads what lies here and below; a token may be for a part."""
    until: LedgerTime | None = None
    """Until when what it showed proves who it is, by the node's clock: for a token, its end."""

    def reaches(self, path: str) -> bool:
        """Return whether `path` is within the part that it reads."""
        return path == self.path or path.startswith(self.path.rstrip("/") + "/")


def reader_of(state: State, key: PublicKey, time: LedgerTime) -> Reader:
    """Return the participant whose key this is, and counts at `time`.

    Raises:
        Unproven: the key is nobody's (any more), has ended, or its participant is suspended.
    """
    name = state.get(KEYS, key)
    participant = None if name is None else state.get(PARTICIPANTS, name)
    if participant is None or not participant.weight([key], time):
        raise Unproven("the key is no participant's, or not any more")
    if participant.standing is not Standing.ACTIVE:
        raise Unproven("the participant whose key it is has been suspended")
    return Reader(participant.name, key)
