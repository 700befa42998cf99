"""The state owes no more than its laws let it, over all instruments."""

from collections.abc import Iterator

from amanat.ledger.checks.check import Check
from amanat.ledger.holdings.movements import Movement, Purpose
from amanat.ledger.identifiers import AMOUNT_MAX
from amanat.ledger.instruments import borrowing
from amanat.ledger.operation_execution import Execution
from amanat.ledger.rejections import Refused, RejectionCode
from amanat.ledger.state import CEILINGS
from amanat.ledger.terms import DebtTerms


def _refusals(execution: Execution, movement: Movement) -> Iterator[Refused]:
    terms = movement.instrument.terms
    if movement.purpose is not Purpose.ISSUE or not isinstance(terms, DebtTerms):
        return
    would_be = borrowing.outstanding(execution.state, terms.cash) + movement.amount
    ceiling = borrowing.ceiling(execution, terms.cash)
    if ceiling is not None and would_be > ceiling.amount:
        yield Refused(
            RejectionCode.CEILING_EXCEEDED,
            cash=terms.cash,
            would_be=would_be,
            may_be=ceiling.amount,
            law=ceiling.law,
        )
    elif ceiling is None and execution.state.get(CEILINGS, terms.cash) is not None:
        yield Refused(RejectionCode.NO_CEILING, cash=terms.cash, today=execution.today)
    elif would_be > AMOUNT_MAX:
        yield Refused(RejectionCode.AMOUNT_OUT_OF_RANGE, would_be=would_be, may_be=AMOUNT_MAX)


BORROWING_CEILING = Check(
    "all debt that is paid in one currency stays within the borrowing ceiling in force, where "
    "there are any",
    (RejectionCode.CEILING_EXCEEDED, RejectionCode.NO_CEILING, RejectionCode.AMOUNT_OUT_OF_RANGE),
    _refusals,
)
