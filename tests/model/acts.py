"""How one operation is carried out: who must consent, in time, then what it does.

The other files of this folder say for each operation whom it needs (`needs`) and what it changes
(`carry`). Each raises `Stop` with every reason that could be given.
"""

from functools import singledispatch

from amanat.ledger.operations import (
    AnyOperation,
    DeliverVersusPayment,
    Issue,
    Redeem,
    Transfer,
)
from amanat.ledger.rejections import RejectionCode as Code
from tests.model.books import DAY, KARACHI, Books, need
from tests.model.consents import Consents, Need, Signs

CUT_OFFS: dict[type, str] = {
    Issue: "issue",
    Transfer: "free-of-payment",
    DeliverVersusPayment: "against-payment",
    Redeem: "redemption",
}


@singledispatch
def needs(act: AnyOperation, _books: Books, _consents: Consents) -> list[Need]:
    """Return whose consent an operation needs, or stop."""
    raise AssertionError(act)


@singledispatch
def carry(act: AnyOperation, _books: Books, _consents: Consents) -> None:
    """Let the books follow an operation, or stop."""
    raise AssertionError(act)


def one_of(consents: Consents, *names: str) -> Need:
    """Return the need that one of these signs."""
    return Signs(next((name for name in names if consents.signs(name)), names[0]))


def in_time(act: AnyOperation, books: Books) -> None:
    """Stop after the cut-off of the open day."""
    for business, minute in books.cut_offs:
        cut_off = books.open_day * DAY - KARACHI + minute * 60_000
        need(CUT_OFFS.get(type(act)) != business or books.time < cut_off, Code.PAST_CUT_OFF)
