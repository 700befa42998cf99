"""What came into accounts and went out of them, read from what final blocks did."""

from collections import Counter
from collections.abc import Iterator

from amanat.ledger.blocks import BlockHeader
from amanat.ledger.holdings.balances import holding, instruments_of
from amanat.ledger.holdings.register import accounts_of
from amanat.ledger.instruments.supplies import supply
from amanat.ledger.receipts import Applied, Receipt
from amanat.ledger.state import INSTRUMENTS
from amanat.ledger.terms import DebtTerms
from amanat.ledger.wording import moment
from amanat.node.records import StorageFailed
from amanat.node.statements.holdings import accounts
from amanat.node.statements.legs import Leg, legs
from amanat.node.statements.past import Past
from amanat.node.statements.question import Question
from amanat.node.statements.rows import Row, Total, Units
from amanat.node.store import Store


class Movements:
    """The rows of one statement of movements.

    A custodian's are those of the accounts that it served at the end of the range: so what they
    held before, with what moved, is what they held then.
    """

    columns = (
        "height",
        "time",
        "transaction",
        "index",
        "event",
        "account",
        "instrument",
        "unit",
        "direction",
        "amount",
        "quantity",
        "counterparty",
    )

    def __init__(self, store: Store, before: Past, after: Past, question: Question) -> None:
        """`before` and `after` are the states between which it moved."""
        self._store = store
        self._before = before
        self._after = after
        self._question = question
        self._units = Units()
        self._moved: Counter[str] = Counter()
        self._changes: Counter[str] = Counter()
        """By instrument how much more was held in the end than at the beginning."""

    def rows(self) -> Iterator[Row | None]:
        """Yield a row for each account and amount, in the order of the chain."""
        span = self._question.span
        for height in range(span.first, span.last + 1):
            self._after.breathe()
            yield None
            header = self._store.header(height)
            if header is None:
                raise StorageFailed(f"the header at height {height} is missing")
            for receipt in self._store.receipts(height):
                yield from self._of(header, receipt)
        yield from self._compare()

    def totals(self) -> list[Total]:
        """Return for each instrument what moved, beside how much more was held in the end."""
        return [
            Total(each, self._moved[each], self._changes[each], "change")
            for each in sorted(self._changes.keys() | self._moved.keys())
        ]

    def _of(self, header: BlockHeader, receipt: Receipt) -> Iterator[Row]:
        if not isinstance(receipt.outcome, Applied):
            return
        for index, event in enumerate(receipt.outcome.events):
            for leg in legs(event, self._cash_of):
                for row in self._sides(leg):
                    yield {
                        "height": str(header.height),
                        "time": moment(header.time),
                        "transaction": receipt.transaction.hex(),
                        "index": str(index),
                        "event": event.name,
                        **row,
                    }

    def _sides(self, leg: Leg) -> Iterator[Row]:
        """Yield the leg as those accounts see it that the question is about."""
        wanted = self._question.instrument
        if wanted not in (None, leg.instrument):
            return
        sides = ((leg.source, leg.target, "out", -1), (leg.target, leg.source, "in", 1))
        for account, other, direction, sign in sides:
            if account is None or not self._concerns(account):
                continue
            self._moved[leg.instrument] += sign * leg.amount
            unit = self._units.of(self._after.state, leg.instrument)
            yield {
                "account": account,
                "instrument": leg.instrument,
                "unit": unit.name,
                "direction": direction,
                "amount": str(leg.amount),
                "quantity": unit.quantity(leg.amount),
                "counterparty": other or "",
            }

    def _concerns(self, account: str) -> bool:
        question = self._question
        if question.account is not None:
            return account == question.account
        if question.custodian is not None:
            return accounts_of(question.custodian).holds(self._after.state, account)
        return True

    def _cash_of(self, instrument: str) -> str | None:
        found = self._after.state.get(INSTRUMENTS, instrument)
        terms = None if found is None else found.terms
        return terms.cash if isinstance(terms, DebtTerms) else None

    def _compare(self) -> Iterator[None]:
        """Count how much more was held in the end, from the states alone."""
        question, wanted = self._question, self._question.instrument
        if question.account is None and question.custodian is None and wanted is not None:
            before, after = (supply(each.state, wanted) for each in (self._before, self._after))
            change = (after.issued - after.redeemed) - (before.issued - before.redeemed)
            self._changes[wanted] = change
            return
        for account in accounts(self._after, question):
            yield None
            for past, sign in ((self._before, -1), (self._after, 1)):
                past.breathe()
                for instrument in instruments_of(account).members(past.state):
                    if wanted in (None, instrument):
                        held = holding(past.state, account, instrument).amount
                        self._changes[instrument] += sign * held
