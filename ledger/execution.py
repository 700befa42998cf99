"""What a transaction does to the state: the rule book's table of contents.

`check_door` says what may be in a block at all; `BlockExecution` runs a block's transactions one
after the other, each whole or not at all. Leader and follower run the same code; only so do they
reach the same roots.
"""

from collections.abc import Callable, Iterator, Sequence

from amanat.ledger.authentication import VerifiedTransactions
from amanat.ledger.authorization import Consents
from amanat.ledger.blocks import Place
from amanat.ledger.executed import ExecutedDay, RejectionCount, Turn, day_of, hour_of
from amanat.ledger.governance.participants import Participant
from amanat.ledger.governance.policies import Parameters
from amanat.ledger.identifiers import EMPTY_DIGEST, Digest, LedgerTime, PublicKey
from amanat.ledger.operation_execution import Execution
from amanat.ledger.operations.operation import run
from amanat.ledger.receipts import Applied, Receipt, Rejected
from amanat.ledger.rejections import DoorCode, DoorRefusal, Refused
from amanat.ledger.state import (
    DEAD_KEYS,
    EXECUTED,
    KEYS,
    PARTICIPANTS,
    REJECTIONS,
    State,
    business_day_of,
)
from amanat.ledger.transactions import CheckedTransaction


def check_door(
    state: State,
    transaction: CheckedTransaction,
    *,
    chain: Digest,
    time: LedgerTime,
    parameters: Parameters,
    verified: VerifiedTransactions,
) -> None:
    """Check, cheapest first, what must hold before a transaction may be in a block at `time`.

    Raises:
        DoorRefusal: the first thing that does not hold.
    """
    for refusal in door_refusals(state, transaction, chain=chain, time=time, parameters=parameters):
        raise refusal
    if not verified.verifies(transaction):
        raise DoorRefusal(DoorCode.BAD_SIGNATURE, "a signature does not verify")


def door_refusals(
    state: State,
    transaction: CheckedTransaction,
    *,
    chain: Digest,
    time: LedgerTime,
    parameters: Parameters,
) -> Iterator[DoorRefusal]:
    """Yield, cheapest first, every reason to refuse it at the door but its signatures."""
    body = transaction.body
    if body.chain != chain:
        yield DoorRefusal(
            DoorCode.WRONG_CHAIN,
            "the transaction is signed for another chain",
            have=body.chain.hex(),
            need=chain.hex(),
        )
    count = sum(operation.weight for operation in body.operations)
    if count > parameters.operations_max:
        yield DoorRefusal(
            DoorCode.TOO_MANY_OPERATIONS,
            f"it has {count} operations; at most {parameters.operations_max} may be",
            have=count,
            may=parameters.operations_max,
        )
    if body.valid_until < time:
        yield DoorRefusal(
            DoorCode.EXPIRED,
            f"valid_until {body.valid_until} has passed: it is {time}",
            valid_until=body.valid_until,
            time=time,
        )
    latest = time + parameters.validity_max_ms
    if body.valid_until > latest:
        yield DoorRefusal(
            DoorCode.VALID_TOO_LONG,
            f"valid_until {body.valid_until} is too far ahead: at most {latest} may be asked now",
            valid_until=body.valid_until,
            may=latest,
        )
    names: dict[str, None] = {}
    for key in body.signers:
        owner = state.get(KEYS, key)
        if owner is None:
            yield _nobodys(state, key)
            continue
        names[owner] = None
        held = _holder(state, owner).held(key)
        if held.has_ended(time):
            yield DoorRefusal(
                DoorCode.KEY_ENDED,
                f"the key {key.hex()} of {owner} has ended at {held.until}: it is {time}",
                key=key.hex(),
                participant=owner,
                until=held.until or 0,
                time=time,
            )
    for name in names:
        yield from _rejection_refusals(state, name, time, parameters.rejections_per_hour_max)


def _holder(state: State, name: str) -> Participant:
    participant = state.get(PARTICIPANTS, name)
    if participant is None:
        raise AssertionError(f"a key belongs to {name}, who does not exist")
    return participant


def _nobodys(state: State, key: PublicKey) -> DoorRefusal:
    """Return the refusal of a key that is no participant's: it may have been one's."""
    owner = state.get(DEAD_KEYS, key)
    if owner is None:
        return DoorRefusal(
            DoorCode.UNKNOWN_KEY,
            f"the key {key.hex()} belongs to no participant",
            key=key.hex(),
        )
    return DoorRefusal(
        DoorCode.KEY_ENDED,
        f"the key {key.hex()} was given up by {owner}, blocked or replaced: it is dead",
        key=key.hex(),
        participant=owner,
    )


