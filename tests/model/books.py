"""The books of the reference model: plain dictionaries, and sums that are made anew when asked for.

Nothing here is kept twice and nothing is cached, so there is nothing that could disagree. What is
in the dictionaries never changes; another value takes its place. So a copy of the books is a copy
of the dictionaries.
"""

from collections.abc import Callable, Iterable
from copy import copy
from dataclasses import dataclass, field, fields
from typing import NamedTuple

from amanat.ledger.operations import AnyAct
from amanat.ledger.rejections import DoorCode
from amanat.ledger.rejections import RejectionCode as Code
from amanat.ledger.rules import AnyRule

DAY = 86_400_000
KARACHI = 5 * 3_600_000
MOST = 2**63 - 1
HOME = "PK"


class Stop(Exception):  # noqa: N818 - it is no error
    """What was asked for is refused, for one of these reasons."""

    def __init__(self, codes: Iterable[Code]) -> None:
        super().__init__()
        self.codes = list(codes)


def need(holds: object, code: Code) -> None:
    """Stop unless something holds."""
    if not holds:
        raise Stop([code])


class Person(NamedTuple):
    """A participant."""

    roles: frozenset[str]
    keys: dict[str, int | None]
    """By the name of each key: when it ends."""
    threshold: int = 1
    suspended: bool = False

    def has_ended(self, key: str, time: int) -> bool:
        """Return whether a key that it has counts for nothing any more."""
        until = self.keys[key]
        return until is not None and until <= time


class Place(NamedTuple):
    """An account."""

    name: str
    owner: str
    custodian: str
    is_client: bool
    is_omnibus: bool
    investor: str
    country: str
    expires: int | None


class Asset(NamedTuple):
    """An instrument."""

    name: str
    issuer: str
    kind: str
    unit: int
    cash: str | None
    """What a debt is paid in; None for all else."""
    matures: int | None
    authorised: int | None
    status: str = "announced"
    agent: str | None = None


class Hold(NamedTuple):
    """So much is held for another account until a time."""

    account: str
    asset: str
    amount: int
    target: str
    agent: str | None
    expires: int
    orders: frozenset[str] = frozenset()
    """What was paid is under these, where they stopped the units for which it was paid."""


class Pledge(NamedTuple):
    """So much is pledged."""

    account: str
    asset: str
    amount: int
    beneficiary: str
    orders: frozenset[str] = frozenset()
    """As those of a hold."""


Promise = Hold | Pledge


class Order(NamedTuple):
    """A legal order: what it stops, until when, and what may be taken for it."""

    kind: str
    account: str | None
    asset: str | None
    out: bool
    into: bool
    expires: int | None
    seizable: int
    taken: int = 0
    is_lifted: bool = False


class Tranche(NamedTuple):
    """A part of an issue."""

    amount: int
    opens: int
    closes: int
    issued: int


class Said(NamedTuple):
    """What one side instructs, with securities before cash."""

    delivers: bool
    account: str
    trade: tuple[str, str, str, int, str, int]
    """Deliverer, receiver, instrument, amount, the instrument paid, settlement date."""
    price: int
    priority: int
    partial: bool
    tolerance: int
    until: int | None
    travel: bool


class Deal(NamedTuple):
    """Two instructions that match."""

    deliverer: str
    receiver: str
    asset: str
    amount: int
    paid: str
    price: int
    date: int
    priority: int
    since: int
    partial: bool
    until: int | None
    travel: tuple[bool, bool]
    asked: frozenset[bool] = frozenset()
    """Which sides want it cancelled: True for the deliverer."""
    failed: tuple[Code, ...] | None = None
    """Why it did not settle when it was last tried: any of these."""


class Proposal(NamedTuple):
    """What is proposed, and who has approved when."""

    proposer: str
    acts: tuple[AnyAct, ...]
    expires: int
    approvals: dict[str, tuple[str, int]]
    """By key: whose it was, and when."""
    status: str = "open"
    noticed: int | None = None


class Policy(NamedTuple):
    """Which roles must approve an act, how long approvals count and what notice is given."""

    seats: tuple[str, ...]
    age: int
    delay: int


class Authority(NamedTuple):
    """Who votes or learns, and for whom."""

    name: str
    is_sovereign: bool
    operator: str


class Given(NamedTuple):
    """What a holder gave to others while a rule counted it."""

    asset: str
    holder: str
    period: str
    date: int
    amount: int


Holding = tuple[str, str]
Ceiling = tuple[int, int, int]
"""First date, last date, amount."""


