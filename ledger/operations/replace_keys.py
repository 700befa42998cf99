"""Replace keys: a participant that lost its keys gets new ones, by decision of others."""

from collections.abc import Iterable
from typing import Annotated

from msgspec import Meta

from amanat.ledger.authorization import ApprovalOf, Requirement
from amanat.ledger.governance.keys import replace_keys
from amanat.ledger.governance.participants import ParticipantKey
from amanat.ledger.identifiers import Name
from amanat.ledger.operation_execution import Execution
from amanat.ledger.operations.operation import Operation
from amanat.ledger.rejections import Refused, RejectionCode
from amanat.ledger.state import State


class ReplaceKeys(Operation, frozen=True, tag="replace-keys"):
    """Gives a participant other keys without its signature: recovery.

    Its policy gives notice, so that whoever still has the old keys can object. From the moment
    that it takes effect every old key is dead, also where it has approved an open proposal, and
    nobody can have it again. Who owns what, and what is reserved, pledged or frozen, stays as it
    is.
    """

    signers = "whom the policy `replace-keys` asks"
    acts = ("replace-keys",)
    refusals = (RejectionCode.UNKNOWN_PARTICIPANT, RejectionCode.INVALID_KEYS)
    emits = ("keys-replaced",)

    participant: Name
    keys: Annotated[tuple[ParticipantKey, ...], Meta(min_length=1, max_length=16)]
    """All that it has from now on, sorted by key; none that it has now."""
    threshold: Annotated[int, Meta(ge=1, le=4_080)]

    def requirements(self, execution: Execution) -> Iterable[Requirement]:
        """The policy."""
        del execution
        return (ApprovalOf("replace-keys"),)

    def apply(self, execution: Execution) -> None:
        """Drop all that it had, take all that it is to have."""
        held = execution.participant(self.participant)
        lost = [each.key for each in held.keys]
        for each in self.keys:
            if each.key in lost:
                raise Refused(RejectionCode.INVALID_KEYS, key=each.key.hex(), need="a new key")
        replace_keys(execution.state, held, self.keys, self.threshold, execution.time)
        execution.emit(
            "keys-replaced",
            participant=self.participant,
            keys=",".join(each.key.hex() for each in self.keys),
            threshold=self.threshold,
        )

    def sentence(self, state: State) -> str:
        """Return what it would do."""
        del state
        keys = ", ".join(f"{each.key.hex()[:16]}…" for each in self.keys)
        return f"take all keys of {self.participant} from it and give it {keys} in their place"
