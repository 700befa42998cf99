"""The market as its clients know it: what is registered, and what each account holds.

A second, much simpler account of what transactions do. The histories of clients are judged by it.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from amanat.ledger.operations import (
    ActivateInstrument,
    AnyOperation,
    DeliverVersusPayment,
    Issue,
    OpenAccount,
    RegisterInstrument,
    Transfer,
)
from amanat.ledger.state import ACCOUNTS, HOLDINGS, INSTRUMENTS, State
from amanat.ledger.terms import TreasuryBillTerms
from amanat.ledger.transactions import open_transaction
from amanat.ledger.tree.state_tree import StateTree
from tests.ledger import world

Holdings = tuple[tuple[str, int], ...]
"""What an account holds, under `<account> <instrument>`, and 1 under every account and instrument
that is registered; what is 0 is left out."""

NAMES: Final = ("alpha", "beta", "gamma", "mof-house", "sbp-house")
APPLIED, REJECTED = "applied", "rejected"


def holdings(tree: StateTree) -> Holdings:
    """Read the whole market from a node's state."""
    state = State(tree.get)
    found: dict[str, int] = {}
    for instrument in (world.RUPEE, world.BILL):
        found[instrument] = state.get(INSTRUMENTS, instrument) is not None
        for name in NAMES:
            holding = state.get(HOLDINGS, name, instrument)
            found[f"{name} {instrument}"] = holding.amount if holding is not None else 0
    for name in NAMES:
        found[name] = state.get(ACCOUNTS, name) is not None
    return _sorted(found)


@dataclass(frozen=True, slots=True)
class Look:
    """A client asks for the whole market."""


@dataclass(frozen=True, slots=True)
class Submit:
    """A client asks for a transaction to take effect."""

    transaction: int
    """Its number."""
    needs: frozenset[str]
    """What must be registered before."""
    moves: tuple[tuple[str, int], ...]
    """What it adds where, one after the other; nothing may fall below 0."""


def submit(number: int, envelope: bytes) -> Submit:
    """Return what a transaction asks for."""
    transaction = open_transaction(envelope, bytes_max=len(envelope))
    needs: set[str] = set()
    moves: list[tuple[str, int]] = []
    for operation in transaction.body.operations:
        _add(operation, needs, moves)
    registers = {place for place, _ in moves if " " not in place}
    return Submit(number, frozenset(needs - registers), tuple(moves))


def _add(operation: AnyOperation, needs: set[str], moves: list[tuple[str, int]]) -> None:
    match operation:
        case RegisterInstrument(id=instrument, terms=terms):
            needs |= {terms.cash} if isinstance(terms, TreasuryBillTerms) else set()
            moves.append((instrument, 1))
        case ActivateInstrument():
            needs.add(operation.instrument)
        case OpenAccount(account=account):
            moves.append((account.name, 1))
        case Issue():
            needs |= {operation.instrument, operation.account}
            moves.append((f"{operation.account} {operation.instrument}", operation.amount))
        case Transfer(source=source, target=target, instrument=instrument, amount=amount):
            needs |= {source, target, instrument}
            moves += _moved(source, target, instrument, amount)
        case DeliverVersusPayment(seller=seller, buyer=buyer):
            needs |= {seller, buyer, operation.instrument, operation.cash}
            moves += _moved(seller, buyer, operation.instrument, operation.amount)
            moves += _moved(buyer, seller, operation.cash, operation.price)


def _moved(source: str, target: str, instrument: str, amount: int) -> list[tuple[str, int]]:
    return [(f"{source} {instrument}", -amount), (f"{target} {instrument}", amount)]


class Market:
    """The whole market is one object: transfers tie the accounts to one another."""

    def part(self, what: Submit | Look) -> str:
        del what
        return "the market"

    def initial(self) -> Holdings:
        return ()

    def step(
        self, state: Holdings, what: Submit | Look, answer: str | Holdings | None
    ) -> Holdings | None:
        if isinstance(what, Look):
            return state if answer in (None, state) else None
        after = _after(state, what)
        if answer is None:
            return state if after is None else after
        if answer == APPLIED:
            return after
        return state if after is None else None

    def changes(self, what: Submit | Look, answer: str | Holdings | None) -> bool:
        return isinstance(what, Submit) and answer != REJECTED

    def may_reach(
        self,
        state: Holdings,
        others: Sequence[Submit | Look],
        what: Submit | Look,
        answer: str | Holdings,
    ) -> bool:
        if isinstance(what, Submit) or isinstance(answer, str):
            return True
        missing = Counter(dict(answer))
        missing.subtract(dict(state))
        most: Counter[str] = Counter()
        least: Counter[str] = Counter()
        for other in others:
            for place, amount in other.moves if isinstance(other, Submit) else ():
                (most if amount > 0 else least)[place] += amount
        return all(least[place] <= amount <= most[place] for place, amount in missing.items())

    def shown(self, state: Holdings) -> str:
        return (
            ", ".join(f"{place} {amount}" for place, amount in state if " " in place) or "nothing"
        )

    def told(self, what: Submit | Look, answer: str | Holdings | None) -> str:
        said = "look" if isinstance(what, Look) else f"transaction {what.transaction}"
        shown = self.shown(answer) if isinstance(answer, tuple) else answer or "unknown"
        return f"{said} -> {shown}"


def _after(state: Holdings, what: Submit) -> Holdings | None:
    """Return the market after a transaction; None if it must be rejected."""
    now = dict(state)
    if not what.needs <= now.keys():
        return None
    for place, amount in what.moves:
        now[place] = now.get(place, 0) + amount
        if now[place] < 0:
            return None
    return _sorted(now)


def _sorted(found: dict[str, int]) -> Holdings:
    return tuple(sorted((place, int(amount)) for place, amount in found.items() if amount))
