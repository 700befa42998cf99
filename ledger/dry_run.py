"""A dry run: what would become of a transaction now, and all that speaks against it.

It takes the bytes that would be submitted, signed or not. A key that the body names counts as if
it had signed; where its signature is not there, or wrong, that is one of the refusals. For whoever
may not know what others hold, its own keys alone count so (`assumed`), and `as_submitted` leaves of
what is found what submitting would tell: nothing that waits for the consent of others.
"""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, replace
from typing import Annotated, Final

from msgspec import Meta

from amanat.ledger.authorization import Consents
from amanat.ledger.blocks import Place
from amanat.ledger.crypto import verify
from amanat.ledger.encoding import EncodingError, Structure, decode
from amanat.ledger.execution import door_refusals
from amanat.ledger.identifiers import Digest, PublicKey, Signature
from amanat.ledger.operations import AnyOperation
from amanat.ledger.operations.operation import run
from amanat.ledger.receipts import Event
from amanat.ledger.rehearsal import Noted, Rehearsal
from amanat.ledger.rejections import DoorCode, DoorRefusal, RejectionCode
from amanat.ledger.state import State, parameters_of
from amanat.ledger.transactions import (
    SIGNERS_MAX,
    CheckedTransaction,
    check_size,
    open_body,
    signed_message,
    transaction_id,
)

WORK_MAX: Final = 1_000
"""Operations that are tried, those of proposals included: to ask for a dry run costs nothing."""


LACKS: Final = (
    RejectionCode.MISSING_SIGNATURE,
    RejectionCode.MISSING_APPROVAL,
    RejectionCode.NO_POLICY,
)
"""Refusals of an operation to which somebody has not consented."""


class Draft(Structure, frozen=True):
    """A `SignedTransaction` on its way round: some signatures may lack, even all of them."""

    body: bytes
    signatures: Annotated[tuple[Signature, ...], Meta(max_length=SIGNERS_MAX)]
    """Of signers of the body, in their order."""


@dataclass(frozen=True, slots=True)
class DryRun:
    """What would become of it, had it been in a block of its own at this place."""

    id: Digest
    place: Place
    sentences: tuple[str, ...]
    """What each operation would do, in plain words."""
    door: tuple[DoorRefusal, ...]
    """Why it may not be in a block."""
    refusals: tuple[Noted, ...]
    """Which rules refuse its operations: where the door has nothing against it, the receipt of its
    execution would name the first."""
    events: tuple[Event, ...]
    """What it would do. Where something refuses, what the other operations would."""

    def as_submitted(self) -> "DryRun":
        """Return what does not hang on consents that lack.

        Of the first operation that somebody else must consent to, only that is left, and of all
        that follow nothing.
        """
        lacking = [each for each in self.refusals if each.refused.code in LACKS]
        if not lacking:
            return self
        first = lacking[0].operation
        before = tuple(each for each in self.refusals if each.operation < first)
        return replace(
            self,
            sentences=self.sentences[:first],
            refusals=(*before, *(each for each in lacking if each.operation == first)),
            events=tuple(each for each in self.events if each.operation < first),
        )

    @property
    def passes(self) -> bool:
        """Whether it would be applied."""
        return not self.door and not self.refusals


def dry_run(
    state: State,
    place: Place,
    envelope: bytes,
    *,
    is_executed: Callable[[Digest], bool],
    assumed: Collection[PublicKey] | None = None,
) -> DryRun:
    """Try a transaction on `state`, which is to be thrown away.

    Keys that the body names count as if they had signed: those among `assumed`, all without it.
    Where none counts, nothing is tried.

    Raises:
        DoorRefusal: it is too large or malformed, or has more operations than are tried.
    """
    parameters = parameters_of(state)
    transaction = open_draft(envelope, bytes_max=parameters.transaction_bytes_max)
    body = transaction.body
    _check_work(state, body.operations)
    sentences = tuple(operation.sentence(state) for operation in body.operations)
    unsigned, strange = _unsigned(transaction)
    door = [
        *door_refusals(
            state, transaction, chain=place.chain, time=place.time, parameters=parameters
        ),
        *(_not_signed(each) for each in unsigned),
        *strange,
    ]
    if is_executed(transaction.id):
        door.insert(
            0, DoorRefusal(DoorCode.ALREADY_EXECUTED, "the transaction is in the chain already")
        )
    keys = [key for key in body.signers if assumed is None or key in assumed or key not in unsigned]
    if not keys:
        return DryRun(transaction.id, place, (), tuple(door), (), ())
    consents = Consents(state, place.time, dict.fromkeys(keys, place.time))
    rehearsal = Rehearsal(state, place, consents, transaction=transaction.id, keys=keys)
    for index, operation in enumerate(body.operations):
        rehearsal.operation = index
        rehearsal.attempt(run, operation)
    return DryRun(
        transaction.id,
        place,
        sentences,
        tuple(door),
        tuple(rehearsal.noted),
        tuple(rehearsal.events),
    )


def _check_work(state: State, operations: Iterable[AnyOperation]) -> None:
    work = 0
    for operation in operations:
        work += operation.work(state)
        if work > WORK_MAX:
            raise DoorRefusal(
                DoorCode.TOO_MANY_OPERATIONS,
                f"it would carry out more than {WORK_MAX} operations: no more are tried",
                may=WORK_MAX,
            )


def open_draft(envelope: bytes, *, bytes_max: int) -> CheckedTransaction:
    """Decode a transaction whose signatures may lack.

    Raises:
        DoorRefusal: `too_large` or `malformed`.
    """
    check_size(envelope, bytes_max)
    try:
        draft = decode(envelope, Draft)
    except EncodingError as error:
        raise DoorRefusal(DoorCode.MALFORMED, f"the transaction is {error}") from error
    body = open_body(draft.body)
    return CheckedTransaction(transaction_id(draft.body), body, draft.signatures, envelope)


def _unsigned(transaction: CheckedTransaction) -> tuple[list[PublicKey], list[DoorRefusal]]:
    """Return the signers without a valid signature, and what is wrong with other signatures."""
    message = signed_message(transaction.id)
    signers, signatures = transaction.body.signers, list(transaction.signatures)
    whole = len(signatures) == len(signers)
    unsigned = []
    for key in signers:
        if signatures and verify(key, message, signatures[0]):
            signatures.pop(0)
            continue
        if whole:
            signatures.pop(0)
        unsigned.append(key)
    if not signatures:
        return unsigned, []
    detail = f"{len(signatures)} signatures are of none of its signers, or out of order"
    return unsigned, [DoorRefusal(DoorCode.MALFORMED, detail, have=len(signatures))]


def _not_signed(key: PublicKey) -> DoorRefusal:
    return DoorRefusal(DoorCode.BAD_SIGNATURE, f"the key {key.hex()} has not signed", key=key.hex())
