"""What a statement is asked for."""

from dataclasses import dataclass
from enum import StrEnum

from amanat.ledger.identifiers import Height


class Noun(StrEnum):
    """What a statement lists."""

    HOLDINGS = "holdings"
    """What accounts held after a block."""
    MOVEMENTS = "movements"
    """What came into accounts and went out of them, in a range of blocks."""
    ENTITLEMENTS = "entitlements"
    """What holdings of debt entitle to next, by who held after a block."""
    SUPPLY = "supply"
    """What had been issued and redeemed of each instrument, after a block."""


@dataclass(frozen=True, slots=True)
class Span:
    """The blocks that a statement is about: after the last one, or from the first one on."""

    first: Height
    """The first block whose movements count; for what was held, the same as `last`."""
    last: Height
    from_date: str | None = None
    to_date: str | None = None
    """The business days that were asked for, if it was asked by days."""


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked: of an account, of a custodian's accounts, or of an instrument as a whole.

    With an account or a custodian, `instrument` leaves out all others.
    """

    noun: Noun
    account: str | None
    custodian: str | None
    instrument: str | None
    span: Span

    def asked(self) -> tuple[tuple[str, str], ...]:
        """Return it as a manifest shows it."""
        span = self.span
        said = {
            "statement": self.noun.value,
            "account": self.account,
            "custodian": self.custodian,
            "instrument": self.instrument,
            "from": span.from_date,
            "to": span.to_date,
            "from_height": str(span.first) if self.noun is Noun.MOVEMENTS else None,
            "to_height": str(span.last),
        }
        return tuple((name, value) for name, value in said.items() if value is not None)
