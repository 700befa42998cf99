"""What holdings of debt entitle to next, by the terms: before tax, by who held after a block.

The ledger pays no coupons by itself; this is what a paying agent has to pay to whoever holds at
the close of the record date.
"""

from collections.abc import Iterator

from amanat.ledger.dates import Date, of_civil
from amanat.ledger.payments.schedule import Payment, next_payments
from amanat.ledger.state import INSTRUMENTS, business_day_of, calendar_of
from amanat.ledger.terms import DebtTerms
from amanat.ledger.terms.scales import RATE_SCALE, Rate
from amanat.ledger.wording import day
from amanat.node.statements.holdings import Holdings
from amanat.node.statements.past import Past
from amanat.node.statements.question import Question
from amanat.node.statements.rows import Row, Total, Units


class Entitlements:
    """The rows of one statement of entitlements."""

    columns = (
        "account",
        "owner",
        "custodian",
        "instrument",
        "face",
        "payment",
        "rate",
        "record_date",
        "due_date",
        "payment_date",
        "unit",
        "amount",
        "quantity",
    )

    def __init__(self, past: Past, question: Question) -> None:
        self._past = past
        self._holdings = Holdings(past, question)
        self._today = _today(past, question)
        self._calendar = calendar_of(past.state)
        self._units = Units()
        self._known: dict[str, list[Payment]] = {}

    def rows(self) -> Iterator[Row | None]:
        """Yield what each holding of debt entitles to on the next date on which it pays."""
        for holding in self._holdings.rows():
            if holding is None:
                yield None
                continue
            for payment in self._payments(holding["instrument"]):
                yield self._row(holding, payment)

    def totals(self) -> list[Total]:
        """Return the sums of face value, beside the supply, or a custodian's total."""
        return [each for each in self._holdings.totals() if self._payments(each.instrument)]

    def _payments(self, instrument: str) -> list[Payment]:
        """Return what an instrument pays next; nothing where it is no debt."""
        if instrument not in self._known:
            found = self._past.state.get(INSTRUMENTS, instrument)
            terms = None if found is None else found.terms
            self._known[instrument] = (
                next_payments(terms, self._today, self._calendar)
                if isinstance(terms, DebtTerms)
                else []
            )
        return self._known[instrument]

    def _row(self, holding: Row, payment: Payment) -> Row:
        unit = self._units.of(self._past.state, holding["instrument"])
        amount = payment.amount(int(holding["amount"]))
        return {
            **{name: holding[name] for name in ("account", "owner", "custodian", "instrument")},
            "face": holding["amount"],
            "payment": payment.kind.value,
            "rate": "" if payment.rate is None else per_cent(payment.rate),
            "record_date": day(payment.record_date),
            "due_date": day(payment.due_date),
            "payment_date": day(payment.payment_date),
            "unit": unit.name,
            "amount": "" if amount is None else str(amount),
            "quantity": "" if amount is None else unit.quantity(amount),
        }


def per_cent(rate: Rate) -> str:
    """Return a rate in per cent, with four decimal places: 70,000 is 7.0000."""
    whole, part = divmod(rate, RATE_SCALE // 100)
    return f"{whole}.{part:04}"


def _today(past: Past, question: Question) -> Date:
    """Return the business day at whose close it is asked for, else the one that was open."""
    closed = question.span.to_date
    if closed is None:
        return business_day_of(past.state).date
    year, month, of_month = map(int, closed.split("-"))
    return of_civil(year, month, of_month)
