"""Whether a kind of business can still be done on the business day that is open."""

from collections.abc import Iterator

from amanat.ledger.days.calendar import Business
from amanat.ledger.operation_execution import Execution
from amanat.ledger.rejections import Refused, RejectionCode
from amanat.ledger.state import calendar_of


def refusals(execution: Execution, business: Business) -> Iterator[Refused]:
    """Yield the refusal of what comes after the cut-off of the open day.

    Where the open day is still to begin, as on a weekend, its cut-off is still to come.
    """
    calendar = calendar_of(execution.state)
    if not calendar.cut_offs:
        return
    today = execution.business_date
    cut_off = calendar.cut_off(business, today)
    if cut_off is not None and execution.time >= cut_off:
        yield Refused(
            RejectionCode.PAST_CUT_OFF,
            business=business.value,
            cut_off=cut_off,
            now=execution.time,
            next=calendar.following(today),
        )
