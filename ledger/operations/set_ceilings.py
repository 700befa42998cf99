"""Set the ceilings on what the state may owe in one currency."""

from collections.abc import Iterable

from amanat.ledger.authorization import ApprovalOf, Requirement
from amanat.ledger.identifiers import InstrumentId
from amanat.ledger.instruments import borrowing
from amanat.ledger.instruments.ceilings import Ceilings
from amanat.ledger.operation_execution import Execution
from amanat.ledger.operations.operation import Operation
from amanat.ledger.rejections import Refused, RejectionCode
from amanat.ledger.state import CEILINGS, State
from amanat.ledger.terms import CashTerms
from amanat.ledger.wording import day, quantity


class SetCeilings(Operation, frozen=True, tag="set-ceilings"):
    """Replaces the ceilings on debt that is paid in one cash instrument, whole.

    As soon as there is one, debt is issued only on dates on which one holds, and all debt together
    stays within it. One that is lower than what is owed already is no fault: nothing is issued
    until enough was redeemed.
    """

    signers = "whom the policy `set-ceilings` asks"
    acts = ("set-ceilings",)
    refusals = (
        RejectionCode.UNKNOWN_INSTRUMENT,
        RejectionCode.NOT_CASH,
        RejectionCode.INVALID_CEILINGS,
    )
    emits = ("ceilings-set",)

    cash: InstrumentId
    ceilings: Ceilings
    """With no period, none holds any more."""

    def requirements(self, execution: Execution) -> Iterable[Requirement]:
        """The policy."""
        del execution
        return (ApprovalOf("set-ceilings"),)

    def apply(self, execution: Execution) -> None:
        """Check the list and put it in force."""
        if not isinstance(execution.instrument(self.cash).terms, CashTerms):
            raise Refused(RejectionCode.NOT_CASH, instrument=self.cash)
        for problem in self.ceilings.problems():
            raise Refused(RejectionCode.INVALID_CEILINGS, problem=problem)
        execution.state.put(self.ceilings if self.ceilings.periods else None, CEILINGS, self.cash)
        execution.emit("ceilings-set", cash=self.cash, periods=len(self.ceilings.periods))

    def sentence(self, state: State) -> str:
        """Return what it would do."""
        owed = quantity(state, self.cash, borrowing.outstanding(state, self.cash))
        periods = "; ".join(
            f"{quantity(state, self.cash, each.amount)} from {day(each.first)} to "
            f"{day(each.last)} ({each.law})"
            for each in self.ceilings.periods
        )
        return f"let all debt in {self.cash} be at most {periods or 'anything'}; owed now is {owed}"
