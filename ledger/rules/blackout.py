"""On some days nothing of it changes hands."""

from collections.abc import Iterator
from typing import Annotated

from msgspec import Meta

from amanat.ledger.dates import Date
from amanat.ledger.encoding import Structure
from amanat.ledger.holdings.movements import Movement
from amanat.ledger.operation_execution import Execution
from amanat.ledger.rejections import Refused, RejectionCode
from amanat.ledger.rules.rule import Rule
from amanat.ledger.state import State
from amanat.ledger.wording import day


class Window(Structure, frozen=True):
    """Days on which nothing changes hands."""

    first: Date
    last: Date
    """The last of them: on the day after, it moves again."""


class Blackout(Rule, frozen=True, tag="blackout"):
    """In these windows, by the calendar in Pakistan, nothing of it comes to a holder or leaves one.

    Neither does the issuer place any. What moves within one holder moves.
    """

    codes = (RejectionCode.BLACKOUT,)

    windows: Annotated[tuple[Window, ...], Meta(min_length=1, max_length=64)]
    """In order, none within or beside another."""

    @property
    def title(self) -> str:
        """What the rule is."""
        return "the blackout"

    def problems(self) -> list[str]:
        """Each window begins before it ends, and after the one before it has ended."""
        dates = [date for each in self.windows for date in (each.first, each.last + 1)]
        fine = dates == sorted(set(dates))
        return [] if fine else ["windows must be in order, with a day between each and the next"]

    def says(self, state: State, instrument: str) -> str:
        """Return the windows."""
        del state, instrument
        return ", ".join(f"{day(each.first)} to {day(each.last)}" for each in self.windows)

    def refusals(self, execution: Execution, movement: Movement) -> Iterator[Refused]:
        """Look at the date."""
        if movement.is_within_holder:
            return
        for window in self.windows:
            if window.first <= execution.today <= window.last:
                yield Refused(
                    RejectionCode.BLACKOUT,
                    first=window.first,
                    last=window.last,
                    today=execution.today,
                )