@dataclass
class Books:
    """All that the ledger knows, as far as the model goes."""

    time: int
    open_day: int
    height: int = 0
    made: int = 0
    weekend: tuple[int, ...] = ()
    holidays: tuple[int, ...] = ()
    cut_offs: tuple[tuple[str, int], ...] = ()
    people: dict[str, Person] = field(default_factory=dict)
    dead: dict[str, str] = field(default_factory=dict)
    """Keys that nobody can have again."""
    policies: dict[str, Policy] = field(default_factory=dict)
    places: dict[str, Place] = field(default_factory=dict)
    """In the order in which their custodians got them."""
    assets: dict[str, Asset] = field(default_factory=dict)
    held: dict[Holding, int] = field(default_factory=dict)
    """In the order in which each came to be."""
    issued: dict[str, int] = field(default_factory=dict)
    redeemed: dict[str, int] = field(default_factory=dict)
    holds: dict[str, Hold] = field(default_factory=dict)
    pledges: dict[str, Pledge] = field(default_factory=dict)
    orders: dict[str, Order] = field(default_factory=dict)
    freezes: dict[Holding, tuple[tuple[int, frozenset[str]], ...]] = field(default_factory=dict)
    """Amounts that do not go out while one of their orders is in force, oldest first."""
    rules: dict[str, tuple[AnyRule, ...]] = field(default_factory=dict)
    given: list[Given] = field(default_factory=list)
    limits: dict[str, dict[tuple[str, ...], int]] = field(default_factory=dict)
    """By distributor: `("total", cash)`, `("instrument", id)`, `("country", country, cash)`."""
    successors: dict[str, tuple[str, int]] = field(default_factory=dict)
    """To whom clients are moved, and in which block some were."""
    tranches: dict[str, tuple[Tranche, ...]] = field(default_factory=dict)
    ceilings: dict[str, tuple[Ceiling, ...]] = field(default_factory=dict)
    documents: dict[Holding, bool] = field(default_factory=dict)
    """By instrument and digest: whether another has superseded it."""
    entered: dict[str, Said] = field(default_factory=dict)
    deals: dict[str, Deal] = field(default_factory=dict)
    proposals: dict[str, Proposal] = field(default_factory=dict)
    closed: dict[int, dict[tuple[str, ...], int]] = field(default_factory=dict)
    """By day: every total of a custodian, and what was issued and redeemed, at its close."""
    scheduled: int | None = None
    """The protocol version that is to come."""
    authorities: frozenset[Authority] = frozenset()
    """Who votes or learns."""
    learners_changed: int = 0
    """In which block the learners changed last."""

    def copied(self) -> "Books":
        """Return other books that say the same."""
        return Books(**{each.name: copy(getattr(self, each.name)) for each in fields(self)})

    def pass_time(self, time: int) -> None:
        """Let time pass. What expired holds held under legal orders is frozen for these."""
        self.time += time
        for name, hold in self.holds.items():
            if hold.expires <= self.time and hold.orders:
                self.freeze(hold.account, hold.asset, hold.amount, hold.orders)
                self.holds[name] = hold._replace(orders=frozenset())

    def freeze(self, account: str, asset: str, amount: int, orders: frozenset[str]) -> None:
        """Freeze an amount while one of these orders is in force."""
        if orders:
            there = self.freezes.get((account, asset), ())
            self.freezes[account, asset] = (*there, (amount, orders))

    @property
    def today(self) -> int:
        """The calendar date in Pakistan."""
        return (self.time + KARACHI) // DAY

    def door(self, key: str) -> DoorCode | None:
        """Return why nothing that a key has signed comes in, if it does not."""
        owners = [name for name, person in self.people.items() if key in person.keys]
        if key in self.dead:
            return DoorCode.KEY_ENDED
        if not owners:
            return DoorCode.UNKNOWN_KEY
        ended = self.people[owners[0]].has_ended(key, self.time)
        return DoorCode.KEY_ENDED if ended else None

    def new(self) -> str:
        """Return a name for what is put on record, until the ledger has told its own."""
        self.made += 1
        return f"new {self.made}"

    def named(self, names: dict[str, str]) -> None:
        """Call by the ledger's names what has new ones, in the order that it had."""
        for each in ("holds", "pledges", "entered", "deals", "proposals"):
            records = getattr(self, each)
            setattr(self, each, {names.get(name, name): kept for name, kept in records.items()})

    def has(self, account: str, asset: str) -> int:
        """Return how much an account holds."""
        return self.held.get((account, asset), 0)

    def total(self, asset: str, counts: Callable[[Place], bool]) -> int:
        """Return what all accounts that count hold together."""
        return sum(
            amount
            for (account, instrument), amount in self.held.items()
            if instrument == asset and counts(self.places[account])
        )

    def outstanding(self, asset: str) -> int:
        """Return what was issued and not redeemed."""
        return self.issued.get(asset, 0) - self.redeemed.get(asset, 0)

    def debt(self, cash: str) -> int:
        """Return all debt that is paid in one cash."""
        return sum(
            self.outstanding(each.name) for each in self.assets.values() if each.cash == cash
        )

    def put(self, account: str, asset: str, change: int) -> None:
        """Let an account hold more, or less."""
        after = self.has(account, asset) + change
        assert after >= 0, (account, asset, after)
        if after:
            self.held[account, asset] = after
        else:
            self.held.pop((account, asset), None)

    def place(self, name: str) -> Place:
        """Return an account, or stop."""
        need(name in self.places, Code.UNKNOWN_ACCOUNT)
        return self.places[name]

    def asset(self, name: str) -> Asset:
        """Return an instrument, or stop."""
        need(name in self.assets, Code.UNKNOWN_INSTRUMENT)
        return self.assets[name]

    def person(self, name: str) -> Person:
        """Return a participant, or stop."""
        need(name in self.people, Code.UNKNOWN_PARTICIPANT)
        return self.people[name]

    def has_come(self, date: int) -> bool:
        """Return whether a date is here, on the calendar and in the ledger's days."""
        return self.today >= date and self.open_day >= date

    def business_day_from(self, date: int) -> int:
        """Return the first business day that is not before a date (1970-01-01: a Thursday)."""
        while (date + 3) % 7 in self.weekend or date in self.holidays:
            date += 1
        return date
