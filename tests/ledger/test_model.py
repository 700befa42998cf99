"""Random trading against a model that is two dictionaries.

The model predicts every receipt and every holding. Transactions share blocks, blocks are
truncated before they are final, and time passes the bill's maturity.
"""

from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule

from amanat.ledger.dates import DAY_MS, PAKISTAN_UTC_OFFSET_MS
from amanat.ledger.identifiers import AMOUNT_MAX
from amanat.ledger.operations import (
    AnyOperation,
    DeliverVersusPayment,
    Issue,
    Redeem,
    Transfer,
)
from amanat.ledger.receipts import Applied, Rejected
from amanat.ledger.rejections import RejectionCode as Code
from tests.ledger.desk import desk_with_market
from tests.ledger.world import BILL, PARAMETERS, RUPEE, START

OWNERS = {
    "alpha": "alpha",
    "beta": "beta",
    "gamma": "gamma",
    "mof-house": "mof",
    "sbp-house": "sbp",
}
SIGNERS = sorted(set(OWNERS.values()))
FACE = 500_000
MATURITY_MS = (START // DAY_MS + 84) * DAY_MS - PAKISTAN_UTC_OFFSET_MS

accounts = st.sampled_from(sorted(OWNERS))
sellers = st.just("mof-house") | accounts
prices = st.integers(1, 10**8) | st.sampled_from([1, 10**9, AMOUNT_MAX])
signer_sets = st.lists(st.sampled_from(SIGNERS), min_size=1, max_size=5, unique=True) | st.just(
    SIGNERS
)
faces = st.integers(1, 40).map(lambda n: n * FACE) | st.sampled_from([1, FACE + 1, 10**11])
amounts = st.integers(1, 2_000_000_000) | st.sampled_from([1, 10**9, AMOUNT_MAX])


class Refused(Exception):  # noqa: N818 - named as the ledger's own
    """The model expects a rule to refuse."""


def need(condition: bool, code: Code) -> None:
    if not condition:
        raise Refused(code)


@dataclass
class Book:
    """What everybody should hold."""

    held: dict[tuple[str, str], int] = field(default_factory=dict)
    issued: dict[str, int] = field(default_factory=dict)
    redeemed: dict[str, int] = field(default_factory=lambda: {RUPEE: 0, BILL: 0})

    def move(self, source: str, target: str, instrument: str, amount: int) -> None:
        self.take(source, instrument, amount)
        self.give(target, instrument, amount)

    def take(self, account: str, instrument: str, amount: int) -> None:
        have = self.held.get((account, instrument), 0)
        need(have >= amount, Code.INSUFFICIENT_HOLDING)
        self.held[account, instrument] = have - amount

    def give(self, account: str, instrument: str, amount: int) -> None:
        self.held[account, instrument] = self.held.get((account, instrument), 0) + amount

    def apply(self, operation: AnyOperation, signers: list[str], *, matured: bool) -> None:
        """Do what `operation` should do, or raise `Refused` in the order of the rules."""
        match operation:
            case Transfer(source, target, instrument, amount):
                need(OWNERS[source] in signers, Code.MISSING_SIGNATURE)
                need(source != target, Code.SAME_ACCOUNT)
                need(instrument == RUPEE or amount % FACE == 0, Code.NOT_A_MULTIPLE)
                self.move(source, target, instrument, amount)
            case DeliverVersusPayment(seller, buyer, instrument, amount, cash, price):
                need({OWNERS[seller], OWNERS[buyer]} <= set(signers), Code.MISSING_SIGNATURE)
                need(seller != buyer, Code.SAME_ACCOUNT)
                need(amount % FACE == 0, Code.NOT_A_MULTIPLE)
                self.move(seller, buyer, instrument, amount)
                self.move(buyer, seller, cash, price)
            case Issue(instrument, account, amount):
                bill = instrument == BILL
                need(("mof" if bill else "sbp") in signers, Code.MISSING_SIGNATURE)
                need("sbp" in signers, Code.MISSING_APPROVAL)
                need(not (bill and matured), Code.ALREADY_MATURED)
                need(not bill or amount % FACE == 0, Code.NOT_A_MULTIPLE)
                need(self.issued[instrument] + amount <= AMOUNT_MAX, Code.AMOUNT_OUT_OF_RANGE)
                self.issued[instrument] += amount
                self.give(account, instrument, amount)
            case Redeem(instrument, account, amount, None):
                need({"sbp", OWNERS[account]} <= set(signers), Code.MISSING_SIGNATURE)
                self.take(account, instrument, amount)
                self.redeemed[instrument] += amount
            case Redeem(instrument, account, amount, str() as payer):
                need({"mof", OWNERS[payer]} <= set(signers), Code.MISSING_SIGNATURE)
                need("sbp" in signers, Code.MISSING_APPROVAL)
                need(matured, Code.NOT_YET_MATURED)
                if payer != account:
                    self.move(payer, account, RUPEE, amount)
                need(amount % FACE == 0, Code.NOT_A_MULTIPLE)
                self.take(account, instrument, amount)
                self.redeemed[instrument] += amount
            case _:
                raise AssertionError(operation)


class Market(RuleBasedStateMachine):
    """Queues transactions, closes blocks, truncates, finalizes, lets time pass."""

    def __init__(self) -> None:
        super().__init__()
        self.desk = desk_with_market()
        self.book = Book(
            {(name, RUPEE): 10**9 for name in ("alpha", "beta", "gamma")}
            | {("mof-house", BILL): 5 * 10**9},
            {RUPEE: 3 * 10**9, BILL: 5 * 10**9},
        )
        self.queue: list[tuple[bytes, Code | None]] = []
        self.rejected = 0
        self.history: list[tuple[int, Book]] = [(self.desk.leader.tip.height, self.book)]

    def ask(self, signers: list[str], *operations: AnyOperation) -> None:
        attempt, refusal = deepcopy(self.book), None
        try:
            for operation in operations:
                attempt.apply(operation, signers, matured=self.desk.time >= MATURITY_MS)
            self.book = attempt
        except Refused as refused:
            refusal = Code(refused.args[0])
            self.rejected += 1
        self.queue.append((self.desk.writer.sign(signers, *operations), refusal))

    room = precondition(lambda self: self.rejected < PARAMETERS.rejections_per_hour_max - 1)

    @room
    @rule(signers=signer_sets, giver=accounts, taker=accounts, amount=amounts)
    def pay(self, signers: list[str], giver: str, taker: str, amount: int) -> None:
        self.ask(signers, Transfer(giver, taker, RUPEE, amount))

    @room
    @rule(signers=signer_sets, giver=accounts, taker=accounts, amount=faces)
    def deliver(self, signers: list[str], giver: str, taker: str, amount: int) -> None:
        self.ask(signers, Transfer(giver, taker, BILL, amount))

    @room
    @rule(signers=signer_sets, seller=sellers, buyer=accounts, amount=faces, price=prices)
    def sell(self, signers: list[str], seller: str, buyer: str, amount: int, price: int) -> None:
        self.ask(signers, DeliverVersusPayment(seller, buyer, BILL, amount, RUPEE, price))

    @room
    @rule(signers=signer_sets, through=accounts, amount=faces, price=prices)
    def sell_on(self, signers: list[str], through: str, amount: int, price: int) -> None:
        legs = [("mof-house", through), (through, "alpha")]
        self.ask(
            signers,
            *(DeliverVersusPayment(s, b, BILL, amount, RUPEE, price) for s, b in legs),
        )

    @room
    @rule(signers=signer_sets, account=accounts, amount=amounts)
    def issue_cash(self, signers: list[str], account: str, amount: int) -> None:
        self.ask(signers, Issue(RUPEE, account, amount))

    @room
    @rule(signers=signer_sets, account=accounts, amount=faces)
    def issue_bill(self, signers: list[str], account: str, amount: int) -> None:
        self.ask(signers, Issue(BILL, account, amount))

    @room
    @rule(signers=signer_sets, account=accounts, amount=amounts)
    def withdraw(self, signers: list[str], account: str, amount: int) -> None:
        self.ask(signers, Redeem(RUPEE, account, amount, None))

    @room
    @rule(signers=signer_sets, account=accounts, payer=accounts, amount=faces)
    def redeem(self, signers: list[str], account: str, payer: str, amount: int) -> None:
        self.ask(signers, Redeem(BILL, account, amount, payer))

    @rule()
    def close_block(self) -> None:
        queue, self.queue = self.queue, []
        receipts = self.desk.block([envelope for envelope, _ in queue]).receipts
        outcomes: list[Any] = [receipt.outcome for receipt in receipts]
        for outcome, (_, refusal) in zip(outcomes, queue, strict=True):
            if refusal is None:
                assert isinstance(outcome, Applied)
            else:
                assert isinstance(outcome, Rejected)
                assert outcome.code == refusal
        self.history.append((self.desk.leader.tip.height, self.book))
        self.compare()

    @precondition(lambda self: not self.queue)
    @rule(data=st.data())
    def truncate(self, data: st.DataObject) -> None:
        keep = data.draw(st.integers(1, len(self.history)))
        del self.history[keep:]
        height, self.book = self.history[-1]
        self.desk.leader.truncate(height)
        self.desk.follower.truncate(height)
        self.compare()

    @precondition(lambda self: not self.queue)
    @rule()
    def finalize(self) -> None:
        height, _ = self.history[-1]
        self.desk.leader.finalize(height)
        self.desk.follower.finalize(height)
        del self.history[:-1]
        self.compare()

    @precondition(lambda self: not self.queue and self.desk.time < MATURITY_MS)
    @rule()
    def wait_until_maturity(self) -> None:
        self.desk.wait_until(MATURITY_MS)
        self.close_block()
        self.finalize()

    def compare(self) -> None:
        for name in OWNERS:
            for instrument in (RUPEE, BILL):
                assert self.desk.held(name, instrument) == self.book.held.get((name, instrument), 0)
        for instrument in (RUPEE, BILL):
            supply = (self.book.issued[instrument], self.book.redeemed[instrument])
            assert self.desk.supply(instrument) == supply


TestMarket = Market.TestCase
TestMarket.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
