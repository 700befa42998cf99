"""Rotate keys: a participant changes its own keys."""

from collections.abc import Iterable
from typing import Annotated

from msgspec import Meta

from amanat.ledger.authorization import Requirement, SignatureOf
from amanat.ledger.governance.keys import replace_keys
from amanat.ledger.governance.participants import ParticipantKey
from amanat.ledger.identifiers import Name
from amanat.ledger.operation_execution import Execution
from amanat.ledger.operations.operation import Operation
from amanat.ledger.rejections import RejectionCode
from amanat.ledger.state import State


class RotateKeys(Operation, frozen=True, tag="rotate-keys"):
    """Replaces a participant's keys and threshold. Its accounts and holdings stay as they are.

    A key that is left out is dead at once and for ever, also where it has approved a proposal that
    is open; so is one whose end has passed. To let an old key overlap with its successor, keep it
    with an end (`until`).
    """

    signers = "the participant, with its present keys"
    refusals = (RejectionCode.UNKNOWN_PARTICIPANT, RejectionCode.INVALID_KEYS)
    emits = ("keys-rotated",)

    participant: Name
    keys: Annotated[tuple[ParticipantKey, ...], Meta(min_length=1, max_length=16)]
    """All that it has from now on, sorted by key; none that is dead or has ended."""
    threshold: Annotated[int, Meta(ge=1, le=4_080)]

    def requirements(self, execution: Execution) -> Iterable[Requirement]:
        """The participant itself."""
        return (SignatureOf(execution.participant(self.participant).name),)

    def apply(self, execution: Execution) -> None:
        """Drop all that it had, take all that it is to have."""
        held = execution.participant(self.participant)
        replace_keys(execution.state, held, self.keys, self.threshold, execution.time)
        execution.emit(
            "keys-rotated",
            participant=self.participant,
            keys=",".join(each.key.hex() for each in self.keys),
            threshold=self.threshold,
        )

    def sentence(self, state: State) -> str:
        """Return what it would do."""
        del state
        keys = ", ".join(f"{each.key.hex()[:16]}… (weight {each.weight})" for each in self.keys)
        return f"let {self.participant} sign with {keys}, threshold {self.threshold}, and no other"