def _rejection_refusals(
    state: State, name: str, time: LedgerTime, most: int
) -> Iterator[DoorRefusal]:
    rejections = state.get(REJECTIONS, name)
    if rejections is None or rejections.hour != hour_of(time):
        return
    if rejections.count >= most:
        yield DoorRefusal(
            DoorCode.TOO_MANY_REJECTIONS,
            f"{name} has had {rejections.count} transactions rejected this hour",
            participant=name,
            have=rejections.count,
            may=most,
        )


class BlockExecution:
    """The execution of one block at one ledger time."""

    def __init__(
        self,
        state: State,
        place: Place,
        *,
        parameters: Parameters,
        is_executed: Callable[[Digest], bool],
        verified: VerifiedTransactions,
    ) -> None:
        """`is_executed` tells whether an id is in an earlier block."""
        self.state = state
        self._place = place
        self._parameters = parameters
        self._is_executed = is_executed
        self._verified = verified
        self._days: dict[int, ExecutedDay] = {}
        self.receipts: list[Receipt] = []
        self.ids: dict[Digest, Turn] = {}
        """The transactions executed, in order, each with its turn."""

    @property
    def time(self) -> LedgerTime:
        """The block's ledger time."""
        return self._place.time

    def add(self, transaction: CheckedTransaction) -> None:
        """Execute the next transaction.

        Raises:
            DoorRefusal: it may not be in this block; nothing has changed.
        """
        if transaction.id in self.ids or self._is_executed(transaction.id):
            raise DoorRefusal(DoorCode.ALREADY_EXECUTED, "the transaction is in the chain already")
        check_door(
            self.state,
            transaction,
            chain=self._place.chain,
            time=self.time,
            parameters=self._parameters,
            verified=self._verified,
        )
        keys = dict.fromkeys(transaction.body.signers, self.time)
        consents = Consents(self.state, self.time, keys)
        outcome = self._execute(transaction, consents)
        if type(outcome) is Rejected:
            self._count_rejection(consents.names)
        self.receipts.append(Receipt(transaction.id, transaction.envelope_digest, outcome))
        self.ids[transaction.id] = self._remember(transaction)

    def take(
        self, candidates: Sequence[CheckedTransaction]
    ) -> tuple[list[bytes], list[tuple[CheckedTransaction, DoorRefusal]]]:
        """Execute the first of `candidates`, as many as a block holds.

        A block ends with the transaction that closes a business day. What waits is of the next: so
        the state after that block is the state at the close, and can be proved as such.

        Returns:
            Those taken, as they were submitted; and those that may not be in this block.
        """
        taken: list[bytes] = []
        refused: list[tuple[CheckedTransaction, DoorRefusal]] = []
        room = self._parameters.block_bytes_max
        today = business_day_of(self.state)
        for candidate in candidates[: self._parameters.block_transactions_max]:
            if taken and len(candidate.envelope) > room:
                break
            try:
                self.add(candidate)
            except DoorRefusal as refusal:
                refused.append((candidate, refusal))
                continue
            taken.append(candidate.envelope)
            room -= len(candidate.envelope)
            if business_day_of(self.state) != today:
                break
        return taken, refused

    def changes(self) -> dict[bytes, bytes | None]:
        """Return what the block changes in the state."""
        for day, executed in self._days.items():
            self.state.put(executed, EXECUTED, day)
        self.state.commit()
        return self.state.changes()

    def _execute(self, transaction: CheckedTransaction, consents: Consents) -> Applied | Rejected:
        """Run every operation, or none."""
        execution = Execution(
            self.state,
            self._place,
            consents,
            transaction=transaction.id,
            keys=transaction.body.signers,
        )
        for index, operation in enumerate(transaction.body.operations):
            execution.operation = index
            try:
                run(execution, operation)
            except Refused as refused:
                self.state.rollback()
                return Rejected(refused.code.value, index, refused.figures)
        self.state.commit()
        return Applied(tuple(execution.events))

    def _count_rejection(self, names: list[str]) -> None:
        """Rejected transactions cost the network; each participant may cause so many an hour."""
        hour = hour_of(self.time)
        for name in names:
            before = self.state.get(REJECTIONS, name)
            count = before.count if before is not None and before.hour == hour else 0
            self.state.put(RejectionCount(hour, count + 1), REJECTIONS, name)
        self.state.commit()

    def _remember(self, transaction: CheckedTransaction) -> Turn:
        """Commit the state to the id until its `valid_until` has passed (exactly once)."""
        day = day_of(transaction.body.valid_until)
        executed = self._days.get(day)
        if executed is None:
            executed = self.state.get(EXECUTED, day) or ExecutedDay(0, EMPTY_DIGEST)
        self._days[day] = executed.followed_by(transaction.id)
        return Turn(day, executed.count)
