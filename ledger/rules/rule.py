"""What a rule of an instrument is: data that governance sets, and what it refuses.

Rules are asked about voluntary movements alone (`Movement.is_voluntary`): what an order wants, or
an instrument owes at its end, passes them, and counters do not count it; totals always tell what
is held, so a cap that such a movement exceeded lets nothing more in. The same holds where a holder
is attested anew, or where a rule is made stricter than what is held already.

The issuer is no investor in what it issued: what lies with it waits to be placed, or was taken
back. Rules about holders do not apply to it.
"""

from collections.abc import Iterator
from typing import ClassVar

from amanat.ledger.encoding import Structure
from amanat.ledger.holdings.movements import Movement
from amanat.ledger.operation_execution import Execution
from amanat.ledger.rejections import Refused, RejectionCode
from amanat.ledger.state import State
from amanat.ledger.wording import quantity


class Rule(Structure, frozen=True):
    """One rule. A subclass is one file: its docstring and fields are its documentation."""

    codes: ClassVar[tuple[RejectionCode, ...]]
    """With which codes it refuses."""
    is_of_owners: ClassVar[bool] = False
    """Whether it looks at what owners hold together: cash has no such rule, for nobody adds up who
    owns it."""

    @property
    def kind(self) -> str:
        """The name of this kind of rule, as it travels."""
        return str(self.__struct_config__.tag)

    @property
    def subject(self) -> str:
        """What this rule alone of its kind is about; an instrument has one rule for each."""
        return ""

    @property
    def title(self) -> str:
        """What the rule is, in plain words: "the cap per holder"."""
        raise NotImplementedError

    @property
    def measure(self) -> int | None:
        """The figure that may be raised or lowered, where the rule has one."""
        return None

    def problems(self) -> list[str]:
        """Return what is wrong with the rule by itself; empty when nothing is."""
        return []

    def says(self, state: State, instrument: str) -> str:
        """Return what the rule says of its title, in plain words: "PKR 5,000.00 of PK04…".

        That is its figure, as an amount of the instrument, where a rule has nothing else to say.
        """
        if self.measure is None:
            raise NotImplementedError
        return quantity(state, instrument, self.measure)

    def sentence(self, state: State, instrument: str) -> str:
        """Return the whole rule in plain words."""
        return f"{self.title}: {self.says(state, instrument)}"

    def refusals(self, execution: Execution, movement: Movement) -> Iterator[Refused]:
        """Yield every reason that it has to refuse a voluntary movement."""
        raise NotImplementedError

    def moved(self, execution: Execution, movement: Movement) -> None:
        """Remember a movement that was made, for a rule that counts them."""
