"""What a rule of an instrument is: data that governance sets, and what it refuses."""

from collections.abc import Iterator
from typing import ClassVar

from amanat.ledger.encoding import Structure
from amanat.ledger.movements import Movement
from amanat.ledger.operation_execution import Execution
from amanat.ledger.rejections import Refused, RejectionCode


class Rule(Structure, frozen=True):
    """One rule. A subclass is one file: its docstring and fields are its documentation."""

    codes: ClassVar[tuple[RejectionCode, ...]]
    """With which codes it refuses."""

    def problems(self) -> list[str]:
        """Return what is wrong with the rule by itself; empty when nothing is."""
        return []

    def sentence(self) -> str:
        """Return the rule in plain words."""
        raise NotImplementedError

    def refusals(self, execution: Execution, movement: Movement) -> Iterator[Refused]:
        """Yield every reason that it has to refuse a movement."""
        raise NotImplementedError

    def moved(self, execution: Execution, movement: Movement) -> None:
        """Remember a movement that was made, for a rule that counts them."""
