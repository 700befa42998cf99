"""Only some classes of investors may hold."""

from collections.abc import Iterator

from amanat.ledger.custody.accounts import InvestorClass
from amanat.ledger.holdings.movements import Movement
from amanat.ledger.operation_execution import Execution
from amanat.ledger.rejections import Refused, RejectionCode
from amanat.ledger.rules.rule import Rule
from amanat.ledger.state import State


class InvestorClasses(Rule, frozen=True, tag="investor-classes"):
    """Whoever receives belongs to one of these classes.

    A holder may move what it has among its own accounts of one class.
    """

    codes = (RejectionCode.CLASS_NOT_ALLOWED,)

    allowed: tuple[InvestorClass, ...]
    """Sorted, each once."""

    @property
    def title(self) -> str:
        """What the rule is."""
        return "the classes of investors that may receive it"

    def problems(self) -> list[str]:
        """The list is a sorted one."""
        names = [each.value for each in self.allowed]
        return [] if names == sorted(set(names)) else ["classes must be sorted, each once"]

    def says(self, state: State, instrument: str) -> str:
        """Return the classes."""
        del state, instrument
        return ", ".join(each.value.replace("_", " ") for each in self.allowed) or "none"

    def refusals(self, execution: Execution, movement: Movement) -> Iterator[Refused]:
        """Look at who receives."""
        del execution
        source, target = movement.source, movement.target
        if target is None or target.owner == movement.instrument.issuer:
            return
        receives = target.attestation.investor_class
        has = None if source is None else source.attestation.investor_class
        if movement.is_within_holder and has is receives:
            return
        if receives not in self.allowed:
            yield Refused(
                RejectionCode.CLASS_NOT_ALLOWED,
                account=target.name,
                investor_class=receives.value,
            )
