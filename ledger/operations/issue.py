"""Issue: what did not exist comes into an account."""

from collections.abc import Iterable

from amanat.ledger.authorization import ApprovalOf, Requirement, SignatureOf
from amanat.ledger.checks import MOVEMENT_CODES
from amanat.ledger.days.calendar import Business
from amanat.ledger.holdings.movements import Movement, Purpose
from amanat.ledger.identifiers import InstrumentId, Name, PositiveAmount
from amanat.ledger.instruments import tranches
from amanat.ledger.instruments.tranche import TrancheNumber
from amanat.ledger.moving.posting import post
from amanat.ledger.operation_execution import Execution
from amanat.ledger.operations.operation import Operation
from amanat.ledger.rejections import RejectionCode
from amanat.ledger.state import State
from amanat.ledger.terms import KINDS
from amanat.ledger.wording import quantity


class Issue(Operation, frozen=True, tag="issue"):
    """Creates an amount of an instrument in an account: a debt by its issuer, cash by the bank.

    What is issued in all stays within the authorised amount, and debt within the borrowing ceiling
    of its currency. Where the instrument has tranches, `tranche` is the number of an open one.
    """

    signers = "the instrument's issuer, and whom the policy `issue/<kind>` asks"
    acts = tuple(f"issue/{kind}" for kind in KINDS)
    business = Business.ISSUE
    refusals = (
        RejectionCode.UNKNOWN_INSTRUMENT,
        RejectionCode.UNKNOWN_ACCOUNT,
        *MOVEMENT_CODES,
        *tranches.DRAWING_CODES,
    )
    emits = ("issued",)

    instrument: InstrumentId
    account: Name
    amount: PositiveAmount
    tranche: TrancheNumber | None = None

    def requirements(self, execution: Execution) -> Iterable[Requirement]:
        """The issuer, and the policy for this kind of instrument."""
        instrument = execution.instrument(self.instrument)
        return (SignatureOf(instrument.issuer), ApprovalOf(f"issue/{instrument.terms.kind}"))

    def apply(self, execution: Execution) -> None:
        """Add to the supply and to the account."""
        instrument = execution.instrument(self.instrument)
        account = execution.account(self.account)
        post(execution, Movement(Purpose.ISSUE, instrument, None, account, self.amount))
        tranches.draw(execution, self.instrument, self.tranche, self.amount)
        execution.emit(
            "issued", instrument=self.instrument, account=self.account, amount=self.amount
        )

    def sentence(self, state: State) -> str:
        """Return what it would do."""
        part = "" if self.tranche is None else f", of tranche {self.tranche}"
        return f"issue {quantity(state, self.instrument, self.amount)} into {self.account}{part}"
