"""Only some classes of investors may hold."""

from collections.abc import Iterator

from amanat.ledger.accounts import InvestorClass
from amanat.ledger.movements import Movement
from amanat.ledger.operation_execution import Execution
from amanat.ledger.rejections import Refused, RejectionCode
from amanat.ledger.rules.rule import Rule


class InvestorClasses(Rule, frozen=True, tag="investor-classes"):
    """Whoever receives belongs to one of these classes."""

    codes = (RejectionCode.CLASS_NOT_ALLOWED,)

    allowed: tuple[InvestorClass, ...]
    """Sorted, each once."""

    def problems(self) -> list[str]:
        """The list is a sorted one."""
        names = [each.value for each in self.allowed]
        return [] if names == sorted(set(names)) else ["classes must be sorted, each once"]

    def sentence(self) -> str:
        """Return the rule in plain words."""
        names = ", ".join(each.value.replace("_", " ") for each in self.allowed)
        return f"only these investors may receive it: {names or 'none'}"

    def refusals(self, execution: Execution, movement: Movement) -> Iterator[Refused]:
        """Look at who receives."""
        del execution
        target = movement.target
        if target is not None and target.attestation.investor_class not in self.allowed:
            yield Refused(
                RejectionCode.CLASS_NOT_ALLOWED,
                account=target.name,
                investor_class=target.attestation.investor_class.value,
            )
