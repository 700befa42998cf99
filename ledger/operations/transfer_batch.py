"""Transfer batch: thousands of transfers out of one account under one signature."""

from collections.abc import Iterable
from typing import Annotated, Final

from msgspec import Meta

from amanat.ledger.authorization import Requirement, SignatureOf
from amanat.ledger.checks import MOVEMENT_CODES
from amanat.ledger.encoding import Structure
from amanat.ledger.holdings.movements import Movement, Purpose
from amanat.ledger.identifiers import Digest, InstrumentId, Name, PositiveAmount, Reference
from amanat.ledger.moving.posting import post
from amanat.ledger.operation_execution import Execution
from amanat.ledger.operations.operation import Operation
from amanat.ledger.rejections import Refused, RejectionCode
from amanat.ledger.state import State
from amanat.ledger.wording import quantity

LINES_MAX: Final = 10_000
"""Lines of one batch."""


class Line(Structure, frozen=True):
    """One transfer of a batch."""

    target: Name
    amount: PositiveAmount
    reference: Reference | None = None
    travel_data: Digest | None = None
    """See `transfer`."""


class TransferBatch(Operation, frozen=True, tag="transfer-batch"):
    """Moves amounts of one instrument out of one account into many, all of them or none.

    Every line passes every check, in order, on what the lines before it left. An account may stand
    in several lines. Each line counts as one operation towards the network's limit.
    """

    signers = "the owner of the source account"
    refusals = (
        RejectionCode.UNKNOWN_ACCOUNT,
        RejectionCode.UNKNOWN_INSTRUMENT,
        *MOVEMENT_CODES,
    )
    emits = ("transferred",)

    source: Name
    instrument: InstrumentId
    lines: Annotated[tuple[Line, ...], Meta(min_length=1, max_length=LINES_MAX)]

    @property
    def weight(self) -> int:
        """As many as it has lines."""
        return len(self.lines)

    def requirements(self, execution: Execution) -> Iterable[Requirement]:
        """The owner of the source account."""
        return (SignatureOf(execution.owner_of(self.source)),)

    def apply(self, execution: Execution) -> None:
        """Move line by line. A refusal tells in which it is, counted from 0."""
        instrument, source = execution.instrument(self.instrument), execution.account(self.source)
        for number, line in enumerate(self.lines):
            try:
                target = execution.account(line.target)
                movement = Movement(Purpose.TRANSFER, instrument, source, target, line.amount)
                post(execution, movement._replace(travel_data=line.travel_data))
            except Refused as refused:
                raise Refused(refused.code, **refused.figures, line=number) from refused
            told = {} if line.reference is None else {"reference": line.reference}
            if line.travel_data is not None:
                told["travel_data"] = line.travel_data.hex()
            execution.emit(
                "transferred",
                source=self.source,
                target=line.target,
                instrument=self.instrument,
                amount=line.amount,
                **told,
            )

    def sentence(self, state: State) -> str:
        """Return what it would do."""
        what = quantity(state, self.instrument, sum(line.amount for line in self.lines))
        targets = len({line.target for line in self.lines})
        return (
            f"transfer {what} from {self.source} to {targets:,} accounts, "
            f"in {len(self.lines):,} lines"
        )
