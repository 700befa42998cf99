"""Set the calendar: holidays, weekends and cut-offs."""

from collections.abc import Iterable
from typing import Final

from amanat.ledger.authorization import ApprovalOf, Requirement
from amanat.ledger.days.calendar import Calendar, CutOff
from amanat.ledger.operation_execution import Execution
from amanat.ledger.operations.operation import Operation
from amanat.ledger.rejections import Refused, RejectionCode
from amanat.ledger.state import CALENDAR, State
from amanat.ledger.wording import day

WEEKDAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


class SetCalendar(Operation, frozen=True, tag="set-calendar"):
    """Replaces the calendar of business days and cut-offs, whole.

    The day that is open stays open, also where it becomes a holiday. A cut-off holds for it from
    now on.
    """

    signers = "whom the policy `set-calendar` asks"
    acts = ("set-calendar",)
    refusals = (RejectionCode.INVALID_CALENDAR,)
    emits = ("calendar-set",)

    calendar: Calendar

    def requirements(self, execution: Execution) -> Iterable[Requirement]:
        """The policy."""
        del execution
        return (ApprovalOf("set-calendar"),)

    def apply(self, execution: Execution) -> None:
        """Check it and put it in force."""
        for problem in self.calendar.problems():
            raise Refused(RejectionCode.INVALID_CALENDAR, problem=problem)
        execution.state.put(self.calendar, CALENDAR)
        execution.emit(
            "calendar-set",
            holidays=len(self.calendar.holidays),
            cut_offs=",".join(_told(each) for each in self.calendar.cut_offs),
        )

    def sentence(self, state: State) -> str:
        """Return what it would do."""
        present = state.get(CALENDAR)
        before = set() if present is None else set(present.holidays)
        after = set(self.calendar.holidays)
        added = ", ".join(day(each) for each in sorted(after - before)) or "none"
        taken = ", ".join(day(each) for each in sorted(before - after)) or "none"
        weekend = ", ".join(WEEKDAYS[number] for number in self.calendar.weekend)
        cut_offs = ", ".join(_told(each) for each in self.calendar.cut_offs)
        return (
            f"add the holidays {added}; take away {taken}; weekend: {weekend or 'none'}; "
            f"cut-offs: {cut_offs or 'none'}"
        )


def _told(cut_off: CutOff) -> str:
    hour, minute = divmod(cut_off.minute, 60)
    return f"{cut_off.business.value} at {hour:02}:{minute:02}"
