"""Nobody gives what he does not have, or what is reserved for somebody else or frozen."""

from collections.abc import Iterator

from amanat.ledger.checks.check import Check
from amanat.ledger.claims.free_holdings import unclaimed
from amanat.ledger.holdings.balances import holding
from amanat.ledger.holdings.movements import Movement
from amanat.ledger.identifiers import AMOUNT_MAX
from amanat.ledger.instruments.supplies import supply
from amanat.ledger.operation_execution import Execution
from amanat.ledger.orders.freezes import frozen
from amanat.ledger.rejections import Refused, RejectionCode


def _refusals(execution: Execution, movement: Movement) -> Iterator[Refused]:
    state, identifier = execution.state, movement.instrument.id
    if movement.source is not None:
        account = movement.source.name
        have = unclaimed(execution, account, identifier) + movement.reserved
        if movement.amount > have:
            figures = {
                "reserved": holding(state, account, identifier).reserved - movement.reserved,
                "frozen": frozen(execution, account, identifier),
            }
            figures = {name: figure for name, figure in figures.items() if figure}
            yield Refused(
                RejectionCode.INSUFFICIENT_HOLDING,
                account=account,
                instrument=identifier,
                have=have,
                need=movement.amount,
                **figures,
            )
    would_be = 0
    if movement.source is None:
        would_be = supply(state, identifier).issued + movement.amount
    elif movement.target is not None and movement.source != movement.target:
        would_be = holding(state, movement.target.name, identifier).amount + movement.amount
    if would_be > AMOUNT_MAX:
        yield Refused(RejectionCode.AMOUNT_OUT_OF_RANGE, would_be=would_be, may_be=AMOUNT_MAX)


AVAILABILITY = Check(
    "the source has the amount free, and no holding or supply leaves the range of amounts",
    (RejectionCode.INSUFFICIENT_HOLDING, RejectionCode.AMOUNT_OUT_OF_RANGE),
    _refusals,
)
