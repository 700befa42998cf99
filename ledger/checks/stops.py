"""What a legal order stops does not move, and each order that does so is named."""

from collections.abc import Iterator

from amanat.ledger.checks.check import Check
from amanat.ledger.claims.free_holdings import unclaimed
from amanat.ledger.holdings.balances import holding
from amanat.ledger.holdings.movements import Movement
from amanat.ledger.operation_execution import Execution
from amanat.ledger.orders.freezes import freezes_of
from amanat.ledger.orders.legal_orders import LegalOrder
from amanat.ledger.orders.order_register import has_orders
from amanat.ledger.orders.stops import standing_against
from amanat.ledger.rejections import Refused, RejectionCode


def stopped(order: LegalOrder) -> Refused:
    """Return the refusal that says what the order stops."""
    figures = {"order": order.id, "scope": order.scope.kind}
    if order.account is not None:
        figures["account"] = order.account
    if order.instrument is not None:
        figures["instrument"] = order.instrument
    return Refused(RejectionCode.STOPPED, **figures)


def _refusals(execution: Execution, movement: Movement) -> Iterator[Refused]:
    if not has_orders(execution.state) or movement.clear_of_orders:
        return
    for order in standing_against(execution, movement):
        yield stopped(order)
    yield from _freezes(execution, movement)


def _freezes(execution: Execution, movement: Movement) -> Iterator[Refused]:
    """Yield every order without whose freeze, with that of others, there would be enough."""
    if movement.source is None:
        return
    account, instrument = movement.source.name, movement.instrument.id
    # First: it ends holds that have expired, and freezes what these held under an order.
    have = unclaimed(execution, account, instrument) + movement.reserved
    freezes = freezes_of(execution, account, instrument)
    if not have < movement.amount <= have + sum(freeze.amount for freeze in freezes):
        return
    reserved = holding(execution.state, account, instrument).reserved - movement.reserved
    told = {"reserved": reserved} if reserved else {}
    for order in sorted({order for freeze in freezes for order in freeze.orders}):
        yield Refused(
            RejectionCode.FROZEN,
            order=order,
            account=account,
            instrument=instrument,
            frozen=sum(freeze.amount for freeze in freezes if order in freeze.orders),
            have=have,
            need=movement.amount,
            **told,
        )


STOPS = Check(
    "no legal order in force stops the source, the target or the instrument, or freezes the amount",
    (RejectionCode.STOPPED, RejectionCode.FROZEN),
    _refusals,
)
