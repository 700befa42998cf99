"""What terms must be to stand on the register."""

import re
from typing import Final

from amanat.ledger.identifiers import PositiveAmount
from amanat.ledger.operation_execution import Execution
from amanat.ledger.rejections import Refused, RejectionCode
from amanat.ledger.terms import CashTerms, DebtTerms, Terms
from amanat.ledger.terms.isin import ISIN_PATTERN, is_valid_isin

TERMS_CODES: Final = (
    RejectionCode.INVALID_TERMS,
    RejectionCode.INVALID_ISIN,
    RejectionCode.UNKNOWN_INSTRUMENT,
    RejectionCode.NOT_CASH,
    RejectionCode.NOT_A_MULTIPLE,
)
"""Every code with which terms are refused."""


def check_terms(execution: Execution, identifier: str, terms: Terms) -> None:
    """Refuse terms that make no sense, or do not belong to the identifier.

    Raises:
        Refused: the first reason found.
    """
    _check_identifier(identifier, terms)
    for problem in terms.problems():
        raise _invalid(problem.field, problem.given, problem.need)
    if isinstance(terms, DebtTerms):
        cash = execution.instrument(terms.cash)
        if not isinstance(cash.terms, CashTerms):
            raise Refused(RejectionCode.NOT_CASH, instrument=terms.cash)


def check_authorised(terms: Terms, authorised: PositiveAmount | None) -> None:
    """Refuse an authorised amount that does not go with the terms.

    Raises:
        Refused: cash has one, something else has none, or it is no multiple of the denomination.
    """
    is_cash = isinstance(terms, CashTerms)
    if is_cash != (authorised is None):
        given = "none" if authorised is None else authorised
        raise _invalid("authorised", given, "none for cash" if is_cash else "an amount")
    check_multiple(terms, authorised or 0)


def check_multiple(terms: Terms, amount: int) -> None:
    """Refuse an amount that is no multiple of the denomination.

    Raises:
        Refused: `not_a_multiple`.
    """
    if amount % terms.denomination:
        raise Refused(RejectionCode.NOT_A_MULTIPLE, amount=amount, denomination=terms.denomination)


def check_amendment(before: Terms, after: Terms, *, is_issued: bool) -> None:
    """Refuse other terms that would make it another instrument, or break what is held of it.

    Raises:
        Refused: `invalid_terms`.
    """
    if after.kind != before.kind:
        raise _invalid("kind", after.kind, f"{before.kind}, as it is")
    if not is_issued:
        return
    for field in before.lasting:
        was, given = getattr(before, field), getattr(after, field)
        if was != given:
            raise _invalid(field, given, f"{was}, as it is")
    if before.denomination % after.denomination:
        need = f"a divisor of {before.denomination}, as it is"
        raise _invalid("denomination", after.denomination, need)


def _check_identifier(identifier: str, terms: Terms) -> None:
    """An instrument goes by its ISIN; where it has none, by nothing that looks like one."""
    if terms.isin is None:
        if re.search(ISIN_PATTERN, identifier):
            raise _invalid("id", identifier, "no ISIN, for the terms name none")
    elif not is_valid_isin(terms.isin):
        raise Refused(RejectionCode.INVALID_ISIN, isin=terms.isin)
    elif terms.isin != identifier:
        raise _invalid("id", identifier, f"the ISIN {terms.isin}")


def _invalid(field: str, given: int | str, need: str) -> Refused:
    return Refused(RejectionCode.INVALID_TERMS, field=field, given=given, need=need)
