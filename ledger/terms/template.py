"""What a template of terms is: everything about an instrument that its holders rely on."""

from collections.abc import Iterator
from typing import ClassVar, NamedTuple

from amanat.ledger.dates import Date
from amanat.ledger.encoding import Structure


class Problem(NamedTuple):
    """What is wrong with terms, and what would be right."""

    field: str
    given: int | str
    need: str
    """What the field must be, in words."""


class Template(Structure, frozen=True):
    """The terms of one kind of instrument. A subclass is one file: its fields are its terms.

    Every subclass has a `denomination` (amounts are multiples of it) and an `isin`, which is None
    where there is none. Amounts, dates, rates and prices are integers; `scales` says of what.
    """

    lasting: ClassVar[tuple[str, ...]] = ()
    """The fields that say what amounts are counted in: no amendment of an active one changes them,
    for it would change what everybody holds."""

    @property
    def kind(self) -> str:
        """The name of the template, as acts and events name it."""
        return str(self.__struct_config__.tag)

    @property
    def matures(self) -> Date | None:
        """The date from which it is due to be redeemed; None where it never is."""
        return None

    def problems(self) -> Iterator[Problem]:
        """Yield what is wrong with the terms by themselves; nothing when they make sense."""
        return iter(())
