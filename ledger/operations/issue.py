"""Issue: what did not exist comes into an account."""

from collections.abc import Iterable

from amanat.ledger.authorization import ApprovalOf, Requirement, SignatureOf
from amanat.ledger.calendar import Business
from amanat.ledger.checks import MOVEMENT_CODES
from amanat.ledger.identifiers import InstrumentId, Name, PositiveAmount
from amanat.ledger.instruments import KINDS, TreasuryBillTerms
from amanat.ledger.movements import Movement, Purpose
from amanat.ledger.operation_execution import Execution
from amanat.ledger.operations.operation import Operation
from amanat.ledger.posting import post
from amanat.ledger.rejections import Refused, RejectionCode
from amanat.ledger.state import State
from amanat.ledger.wording import quantity


class Issue(Operation, frozen=True, tag="issue"):
    """Creates an amount of an instrument in an account: a bill by its issuer, cash by the bank."""

    signers = "the instrument's issuer, and whom the policy `issue/<kind>` asks"
    acts = tuple(f"issue/{kind}" for kind in KINDS)
    business = Business.ISSUE
    refusals = (
        RejectionCode.UNKNOWN_INSTRUMENT,
        RejectionCode.UNKNOWN_ACCOUNT,
        RejectionCode.ALREADY_MATURED,
        *MOVEMENT_CODES,
    )
    emits = ("issued",)

    instrument: InstrumentId
    account: Name
    amount: PositiveAmount

    def requirements(self, execution: Execution) -> Iterable[Requirement]:
        """The issuer, and the policy for this kind of instrument."""
        instrument = execution.instrument(self.instrument)
        return (SignatureOf(instrument.issuer), ApprovalOf(f"issue/{instrument.terms.kind}"))

    def apply(self, execution: Execution) -> None:
        """Add to the supply and to the account."""
        instrument = execution.instrument(self.instrument)
        account = execution.account(self.account)
        terms = instrument.terms
        if isinstance(terms, TreasuryBillTerms):
            today = execution.business_date
            if today >= terms.maturity_date:
                raise Refused(
                    RejectionCode.ALREADY_MATURED, matures=terms.maturity_date, today=today
                )
        post(execution, Movement(Purpose.ISSUE, instrument, None, account, self.amount))
        execution.emit(
            "issued", instrument=self.instrument, account=self.account, amount=self.amount
        )

    def sentence(self, state: State) -> str:
        """Return what it would do."""
        return f"issue {quantity(state, self.instrument, self.amount)} into {self.account}"
