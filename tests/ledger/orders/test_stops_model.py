"""Random orders that expire, random movements, and time: against a model that counts coins.

Each unit is a coin that knows the orders which freeze it. No frozen coin ever moves but by its own
order; and once the last order is gone, everything moves.
"""

from collections.abc import Iterator
from random import Random

import pytest
from msgspec.structs import replace

from amanat.ledger.operations import (
    AnyOperation,
    DeliverVersusPayment,
    Issue,
    Redeem,
    RegisterOrder,
    Transfer,
)
from amanat.ledger.orders.legal_orders import (
    AccountScope,
    AmountScope,
    Direction,
    HoldingScope,
    InstrumentScope,
    Scope,
)
from amanat.ledger.receipts import Applied, Rejected
from amanat.ledger.rejections import RejectionCode
from amanat.ledger.state import FREEZES, ORDERS
from tests.ledger.court import at_start_of, extended, lifted, order, register, taking
from tests.ledger.desk import Desk, desk_with_market
from tests.ledger.world import BILL, RUPEE, START, genesis

UNIT = 500_000
MATURITY = START // 86_400_000 + 84
OWNERS = {"alpha": "alpha", "beta": "beta", "gamma": "gamma", "mof-house": "mof"}
NAMES = ("alpha", "beta", "gamma")
STOPPING = {RejectionCode.STOPPED, RejectionCode.FROZEN, RejectionCode.INSUFFICIENT_HOLDING}

Coins = list[set[str]]
Holding = tuple[str, str]

WAYS = [(one, other) for one in NAMES for other in NAMES if one != other]
STEPS = 120


def market() -> Desk:
    """Return a market on the day its bill matures, with eight units of all for everybody."""
    document = genesis(rejections_per_hour_max=10_000)
    at_once = tuple(
        replace(each, delay_ms=0) if each.act == "force-transfer" else each
        for each in document.policies
    )
    desk = desk_with_market(replace(document, policies=at_once))
    for name in NAMES:
        sale = DeliverVersusPayment("mof-house", name, BILL, 8 * UNIT, RUPEE, 1)
        rest = Transfer(name, "sbp-house", RUPEE, 10**9 - 8 * UNIT - 1)
        desk.do(f"mof, {name}", sale, rest)
    desk.do("sbp", Issue(RUPEE, "mof-house", 100 * UNIT))
    desk.wait_until(at_start_of(MATURITY))
    return desk


