"""Close the business day, and open the next."""

from collections.abc import Iterable

from amanat.ledger.authorization import ApprovalOf, Requirement
from amanat.ledger.dates import BusinessDay, Date
from amanat.ledger.days.seals import DaySeal
from amanat.ledger.operation_execution import Execution
from amanat.ledger.operations.operation import Operation
from amanat.ledger.rejections import Refused, RejectionCode
from amanat.ledger.state import BUSINESS_DAY, DAY_SEALS, State, business_day_of, calendar_of
from amanat.ledger.wording import day


class CloseDay(Operation, frozen=True, tag="close-day"):
    """Ends the business day. The first business day that is not past is open from then on.

    Its totals are sealed: what each custodian's accounts held and what was issued and redeemed of
    each instrument can be proved for it ever after. It can be closed once its calendar date is
    over. What is done on a weekend is done on the next
    business day, as soon as somebody has closed the last one.
    """

    signers = "whom the policy `close-day` asks"
    acts = ("close-day",)
    refusals = (RejectionCode.WRONG_DAY,)
    emits = ("day-closed",)

    date: Date
    """The day that is to end: the one that is open."""

    def requirements(self, execution: Execution) -> Iterable[Requirement]:
        """The policy."""
        del execution
        return (ApprovalOf("close-day"),)

    def apply(self, execution: Execution) -> None:
        """Move the business date."""
        state = execution.state
        open_day = business_day_of(state)
        if self.date != open_day.date:
            raise Refused(RejectionCode.WRONG_DAY, date=self.date, open=open_day.date)
        if execution.today <= self.date:
            raise Refused(RejectionCode.WRONG_DAY, date=self.date, today=execution.today)
        following = calendar_of(state).on_or_after(execution.today)
        seal = DaySeal(open_day.number, following, execution.height, execution.time)
        state.put(seal, DAY_SEALS, self.date)
        state.put(BusinessDay(following, open_day.number + 1), BUSINESS_DAY)
        execution.emit("day-closed", date=self.date, next=following)

    def sentence(self, state: State) -> str:
        """Return what it would do."""
        del state
        return f"close the business day {day(self.date)}"
