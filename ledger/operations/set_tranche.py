"""Announce a tranche of an instrument, or change one."""

from collections.abc import Iterable

from amanat.ledger.authorization import ApprovalOf, Requirement, SignatureOf
from amanat.ledger.dates import Date
from amanat.ledger.identifiers import InstrumentId, PositiveAmount
from amanat.ledger.instruments import life_cycle, tranches
from amanat.ledger.instruments.instrument import Instrument
from amanat.ledger.instruments.tranche import Tranche, TrancheNumber
from amanat.ledger.operation_execution import Execution
from amanat.ledger.operations.operation import Operation
from amanat.ledger.operations.registering import check_multiple
from amanat.ledger.rejections import Refused, RejectionCode
from amanat.ledger.state import TRANCHES, State
from amanat.ledger.wording import day, quantity


class SetTranche(Operation, frozen=True, tag="set-tranche"):
    """Announces the next tranche of an instrument, or changes the amount and dates of one.

    All tranches together, with what was issued before the first, stay within the authorised amount.
    From the first one on, whatever is issued is issued in a tranche. A re-opening (tap) is one.
    """

    signers = "the instrument's issuer, and whom the policy `set-tranche` asks"
    acts = ("set-tranche",)
    refusals = (
        RejectionCode.UNKNOWN_INSTRUMENT,
        RejectionCode.WRONG_STATUS,
        RejectionCode.INVALID_TRANCHE,
        RejectionCode.UNKNOWN_TRANCHE,
        RejectionCode.NOT_A_MULTIPLE,
        RejectionCode.TRANCHE_EXCEEDED,
        RejectionCode.AUTHORISED_EXCEEDED,
    )
    emits = ("tranche-set",)

    instrument: InstrumentId
    number: TrancheNumber
    """The number of one that there is, or the next one."""
    amount: PositiveAmount
    opens: Date
    """The first business date on which it is issued."""
    closes: Date
    """The last one."""

    def requirements(self, execution: Execution) -> Iterable[Requirement]:
        """The issuer and the policy."""
        instrument = execution.instrument(self.instrument)
        return (SignatureOf(instrument.issuer), ApprovalOf("set-tranche"))

    def apply(self, execution: Execution) -> None:
        """Check it against what is issued, authorised and promised; set it."""
        instrument, state = execution.instrument(self.instrument), execution.state
        life_cycle.check_status(instrument, *life_cycle.OPEN)
        before = state.get(TRANCHES, self.instrument, self.number)
        self._check(state, instrument, before)
        issued = 0 if before is None else before.issued
        tranche = Tranche(self.amount, self.opens, self.closes, issued)
        tranches.put(state, self.instrument, self.number, tranche)
        execution.emit(
            "tranche-set",
            instrument=self.instrument,
            tranche=self.number,
            amount=self.amount,
            opens=self.opens,
            closes=self.closes,
        )

    def _check(self, state: State, instrument: Instrument, before: Tranche | None) -> None:
        if instrument.authorised is None:
            problem = "cash has no authorised amount to divide"
            raise Refused(RejectionCode.INVALID_TRANCHE, problem=problem)
        if self.closes < self.opens:
            problem = f"it closes on {self.closes}, which must not be before {self.opens}"
            raise Refused(RejectionCode.INVALID_TRANCHE, problem=problem)
        following = tranches.totals(state, self.instrument).count + 1
        if before is None and self.number != following:
            raise Refused(
                RejectionCode.UNKNOWN_TRANCHE,
                instrument=self.instrument,
                tranche=self.number,
                next=following,
            )
        check_multiple(instrument.terms, self.amount)
        if before is not None and before.issued > self.amount:
            raise Refused(
                RejectionCode.TRANCHE_EXCEEDED,
                tranche=self.number,
                would_be=before.issued,
                may_be=self.amount,
            )
        held = 0 if before is None else before.amount
        would_be = tranches.promised(state, self.instrument) - held + self.amount
        if would_be > instrument.authorised:
            raise Refused(
                RejectionCode.AUTHORISED_EXCEEDED,
                instrument=self.instrument,
                would_be=would_be,
                may_be=instrument.authorised,
            )

    def sentence(self, state: State) -> str:
        """Return what it would do."""
        what = quantity(state, self.instrument, self.amount)
        before = state.get(TRANCHES, self.instrument, self.number)
        verb = "announce" if before is None else "change"
        return f"{verb} tranche {self.number}: {what}, {day(self.opens)} to {day(self.closes)}"