class Stops:
    """Enters, lifts and extends orders; moves, redeems and takes; lets days pass."""

    def __init__(self) -> None:
        self.desk = market()
        self.day = MATURITY
        self.orders: dict[str, RegisterOrder] = {}
        self.taken: dict[str, int] = {}
        self.coins: dict[Holding, Coins] = {
            (name, instrument): [set() for _ in range(8)]
            for name in NAMES
            for instrument in (RUPEE, BILL)
        }

    def is_live(self, name: str) -> bool:
        registered = self.orders.get(name)
        if registered is None:
            return False
        return registered.expires is None or self.day <= registered.expires

    def frozen_for(self, coin: set[str]) -> set[str]:
        return {name for name in coin if self.is_live(name)}

    def stops(self, account: str, instrument: str, *, out: bool) -> Iterator[str]:
        """Yield every order that stops one way of a holding as a whole."""
        for name, registered in self.orders.items():
            if not self.is_live(name):
                continue
            match registered.scope:
                case InstrumentScope(paused):
                    stops = paused == instrument
                case AccountScope(stopped, way) | HoldingScope(stopped, _, way):
                    at = getattr(registered.scope, "instrument", instrument)
                    open_way = Direction.CREDIT if out else Direction.DEBIT
                    stops = (stopped, at) == (account, instrument) and way is not open_way
                case _:
                    stops = False
            if stops:
                yield name

    def submit(self, signers: str, *operations: AnyOperation) -> str | None:
        """Return the code with which it is refused, if it is."""
        envelope = self.desk.writer.sign(signers.split(", "), *operations)
        outcome = self.desk.submit(envelope).outcome
        if isinstance(outcome, Applied):
            return None
        assert isinstance(outcome, Rejected)
        return outcome.code

    def enter(self, scope: Scope, life: int | None, seizable: int) -> None:
        name = f"order-{len(self.orders)}"
        expires = None if life is None else self.day + life
        most = 0
        if isinstance(scope, AmountScope):
            most = min(seizable * UNIT, scope.amount)
        elif isinstance(scope, HoldingScope) and scope.direction is not Direction.CREDIT:
            most = seizable * UNIT
        registered = order(scope, name, expires=expires, seizable=most)
        refused = self.submit("mof, sbp", registered)
        if isinstance(scope, AmountScope):
            coins = self.coins[scope.account, scope.instrument]
            able = [coin for coin in coins if not self.frozen_for(coin)]
            if len(able) * UNIT < scope.amount:
                assert refused == RejectionCode.FREEZES_TOO_MUCH
                return
            for coin in able[: scope.amount // UNIT]:
                coin |= {name}
        assert refused is None
        self.orders[name] = registered
        self.taken[name] = 0

    def lift(self, name: str) -> None:
        refused = self.submit("mof, sbp", lifted(name))
        assert (refused is None) == self.is_live(name)
        if refused is None:
            self.orders[name] = replace(self.orders[name], expires=self.day - 1)

    def extend(self, name: str, life: int) -> None:
        before, expires = self.orders[name].expires, self.day + life
        refused = self.submit("sbp", extended(expires, name))
        longer = before is not None and expires > before
        assert (refused is None) == (self.is_live(name) and longer)
        if refused is None:
            self.orders[name] = replace(self.orders[name], expires=expires)

    def pass_time(self, days: int) -> None:
        self.day += days
        self.desk.wait_until(at_start_of(self.day))

    def move(self, legs: list[tuple[tuple[str, str], str, int]]) -> None:
        """All legs of one transaction, or none."""
        before = {holding: [set(coin) for coin in coins] for holding, coins in self.coins.items()}
        able = all(self.moved(*way, what, count) for way, what, count in legs)
        operations = [Transfer(*way, what, count * UNIT) for way, what, count in legs]
        refused = self.submit(", ".join(NAMES), *operations)
        assert (refused is None) == able
        if refused is not None:
            assert refused in STOPPING
            self.coins = before
        self.compare()

    def moved(self, source: str, target: str, instrument: str, count: int) -> bool:
        if source == target:
            return False
        if any(self.stops(source, instrument, out=True)):
            return False
        if any(self.stops(target, instrument, out=False)):
            return False
        coins = self.coins[source, instrument]
        able = [coin for coin in coins if not self.frozen_for(coin)][:count]
        self.coins[source, instrument] = [
            coin for coin in coins if not any(coin is moving for moving in able)
        ]
        self.coins[target, instrument] += [set() for _ in able]
        return len(able) == count

    def redeem_all(self, account: str) -> None:
        """Each coin of the bill becomes one of cash, and stays frozen."""
        coins = self.coins[account, BILL]
        if not coins:
            self.restock(account)
            return
        redemption = Redeem(BILL, account, len(coins) * UNIT, "mof-house")
        refused = self.submit("mof, sbp", redemption)
        if any(self.stops("mof-house", RUPEE, out=True)):
            assert refused == RejectionCode.STOPPED
            return
        assert refused is None
        holders = {
            name
            for name in self.stops(account, BILL, out=True)
            if isinstance(self.orders[name].scope, HoldingScope)
        }
        self.coins[account, BILL] = []
        self.coins[account, RUPEE] += [self.frozen_for(coin) | holders for coin in coins]
        self.compare()

    def restock(self, account: str) -> None:
        """Give it bills again."""
        refused = self.submit("mof", Transfer("mof-house", account, BILL, 4 * UNIT))
        stopped = any(self.stops(account, BILL, out=False))
        assert refused == (RejectionCode.STOPPED if stopped else None)
        if not stopped:
            self.coins[account, BILL] = [set() for _ in range(4)]

    def take(self, name: str, taker: str, count: int, *, proceeds: bool) -> None:
        registered = self.orders[name]
        scope = registered.scope
        assert isinstance(scope, HoldingScope | AmountScope)
        account, instrument = scope.account, RUPEE if proceeds else scope.instrument
        transfer = taking(count * UNIT, name, source=account, target=taker, instrument=instrument)
        able = self.took(name, account, taker, instrument, count)
        refused = self.submit("mof, sbp", transfer)
        assert (refused is None) == able, (refused, able)
        self.compare()

    def took(self, name: str, source: str, target: str, instrument: str, count: int) -> bool:
        registered = self.orders[name]
        coins = self.coins[source, instrument]
        own = [coin for coin in coins if self.frozen_for(coin) == {name}]
        at = getattr(registered.scope, "instrument", None)
        concerns = at == instrument or any(name in coin for coin in coins)
        against = {
            *self.stops(source, instrument, out=True),
            *self.stops(target, instrument, out=False),
        }
        moving = [*own, *(coin for coin in coins if not self.frozen_for(coin))][:count]
        able = (
            self.is_live(name)
            and concerns
            and source != target
            and self.taken[name] + count * UNIT <= registered.seizable
            and against <= {name}
            and len(moving) == count
        )
        if able:
            self.taken[name] += count * UNIT
            self.coins[source, instrument] = [
                coin for coin in coins if not any(coin is each for each in moving)
            ]
            self.coins[target, instrument] += [set() for _ in moving]
        return able

    def compare(self) -> None:
        state = self.desk.state
        for (account, instrument), coins in self.coins.items():
            assert self.desk.held(account, instrument) == len(coins) * UNIT
            freezes = state.get(FREEZES, account, instrument) or ()
            frozen = sum(each.amount for each in freezes if self.frozen_for(set(each.orders)))
            assert frozen == sum(1 for coin in coins if self.frozen_for(coin)) * UNIT
        for name, taken in self.taken.items():
            kept = state.get(ORDERS, name)
            assert kept is not None
            assert kept.taken == taken

    def ends(self) -> None:
        """Lift what has no end and wait for the rest: then everything moves."""
        for name, registered in self.orders.items():
            if registered.expires is None:
                self.desk.do("mof, sbp", lifted(name))
        self.day = max([self.day, *(each.expires or 0 for each in self.orders.values())]) + 1
        self.desk.wait_until(at_start_of(self.day))
        for (account, instrument), coins in self.coins.items():
            if coins:
                self.desk.do(account, Transfer(account, "sbp-house", instrument, len(coins) * UNIT))
                assert self.desk.held(account, instrument) == 0


def scope_by(random: Random) -> Scope:
    """Return a scope; those that leave something to move come more often."""
    name, instrument = random.choice(NAMES), random.choice([RUPEE, BILL])
    direction = random.choice(list(Direction))
    kind = random.choice(["amount"] * 4 + ["holding"] * 4 + ["account", "instrument"])
    match kind:
        case "amount":
            return AmountScope(name, instrument, random.randint(1, 4) * UNIT)
        case "holding":
            return HoldingScope(name, instrument, direction)
        case "account":
            return AccountScope(name, direction)
        case _:
            return InstrumentScope(instrument)


def step(model: Stops, random: Random) -> None:
    """Do one thing, whether it is allowed or not."""
    names = sorted(model.orders)
    seizing = [name for name in names if model.orders[name].seizable]
    live = [name for name in seizing if model.is_live(name)] or seizing
    match random.choice(["enter", "enter", "lift", "extend", "wait", "move", "redeem", "take"]):
        case "enter" if len([name for name in names if model.is_live(name)]) < 12:
            life = random.choice([0, 0, 1, 1, 2, 3, None])
            model.enter(scope_by(random), life, random.randint(0, 8))
        case "lift" if names:
            model.lift(random.choice(names[-6:]))
        case "extend" if names:
            model.extend(random.choice(names[-6:]), random.randint(0, 4))
        case "wait":
            model.pass_time(random.randint(1, 2))
        case "redeem":
            model.redeem_all(random.choice(NAMES))
        case "take" if live:
            proceeds = random.random() < 0.4
            model.take(random.choice(live), random.choice(NAMES), 1, proceeds=proceeds)
        case _:
            count = random.randint(1, 3)
            model.move(
                [
                    (random.choice(WAYS), random.choice([RUPEE, BILL]), random.randint(1, 4))
                    for _ in range(count)
                ]
            )


@pytest.mark.parametrize("seed", range(20))
def test_no_frozen_coin_moves_and_in_the_end_all_do(seed: int) -> None:
    model, random = Stops(), Random(seed)
    for _ in range(STEPS):
        step(model, random)
    model.ends()


def test_the_model_stops_what_it_should() -> None:
    """So that the model cannot pass for want of stopping anything."""
    model = Stops()
    model.enter(AmountScope("alpha", RUPEE, 8 * UNIT), 1, 2)
    assert not model.moved("alpha", "beta", RUPEE, 1)
    register(model.desk, order(InstrumentScope(BILL), "pause-1"))
    assert model.submit("beta", Transfer("beta", "gamma", BILL, UNIT)) == RejectionCode.STOPPED
