"""What comes into an account, its custodian may serve."""

from collections.abc import Iterator
from typing import Final

from amanat.ledger.checks.check import Check
from amanat.ledger.custody.accounts import Account
from amanat.ledger.custody.limits import Limits, limits_of
from amanat.ledger.custody.served import EVERYWHERE, money_of, served
from amanat.ledger.custody.serving import may_serve
from amanat.ledger.governance.participants import Role
from amanat.ledger.holdings.movements import Movement
from amanat.ledger.holdings.totals import Dimension, total
from amanat.ledger.operation_execution import Execution
from amanat.ledger.rejections import Refused, RejectionCode
from amanat.ledger.terms import CashTerms

FIGURE_MAX: Final = 2**64 - 1
"""The largest number that travels."""


def _refusals(execution: Execution, movement: Movement) -> Iterator[Refused]:
    target = movement.target
    if target is None or not movement.is_voluntary:
        return
    custodian = execution.participant(target.custodian)
    if not may_serve(custodian, target.kind):
        yield Refused(RejectionCode.NOT_SERVING, custodian=custodian.name)
    if Role.DISTRIBUTOR not in custodian.roles:
        return
    limits = limits_of(execution.state, custodian.name)
    if limits is None:
        yield Refused(RejectionCode.NO_LIMITS, custodian=custodian.name)
    else:
        yield from _excesses(execution, movement, target, limits)


def _excesses(
    execution: Execution, movement: Movement, target: Account, limits: Limits
) -> Iterator[Refused]:
    """Yield every limit that is exceeded by what the movement raises."""
    state, instrument, source = execution.state, movement.instrument, movement.source
    custodian, country = target.custodian, target.attestation.jurisdiction
    cash = money_of(instrument)
    comes_in = source is None or source.custodian != custodian

    def over(limit: str, of: str, held: int, most: int) -> Iterator[Refused]:
        would_hold = held + movement.amount
        if would_hold > most:
            yield Refused(
                RejectionCode.DISTRIBUTOR_LIMIT,
                custodian=custodian,
                limit=limit,
                of=of,
                would_hold=min(would_hold, FIGURE_MAX),
                may_hold=most,
            )

    if comes_in:
        most = limits.of_instrument(instrument.id)
        if most is None and cash is None and not isinstance(instrument.terms, CashTerms):
            most = 0
        if most is not None:
            held = total(state, instrument.id, Dimension.CUSTODIAN, custodian)
            yield from over("instrument", instrument.id, held, most)
        if cash is not None:
            held = served(state, custodian, cash, EVERYWHERE)
            yield from over("total", cash, held, limits.of_total(cash))
    if comes_in or source is None or source.attestation.jurisdiction != country:
        most = None if cash is None else limits.of_jurisdiction(country, cash)
        if cash is not None and most is not None:
            held = served(state, custodian, cash, country)
            yield from over("jurisdiction", f"{country} {cash}", held, most)


SERVICE = Check(
    "the target's custodian has a role that lets it serve the account and, where it is a "
    "distributor, stays within its limits, where the movement is voluntary",
    (RejectionCode.NOT_SERVING, RejectionCode.NO_LIMITS, RejectionCode.DISTRIBUTOR_LIMIT),
    _refusals,
)
