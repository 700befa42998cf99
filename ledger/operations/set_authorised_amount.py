"""Set how much of an instrument may be issued."""

from collections.abc import Iterable

from amanat.ledger.authorization import ApprovalOf, Requirement
from amanat.ledger.identifiers import InstrumentId, PositiveAmount
from amanat.ledger.instruments import life_cycle, tranches
from amanat.ledger.instruments.instrument import changed
from amanat.ledger.operation_execution import Execution
from amanat.ledger.operations.operation import Operation
from amanat.ledger.operations.registering import check_authorised
from amanat.ledger.rejections import Refused, RejectionCode
from amanat.ledger.state import INSTRUMENTS, State
from amanat.ledger.wording import quantity


class SetAuthorisedAmount(Operation, frozen=True, tag="set-authorised-amount"):
    """Sets how much of an instrument may be issued in all, redeemed or not.

    It may be lowered to what is issued and promised to tranches, and no further.
    """

    signers = "whom the policy `set-authorised-amount` asks"
    acts = ("set-authorised-amount",)
    refusals = (
        RejectionCode.UNKNOWN_INSTRUMENT,
        RejectionCode.WRONG_STATUS,
        RejectionCode.INVALID_TERMS,
        RejectionCode.NOT_A_MULTIPLE,
        RejectionCode.AUTHORISED_EXCEEDED,
    )
    emits = ("authorised-amount-set",)

    instrument: InstrumentId
    amount: PositiveAmount

    def requirements(self, execution: Execution) -> Iterable[Requirement]:
        """The policy."""
        del execution
        return (ApprovalOf("set-authorised-amount"),)

    def apply(self, execution: Execution) -> None:
        """Check it against what is issued and promised, and change it."""
        instrument = execution.instrument(self.instrument)
        life_cycle.check_status(instrument, *life_cycle.OPEN)
        check_authorised(instrument.terms, self.amount)
        promised = tranches.promised(execution.state, self.instrument)
        if promised > self.amount:
            raise Refused(
                RejectionCode.AUTHORISED_EXCEEDED,
                instrument=self.instrument,
                would_be=promised,
                may_be=self.amount,
            )
        life_cycle.put(execution, changed(instrument, authorised=self.amount))
        execution.emit("authorised-amount-set", instrument=self.instrument, amount=self.amount)

    def sentence(self, state: State) -> str:
        """Return what it would do."""
        found = state.get(INSTRUMENTS, self.instrument)
        before = None if found is None else found.authorised
        was = "" if before is None else f", not {quantity(state, self.instrument, before)}"
        return f"let {quantity(state, self.instrument, self.amount)} be issued in all{was}"
