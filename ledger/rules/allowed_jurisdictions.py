"""Only residents of some countries may hold."""

from collections.abc import Iterator

from amanat.ledger.custody.accounts import Jurisdiction
from amanat.ledger.holdings.movements import Movement
from amanat.ledger.operation_execution import Execution
from amanat.ledger.rejections import Refused
from amanat.ledger.rules import receiving
from amanat.ledger.rules.rule import Rule
from amanat.ledger.state import State


class AllowedJurisdictions(Rule, frozen=True, tag="allowed-jurisdictions"):
    """Whoever receives is resident in one of these countries.

    A holder may move what it has among its own accounts of one country.
    """

    codes = receiving.CODES

    allowed: tuple[Jurisdiction, ...]
    """Sorted, each once."""

    @property
    def title(self) -> str:
        """What the rule is."""
        return "the countries whose residents may receive it"

    def problems(self) -> list[str]:
        """The list is a sorted one."""
        return receiving.problems(self.allowed)

    def says(self, state: State, instrument: str) -> str:
        """Return the countries."""
        del state, instrument
        return ", ".join(self.allowed) or "none"

    def refusals(self, execution: Execution, movement: Movement) -> Iterator[Refused]:
        """Look at who receives."""
        del execution
        country = receiving.country(movement)
        if country is not None and country not in self.allowed:
            yield receiving.refused(movement, country)
