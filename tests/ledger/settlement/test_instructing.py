"""However instructions are entered, settled and cancelled: balances are what the events tell.

The desk recounts all lists, and that nothing is lost, after every block.
"""

from collections import Counter
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from msgspec.structs import replace

from amanat.ledger.dates import DAY_MS
from amanat.ledger.operations import (
    AnyOperation,
    CancelInstruction,
    CancelSettlement,
    EnterInstruction,
    SettleDue,
    SettleInstructions,
    Transfer,
)
from amanat.ledger.receipts import Applied, Event
from amanat.ledger.settlement.instructions import CancelReason, Instruction, Payment, Priority, Side
from amanat.ledger.settlement.settlements import (
    DATES,
    INSTRUCTIONS,
    SETTLEMENTS,
    instructions_of,
    settlements_of,
)
from tests.ledger.desk import desk_with_market
from tests.ledger.trades import FACE, SALE, TODAY, answer
from tests.ledger.world import BILL, RUPEE

NAMES = ("alpha", "beta", "gamma")
EVERYBODY = [*NAMES, "sbp"]

instructed = st.builds(
    lambda ends, units, price, days, rest: replace(
        SALE,
        account=ends[0],
        counterparty=ends[1],
        amount=units * FACE,
        payment=None if price is None else Payment(RUPEE, price),
        settlement_date=TODAY + days,
        **rest,
    ),
    st.permutations(NAMES),
    st.integers(1, 3),
    st.none() | st.sampled_from([1, 3, 10**6, 10**9]),
    st.integers(0, 2),
    st.fixed_dictionaries(
        {
            "partial": st.booleans(),
            "priority": st.sampled_from(Priority),
            "until": st.none() | st.integers(TODAY + 2, TODAY + 10),
        }
    ),
)


class Instructing(RuleBasedStateMachine):
    """Everybody signs everything; what may not be is refused, and changes nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.desk = desk_with_market()
        for name in NAMES:
            self.desk.do("mof", Transfer("mof-house", name, BILL, 3 * FACE))
        self.told: Counter[tuple[str, str]] = Counter(
            {(name, item): self.desk.held(name, item) for name in NAMES for item in (BILL, RUPEE)}
        )

    def ask(self, *operations: AnyOperation) -> None:
        outcome = self.desk.submit(self.desk.writer.sign(EVERYBODY, *operations)).outcome
        for event in outcome.events if isinstance(outcome, Applied) else ():
            if event.name == "instruction-settled":
                self.follow(event)

    def follow(self, event: Event) -> None:
        told: dict[str, Any] = event.fields
        self.told[told["deliverer"], told["instrument"]] -= told["amount"]
        self.told[told["receiver"], told["instrument"]] += told["amount"]
        if "paid" in told:
            assert told["paid"] > 0
            self.told[told["receiver"], told["payment"]] -= told["paid"]
            self.told[told["deliverer"], told["payment"]] += told["paid"]

    def some(self, data: st.DataObject, listed: Any) -> bytes:
        known = [
            bytes.fromhex(each) for name in NAMES for each in listed(name).members(self.desk.state)
        ]
        return data.draw(st.sampled_from([*known, bytes(32)]))

    @rule(said=instructed)
    def enter(self, said: Instruction) -> None:
        self.ask(EnterInstruction(said))

    @rule(said=instructed, changes=st.fixed_dictionaries({"partial": st.booleans()}))
    def enter_both(self, said: Instruction, changes: dict[str, Any]) -> None:
        self.ask(EnterInstruction(said), EnterInstruction(answer(said, **changes)))

    @rule(data=st.data())
    def reply(self, data: st.DataObject) -> None:
        entered = self.desk.state.get(INSTRUCTIONS, self.some(data, instructions_of))
        if entered is not None:
            self.ask(EnterInstruction(answer(entered.instruction)))

    @rule(data=st.data())
    def settle(self, data: st.DataObject) -> None:
        self.ask(SettleInstructions((self.some(data, settlements_of),)))

    @rule(days=st.integers(0, 2), limit=st.integers(1, 5))
    def settle_due(self, days: int, limit: int) -> None:
        self.ask(SettleDue(TODAY + days, None, limit))

    @rule(data=st.data())
    def cancel(self, data: st.DataObject) -> None:
        unmatched = self.some(data, instructions_of)
        self.ask(CancelInstruction(unmatched, CancelReason.ERROR))
        self.ask(CancelSettlement(self.some(data, settlements_of), CancelReason.AGREED))

    @rule(hours=st.integers(1, 30))
    def wait(self, hours: int) -> None:
        self.desk.wait_until(self.desk.time + hours * DAY_MS // 24)

    @invariant()
    def balances_are_what_was_told(self) -> None:
        for (name, item), amount in self.told.items():
            assert self.desk.held(name, item) == amount

    @invariant()
    def no_side_waits_for_an_answer_that_is_there(self) -> None:
        """Whatever is alike from both sides was matched when the second of them came."""
        state = self.desk.state
        found = []
        for name in NAMES:
            for each in instructions_of(name).members(state):
                entered = state.get(INSTRUCTIONS, bytes.fromhex(each))
                assert entered is not None
                found.append(entered.instruction)
        for said in found:
            if said.side is Side.DELIVER:
                others = [each for each in found if is_answer(each, said)]
                assert not [each for each in others if each.until is None and said.until is None]

    @invariant()
    def what_is_due_is_found_by_its_date(self) -> None:
        dates = {int(each) for each in DATES.members(self.desk.state)}
        for name in NAMES:
            for each in settlements_of(name).members(self.desk.state):
                settlement = self.desk.state.get(SETTLEMENTS, bytes.fromhex(each))
                assert settlement is not None
                assert settlement.settlement_date in dates


def is_answer(one: Instruction, other: Instruction) -> bool:
    mirrored = answer(other, partial=one.partial, priority=one.priority, until=one.until)
    return one == mirrored


TestInstructing = Instructing.TestCase
TestInstructing.settings = settings(max_examples=25, stateful_step_count=40, deadline=None)
