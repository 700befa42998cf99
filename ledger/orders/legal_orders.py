"""Legal orders: who stops what, by which document, and until when.

An order of a court, the tax authority, the financial monitoring unit or a regulator is public by
its issuing body, its reference and the digest of its document. Nothing here says who a person is.
"""

from collections.abc import Iterator
from enum import StrEnum
from typing import Annotated, Final

from msgspec import Meta

from amanat.ledger.dates import Date
from amanat.ledger.encoding import Structure
from amanat.ledger.identifiers import Amount, Digest, InstrumentId, Name, PositiveAmount

PublicText = Annotated[str, Meta(min_length=1, max_length=128)]
"""What anybody may read. Never a natural person's name."""


class Direction(StrEnum):
    """Which way nothing moves."""

    DEBIT = "debit"
    """Nothing goes out, and nothing can be pledged or promised. What comes in, comes in."""
    CREDIT = "credit"
    """Nothing comes in. What is there may go out."""
    BOTH = "both"
    """Nothing goes out or comes in."""

    @property
    def stops_debits(self) -> bool:
        """Whether nothing goes out."""
        return self is not Direction.CREDIT

    @property
    def stops_credits(self) -> bool:
        """Whether nothing comes in."""
        return self is not Direction.DEBIT


class AccountScope(Structure, frozen=True, tag="account"):
    """All that an account holds, and will hold."""

    account: Name
    direction: Direction

    kind = "account"


class HoldingScope(Structure, frozen=True, tag="holding"):
    """All that an account holds, and will hold, of one instrument."""

    account: Name
    instrument: InstrumentId
    direction: Direction

    kind = "holding"


class AmountScope(Structure, frozen=True, tag="amount"):
    """An amount of what an account holds of one instrument: so much does not go out."""

    account: Name
    instrument: InstrumentId
    amount: PositiveAmount

    kind = "amount"


class InstrumentScope(Structure, frozen=True, tag="instrument"):
    """An instrument as a whole, whoever holds it: it is paused."""

    instrument: InstrumentId

    kind = "instrument"


Scope = AccountScope | HoldingScope | AmountScope | InstrumentScope
"""What an order concerns."""

SCOPE_KINDS: Final = ("account", "amount", "holding", "instrument")
"""The name of every kind of scope, as acts and events name it."""


class OrderStatus(StrEnum):
    """Where an order stands. One whose expiry has passed is not in force, whatever stands here."""

    STANDING = "standing"
    LIFTED = "lifted"
    LAPSED = "lapsed"
    """Its expiry has passed, and it was taken off the lists when something touched them."""


class LegalOrder(Structure, frozen=True):
    """An order on the register. It is kept when it is no longer in force."""

    id: Name
    issued_by: PublicText
    """The body that made it: a court, an authority."""
    reference: PublicText
    """By which that body knows it: a case number, say."""
    document: Digest
    """The SHA-256 digest of the document."""
    scope: Scope
    seizable: Amount
    """How much of the holding forced transfers may take in all, 0 for nothing. What was paid for
    redeemed units of it counts as they do."""
    taken: Amount
    """How much of it they have taken."""
    expires: Date | None
    """The last calendar date on which it is in force; None where it has no end."""
    entered_by: Name
    """The participant that had it registered."""
    status: OrderStatus

    def is_in_force(self, today: Date) -> bool:
        """Return whether it stops anything on this calendar date."""
        standing = self.status is OrderStatus.STANDING
        return standing and (self.expires is None or today <= self.expires)

    @property
    def account(self) -> str | None:
        """The account that it concerns, if it is one."""
        return None if isinstance(self.scope, InstrumentScope) else self.scope.account

    @property
    def instrument(self) -> str | None:
        """The instrument that it concerns, if it is one."""
        return None if isinstance(self.scope, AccountScope) else self.scope.instrument

    def stops_debits(self, instrument: str) -> bool:
        """Return whether nothing of the instrument goes out of the account that it concerns."""
        scope = self.scope
        if isinstance(scope, AccountScope):
            return scope.direction.stops_debits
        if isinstance(scope, HoldingScope):
            return scope.instrument == instrument and scope.direction.stops_debits
        return False

    def stops_credits(self, instrument: str) -> bool:
        """Return whether nothing of the instrument comes into the account that it concerns."""
        scope = self.scope
        if isinstance(scope, AccountScope):
            return scope.direction.stops_credits
        if isinstance(scope, HoldingScope):
            return scope.instrument == instrument and scope.direction.stops_credits
        return False

    def problems(self, today: Date) -> Iterator[str]:
        """Yield what is wrong with an order that is to be registered."""
        scope = self.scope
        if self.expires is not None and self.expires < today:
            yield f"it expires on day {self.expires}, and today is day {today}"
        if self.seizable == 0:
            return
        if isinstance(scope, AmountScope):
            if self.seizable > scope.amount:
                yield f"it lets {self.seizable} be taken and freezes {scope.amount}"
        elif not isinstance(scope, HoldingScope) or not scope.direction.stops_debits:
            yield "only what it keeps in one holding can be taken"


class Freeze(Structure, frozen=True):
    """An amount of a holding that does not go out while one of these orders is in force."""

    amount: PositiveAmount
    orders: Annotated[tuple[Name, ...], Meta(min_length=1)]
    """Sorted, each once. Several where what they froze together was redeemed."""
