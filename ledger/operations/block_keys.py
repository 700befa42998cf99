"""Block keys: stolen or lost keys are dead at once."""

from collections.abc import Iterable
from typing import Annotated

from msgspec import Meta

from amanat.ledger.authorization import ApprovalOf, Requirement, SignatureOf
from amanat.ledger.governance.constitution import SOVEREIGN_ROLES
from amanat.ledger.governance.keys import block
from amanat.ledger.identifiers import Name, PublicKey
from amanat.ledger.operation_execution import Execution
from amanat.ledger.operations.operation import Operation
from amanat.ledger.rejections import Refused, RejectionCode
from amanat.ledger.state import DEAD_KEYS, State


class BlockKeys(Operation, frozen=True, tag="block-keys"):
    """Ends keys of a participant at once and for ever, also where they approved an open proposal.

    No other key takes their place, and the threshold stays: who has too few left gets new ones by
    `replace-keys`. An institution with a sovereign role keeps enough to sign.
    """

    signers = (
        "the participant, with enough of its other keys; or else whom the policy `block-keys` asks"
    )
    acts = ("block-keys",)
    refusals = (
        RejectionCode.UNKNOWN_PARTICIPANT,
        RejectionCode.INVALID_KEYS,
        RejectionCode.SOVEREIGN_ROLE_EMPTY,
    )
    emits = ("keys-blocked",)

    participant: Name
    keys: Annotated[tuple[PublicKey, ...], Meta(min_length=1, max_length=16)]
    """Sorted, each once."""

    def requirements(self, execution: Execution) -> Iterable[Requirement]:
        """The participant without these keys, or the policy."""
        itself = SignatureOf(execution.participant(self.participant).name, without=self.keys)
        if any(execution.consents.check(itself)):
            return (ApprovalOf("block-keys"),)
        return (itself,)

    def apply(self, execution: Execution) -> None:
        """End them."""
        state, held = execution.state, execution.participant(self.participant)
        alive = {each.key for each in held.keys if state.get(DEAD_KEYS, each.key) is None}
        if list(self.keys) != sorted(set(self.keys)):
            problem = "keys must be sorted, each once"
            raise Refused(RejectionCode.INVALID_KEYS, problem=problem)
        for key in self.keys:
            if key not in alive:
                raise Refused(
                    RejectionCode.INVALID_KEYS, key=key.hex(), need=f"a key of {self.participant}"
                )
        left = held.weight(alive - set(self.keys), execution.time)
        for role in sorted(set(SOVEREIGN_ROLES) & set(held.roles)):
            if left < held.threshold:
                raise Refused(
                    RejectionCode.SOVEREIGN_ROLE_EMPTY,
                    role=role.value,
                    weight_left=left,
                    threshold=held.threshold,
                )
        block(state, held, self.keys, execution.time)
        execution.emit(
            "keys-blocked",
            participant=self.participant,
            keys=",".join(key.hex() for key in self.keys),
            weight_left=left,
            threshold=held.threshold,
        )

    def sentence(self, state: State) -> str:
        """Return what it would do."""
        del state
        keys = ", ".join(f"{key.hex()[:16]}…" for key in self.keys)
        return f"end the keys {keys} of {self.participant} at once and for ever"
