"""Nobody gives it away before a date."""

from collections.abc import Iterator

from amanat.ledger.dates import Date
from amanat.ledger.holdings.movements import Movement
from amanat.ledger.operation_execution import Execution
from amanat.ledger.rejections import Refused, RejectionCode
from amanat.ledger.rules.rule import Rule
from amanat.ledger.state import State
from amanat.ledger.wording import day


class LockUp(Rule, frozen=True, tag="lock-up"):
    """Before this calendar date in Pakistan no holder gives it to another one.

    The issuer may deliver what it issued. Units of an instrument are alike, so a lock-up has one
    end for all; one of so many days after the issue is the date that these lead to.
    """

    codes = (RejectionCode.LOCKED_UP,)

    until: Date
    """The first date on which it may move."""

    @property
    def title(self) -> str:
        """What the rule is."""
        return "the lock-up"

    def says(self, state: State, instrument: str) -> str:
        """Return the date."""
        del state, instrument
        return f"until {day(self.until)}"

    def refusals(self, execution: Execution, movement: Movement) -> Iterator[Refused]:
        """Look at who gives, and when."""
        source = movement.source
        if source is None or source.owner == movement.instrument.issuer:
            return
        if execution.today < self.until and not movement.is_within_holder:
            yield Refused(
                RejectionCode.LOCKED_UP,
                account=source.name,
                until=self.until,
                today=execution.today,
            )
