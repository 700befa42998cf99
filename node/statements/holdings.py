"""What accounts held after a block, added up and held against what the ledger says it must be."""

from collections import Counter
from collections.abc import Iterator

from amanat.ledger.custody.accounts import Account
from amanat.ledger.holdings.balances import instruments_of
from amanat.ledger.holdings.register import accounts_of
from amanat.ledger.holdings.totals import Dimension, contributors, total
from amanat.ledger.instruments.supplies import supply
from amanat.ledger.state import ACCOUNTS, HOLDINGS
from amanat.node.statements.past import Past
from amanat.node.statements.question import Question
from amanat.node.statements.rows import Row, Total, Units


def accounts(past: Past, question: Question) -> Iterator[str]:
    """Yield the accounts that a question is about.

    Of an instrument as a whole: those of every custodian that held something of it, for whomever.
    """
    state = past.state
    if question.account is not None:
        yield question.account
    elif question.custodian is not None:
        yield from accounts_of(question.custodian).members(state)
    elif question.instrument is not None:
        for custodian in contributors(question.instrument, Dimension.CUSTODIAN).members(state):
            yield from accounts_of(custodian).members(state)


class Holdings:
    """The rows of one statement of holdings."""

    columns = (
        "account",
        "owner",
        "custodian",
        "instrument",
        "unit",
        "amount",
        "reserved",
        "quantity",
    )

    def __init__(self, past: Past, question: Question) -> None:
        self._past = past
        self._question = question
        self._units = Units()
        self._counted: Counter[str] = Counter()

    def rows(self) -> Iterator[Row | None]:
        """Yield what each account held of each instrument."""
        past = self._past
        for name in accounts(past, self._question):
            past.breathe()
            account = past.state.get(ACCOUNTS, name)
            if account is None:
                continue
            yield None
            for instrument in self._instruments(name):
                row = self._row(account, instrument)
                if row is not None:
                    yield row

    def totals(self) -> list[Total]:
        """Return the sums, beside the supply of an instrument, or a custodian's total of it."""
        return [self._total(each) for each in sorted(self._counted)]

    def _instruments(self, account: str) -> Iterator[str]:
        wanted = self._question.instrument
        if wanted is None:
            yield from instruments_of(account).members(self._past.state)
        else:
            yield wanted

    def _row(self, account: Account, instrument: str) -> Row | None:
        state = self._past.state
        held = state.get(HOLDINGS, account.name, instrument)
        if held is None:
            return None
        self._counted[instrument] += held.amount
        unit = self._units.of(state, instrument)
        return {
            "account": account.name,
            "owner": account.owner,
            "custodian": account.custodian,
            "instrument": instrument,
            "unit": unit.name,
            "amount": str(held.amount),
            "reserved": str(held.reserved),
            "quantity": unit.quantity(held.amount),
        }

    def _total(self, instrument: str) -> Total:
        state, question = self._past.state, self._question
        counted = self._counted[instrument]
        if question.account is not None:
            return Total(instrument, counted, None, "")
        if question.custodian is not None:
            expected = total(state, instrument, Dimension.CUSTODIAN, question.custodian)
            return Total(instrument, counted, expected, "custodian")
        issued = supply(state, instrument)
        return Total(instrument, counted, issued.issued - issued.redeemed, "supply")
