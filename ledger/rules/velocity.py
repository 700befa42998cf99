"""Nobody gives away more than so much in a day, a week or a month."""

from collections.abc import Iterator
from enum import StrEnum
from typing import Final

from amanat.ledger.dates import Date, civil
from amanat.ledger.days.calendar import EPOCH_WEEKDAY
from amanat.ledger.encoding import Structure
from amanat.ledger.holdings.movements import Movement
from amanat.ledger.identifiers import PositiveAmount
from amanat.ledger.operation_execution import Execution
from amanat.ledger.rejections import Refused, RejectionCode
from amanat.ledger.rules.rule import Rule
from amanat.ledger.state import Table


class Period(StrEnum):
    """A span of calendar dates in Pakistan."""

    DAY = "day"
    MONTH = "month"
    """From its first date to its last."""
    WEEK = "week"
    """From Monday to Sunday (ISO 8601)."""


class MovedOut(Structure, frozen=True):
    """What a holder has given away in the last period in which it gave anything."""

    number: int
    """Which period, counted as `number_of` does."""
    amount: PositiveAmount


MOVED_OUT: Final = Table("moved-out", MovedOut)
"""By instrument, holder and period: one entry each, written over when a new period begins."""


class Velocity(Rule, frozen=True, tag="velocity"):
    """What a holder gives to others out of all its accounts in a period is at most this.

    Counted are voluntary movements to other holders, since the rule was made; what an order takes
    or a redemption ends is not. The issuer gives as much as it likes. One rule per period.
    """

    codes = (RejectionCode.VELOCITY,)

    period: Period
    most: PositiveAmount

    @property
    def subject(self) -> str:
        """The period."""
        return self.period.value

    @property
    def title(self) -> str:
        """What the rule is."""
        return f"what a holder may give away in a {self.period.value}"

    @property
    def measure(self) -> int:
        """The amount."""
        return self.most

    def refusals(self, execution: Execution, movement: Movement) -> Iterator[Refused]:
        """Look at what the holder would have given away."""
        holder = _giver(movement)
        if holder is None:
            return
        would_move = self._moved(execution, movement, holder) + movement.amount
        if would_move > self.most:
            yield Refused(
                RejectionCode.VELOCITY,
                holder=holder,
                period=self.period.value,
                would_move=would_move,
                may_move=self.most,
            )

    def moved(self, execution: Execution, movement: Movement) -> None:
        """Count a movement that was made."""
        holder = _giver(movement)
        if holder is None:
            return
        amount = self._moved(execution, movement, holder) + movement.amount
        counted = MovedOut(number_of(self.period, execution.today), amount)
        place = (movement.instrument.id, holder, self.period.value)
        execution.state.put(counted, MOVED_OUT, *place)

    def _moved(self, execution: Execution, movement: Movement, holder: str) -> int:
        place = (movement.instrument.id, holder, self.period.value)
        counted = execution.state.get(MOVED_OUT, *place)
        now = number_of(self.period, execution.today)
        return counted.amount if counted is not None and counted.number == now else 0


def number_of(period: Period, date: Date) -> int:
    """Return which day, week or month a date lies in; each is one more than the one before it."""
    if period is Period.DAY:
        return date
    if period is Period.WEEK:
        return (date + EPOCH_WEEKDAY) // 7
    year, month, _ = civil(date)
    return year * 12 + month - 1


def _giver(movement: Movement) -> str | None:
    """Return who gives something to somebody else; None where nobody does that is counted."""
    source = movement.source
    if source is None or movement.is_within_holder or not movement.is_voluntary:
        return None
    return None if source.owner == movement.instrument.issuer else source.owner
