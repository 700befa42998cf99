"""What an operation works with: the state, its block, who consents; and what it says it did."""

from collections.abc import Callable, Iterable
from typing import TypeVar

from amanat.ledger.authorization import Consents, Requirement, SignatureOf, unmet
from amanat.ledger.blocks import Place
from amanat.ledger.configurations import Configuration
from amanat.ledger.crypto import Domain, digest
from amanat.ledger.custody.accounts import Account
from amanat.ledger.dates import Date, date_of
from amanat.ledger.governance.participants import Participant
from amanat.ledger.governance.policies import Parameters
from amanat.ledger.identifiers import Digest
from amanat.ledger.instruments.instrument import Instrument
from amanat.ledger.receipts import Event
from amanat.ledger.rejections import Refused, RejectionCode
from amanat.ledger.state import (
    ACCOUNTS,
    INSTRUMENTS,
    PARTICIPANTS,
    State,
    business_day_of,
    configuration_of,
    parameters_of,
)

T = TypeVar("T")


class Execution:
    """The execution of one transaction's operations, one after the other."""

    __slots__ = (
        "chain",
        "consents",
        "events",
        "height",
        "keys",
        "operation",
        "state",
        "time",
        "transaction",
    )

    def __init__(
        self,
        state: State,
        place: Place,
        consents: Consents,
        *,
        transaction: Digest,
        keys: Iterable[bytes],
    ) -> None:
        self.state = state
        self.chain, self.height, self.time = place
        self.consents = consents
        self.transaction = transaction
        """Its id."""
        self.keys = tuple(keys)
        """The keys that signed it."""
        self.operation = 0
        """The index of the operation that is executed."""
        self.events: list[Event] = []

    def record_id(self) -> Digest:
        """Return the id of what the current operation is about to put on record.

        Every operation emits something, so the events so far tell those of one proposal apart.
        """
        place = self.operation.to_bytes(4, "big") + len(self.events).to_bytes(4, "big")
        return digest(Domain.RECORD, self.transaction + place)

    def one_of(self, *names: str) -> SignatureOf:
        """Return the requirement that one of these participants signs, whichever it is."""
        signing = (name for name in names if self.consents.signs(name))
        return SignatureOf(next(signing, names[0]))

    def emit(self, name: str, **fields: int | str) -> None:
        """Record that the current operation did something."""
        self.events.append(Event(self.operation, name, fields))

    def check(self, refusals: Iterable[Refused]) -> None:
        """Refuse if there are any `refusals`.

        Raises:
            Refused: the first of them.
        """
        for refused in refusals:
            raise refused

    def each(
        self,
        items: Iterable[T],
        refusals: Callable[["Execution", T], Iterable[Refused]],
        perform: Callable[["Execution", T], None],
    ) -> None:
        """Check and perform one item after the other; a rehearsal tries all, whatever is refused.

        Raises:
            Refused: the first reason why one of them may not be performed.
        """
        for item in items:
            self.check(refusals(self, item))
            perform(self, item)

    def attempt(self, perform: Callable[["Execution", T], None], operation: T) -> None:
        """Perform an operation; in a rehearsal, note its refusal and undo what it wrote."""
        perform(self, operation)

    def require(self, requirements: Iterable[Requirement]) -> None:
        """Refuse unless everybody consents whose consent is required."""
        self.check(unmet(self.consents, requirements))

    @property
    def today(self) -> Date:
        """The calendar date in Pakistan."""
        return date_of(self.time)

    @property
    def business_date(self) -> Date:
        """The date of the business day on which the ledger works."""
        return business_day_of(self.state).date

    def has_come(self, date: Date) -> bool:
        """Return whether `date` is here, by the calendar and on the ledger's business days."""
        return self.today >= date and self.business_date >= date

    @property
    def parameters(self) -> Parameters:
        """The limits of the network."""
        return parameters_of(self.state)

    def configuration(self) -> Configuration:
        """Return who decides now."""
        return configuration_of(self.state)

    def account(self, name: str) -> Account:
        """Return the account, refusing with `unknown_account`."""
        account = self.state.get(ACCOUNTS, name)
        if account is None:
            raise Refused(RejectionCode.UNKNOWN_ACCOUNT, account=name)
        return account

    def instrument(self, identifier: str) -> Instrument:
        """Return the instrument, refusing with `unknown_instrument`."""
        instrument = self.state.get(INSTRUMENTS, identifier)
        if instrument is None:
            raise Refused(RejectionCode.UNKNOWN_INSTRUMENT, instrument=identifier)
        return instrument

    def owner_of(self, account: str) -> str:
        """Return the name of the account's owner, refusing with `unknown_account`."""
        return self.account(account).owner

    def participant(self, name: str) -> Participant:
        """Return the participant, refusing with `unknown_participant`."""
        participant = self.state.get(PARTICIPANTS, name)
        if participant is None:
            raise Refused(RejectionCode.UNKNOWN_PARTICIPANT, participant=name)
        return participant
