"""Whatever is held, posted, pledged, freed and moved: what is promised is there, to the unit.

A model keeps what each account holds, each hold and each pledge as plain numbers; it predicts every
outcome. The desk recounts after every block that what is reserved is what is promised.
"""

from dataclasses import dataclass, field
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from amanat.ledger.claims.holds import HOLDS
from amanat.ledger.claims.pledges import PLEDGES
from amanat.ledger.dates import DAY_MS
from amanat.ledger.operations import (
    AnyOperation,
    EnforcePledge,
    OpenHold,
    Pledge,
    PostHold,
    ReleasePledge,
    SubstitutePledge,
    Transfer,
    TransferBatch,
    VoidHold,
)
from amanat.ledger.operations.transfer_batch import Line
from amanat.ledger.receipts import Applied, Event
from amanat.ledger.state import HOLDINGS
from tests.ledger.desk import desk_with_market
from tests.ledger.world import RUPEE, START

CASH = 1_000_000_000
NAMES = ("alpha", "beta", "gamma")
EVERYBODY = [*NAMES, "sbp"]

accounts = st.sampled_from(NAMES)
shares = st.integers(1, 12).map(lambda n: n * CASH // 10)
"""From a tenth of what everybody begins with to more than that."""


@dataclass
class Promise:
    """A hold, which expires, or a pledge, which does not."""

    account: str
    target: str
    amount: int
    expires: float = float("inf")


@dataclass
class Book:
    """What everybody should hold, and what of it is promised."""

    held: dict[str, int] = field(default_factory=lambda: dict.fromkeys(NAMES, CASH))
    holds: dict[bytes, Promise] = field(default_factory=dict)
    pledges: dict[bytes, Promise] = field(default_factory=dict)

    def free(self, account: str, time: int) -> int:
        promised = [*self.holds.values(), *self.pledges.values()]
        return self.held[account] - sum(
            each.amount for each in promised if each.account == account and time < each.expires
        )

    def move(self, source: str, target: str, amount: int) -> None:
        self.held[source] -= amount
        self.held[target] += amount


def take(promises: dict[bytes, Promise], identifier: bytes, amount: int) -> None:
    promises[identifier].amount -= amount
    if promises[identifier].amount == 0:
        del promises[identifier]


class Promises(RuleBasedStateMachine):
    """Everybody signs everything, so that only the figures decide."""

    def __init__(self) -> None:
        super().__init__()
        self.desk = desk_with_market()
        self.book = Book()

    def ask(self, operation: AnyOperation, *, expected: bool) -> Event | None:
        outcome = self.desk.submit(self.desk.writer.sign(EVERYBODY, operation)).outcome
        assert isinstance(outcome, Applied) is expected, (operation, outcome)
        return outcome.events[0] if isinstance(outcome, Applied) else None

    def free(self, account: str) -> int:
        return self.book.free(account, self.desk.time)

    def pick(self, data: st.DataObject, promises: dict[bytes, Promise]) -> bytes:
        return data.draw(st.sampled_from([*sorted(promises), bytes(32)]))

    @rule(giver=accounts, taker=accounts, amount=shares)
    def transfer(self, giver: str, taker: str, amount: int) -> None:
        may = giver != taker and amount <= self.free(giver)
        if self.ask(Transfer(giver, taker, RUPEE, amount), expected=may):
            self.book.move(giver, taker, amount)

    @rule(source=accounts, lines=st.lists(st.tuples(accounts, shares), min_size=1, max_size=3))
    def batch(self, source: str, lines: list[tuple[str, int]]) -> None:
        whole = sum(amount for _, amount in lines)
        may = all(target != source for target, _ in lines) and whole <= self.free(source)
        told = tuple(Line(target, amount) for target, amount in lines)
        if self.ask(TransferBatch(source, RUPEE, told), expected=may):
            for target, amount in lines:
                self.book.move(source, target, amount)

    @rule(giver=accounts, taker=accounts, amount=shares, days=st.integers(1, 3))
    def hold(self, giver: str, taker: str, amount: int, days: int) -> None:
        expires = self.desk.time + days * DAY_MS
        may = giver != taker and amount <= self.free(giver)
        operation = OpenHold(giver, taker, RUPEE, amount, None, expires, None)
        event = self.ask(operation, expected=may)
        if event is not None:
            opened = bytes.fromhex(str(event.fields["hold"]))
            self.book.holds[opened] = Promise(giver, taker, amount, expires)

    @rule(data=st.data(), amount=shares)
    def post(self, data: st.DataObject, amount: int) -> None:
        identifier = self.pick(data, self.book.holds)
        hold = self.book.holds.get(identifier)
        may = hold is not None and amount <= hold.amount and self.desk.time < hold.expires
        if self.ask(PostHold(identifier, amount), expected=may) and hold is not None:
            take(self.book.holds, identifier, amount)
            self.book.move(hold.account, hold.target, amount)

    @rule(data=st.data())
    def void(self, data: st.DataObject) -> None:
        identifier = self.pick(data, self.book.holds)
        on_record = self.desk.state.get(HOLDS, identifier) is not None
        if self.ask(VoidHold(identifier), expected=on_record):
            del self.book.holds[identifier]

    @rule(giver=accounts, taker=accounts, amount=shares)
    def pledge(self, giver: str, taker: str, amount: int) -> None:
        operation = Pledge(giver, RUPEE, amount, taker, "x")
        event = self.ask(operation, expected=amount <= self.free(giver))
        if event is not None:
            made = bytes.fromhex(str(event.fields["pledge"]))
            self.book.pledges[made] = Promise(giver, taker, amount)

    @rule(data=st.data(), amount=shares)
    def release(self, data: st.DataObject, amount: int) -> None:
        identifier = self.pick(data, self.book.pledges)
        pledge = self.book.pledges.get(identifier)
        may = pledge is not None and amount <= pledge.amount
        if self.ask(ReleasePledge(identifier, amount), expected=may):
            take(self.book.pledges, identifier, amount)

    @rule(data=st.data(), amount=shares)
    def enforce(self, data: st.DataObject, amount: int) -> None:
        identifier = self.pick(data, self.book.pledges)
        pledge = self.book.pledges.get(identifier, Promise("alpha", "beta", 0))
        may = amount <= pledge.amount and pledge.account != pledge.target
        if self.ask(EnforcePledge(identifier, amount, pledge.target), expected=may):
            take(self.book.pledges, identifier, amount)
            self.book.move(pledge.account, pledge.target, amount)

    @rule(data=st.data(), release=shares, amount=shares)
    def substitute(self, data: st.DataObject, release: int, amount: int) -> None:
        identifier = self.pick(data, self.book.pledges)
        pledge = self.book.pledges.get(identifier, Promise("alpha", "beta", 0))
        freed = self.free(pledge.account) + release
        may = release <= pledge.amount and amount <= freed
        operation = SubstitutePledge(identifier, release, pledge.account, RUPEE, amount)
        event = self.ask(operation, expected=may)
        if event is not None:
            take(self.book.pledges, identifier, release)
            after = bytes.fromhex(str(event.fields["by"]))
            self.book.pledges[after] = Promise(pledge.account, pledge.target, amount)

    @rule(hours=st.integers(1, 40))
    def wait(self, hours: int) -> None:
        self.desk.wait_until(max(self.desk.time, START) + hours * 3_600_000)

    @invariant()
    def everything_is_where_the_book_has_it(self) -> None:
        state = self.desk.state
        for name in NAMES:
            holding: Any = state.get(HOLDINGS, name, RUPEE)
            held, reserved = (holding.amount, holding.reserved) if holding else (0, 0)
            assert held == self.book.held[name]
            assert held - reserved <= self.free(name)
        for identifier, hold in self.book.holds.items():
            kept = state.get(HOLDS, identifier)
            assert (0 if kept is None else kept.amount) == hold.amount or (
                kept is None and self.desk.time >= hold.expires
            )
        for identifier, pledge in self.book.pledges.items():
            standing = state.get(PLEDGES, identifier)
            assert standing is not None
            assert standing.amount == pledge.amount


TestPromises = Promises.TestCase
TestPromises.settings = settings(max_examples=25, stateful_step_count=40, deadline=None)
