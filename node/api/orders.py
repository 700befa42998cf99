"""Reading the register of legal orders, at the final height."""

import msgspec
from aiohttp import web

from amanat.ledger.custody.accounts import Account
from amanat.ledger.dates import Date, date_of
from amanat.ledger.instruments.instrument import Instrument
from amanat.ledger.linked_sets import LinkedSet
from amanat.ledger.orders.legal_orders import AccountScope, AmountScope, HoldingScope, LegalOrder
from amanat.ledger.orders.order_register import orders_on_account, pauses_of
from amanat.ledger.state import ACCOUNTS, INSTRUMENTS, ORDERS, State, Table
from amanat.ledger.wording import day
from amanat.node.api.contracts import Contract, described
from amanat.node.api.notation import AmountText, DateText, Hex32Text
from amanat.node.api.problems import ApiProblem
from amanat.node.api.requests import NODE, answer


class OrderView(msgspec.Struct, frozen=True):
    """A legal order; amounts are decimal strings, null where it concerns none."""

    id: str
    issued_by: str
    reference: str
    document: Hex32Text
    scope: str
    account: str | None
    instrument: str | None
    direction: str | None
    amount: AmountText | None
    seizable: AmountText
    taken: AmountText
    expires: DateText | None
    entered_by: str
    status: str
    in_force: bool
    """Whether it stops anything on the date of the final block: one that has expired does not."""


@described(
    Contract("showOrder", OrderView, problems=("not_found",), command="amanat order show {order}")
)
async def order(request: web.Request) -> web.Response:
    """Show a legal order, also one that is no longer in force."""
    node, wanted = request.app[NODE], request.match_info["order"]
    found = State(node.chain.final.tree.get).get(ORDERS, wanted)
    if found is None:
        raise ApiProblem("not_found", f"no order is called {wanted!r}")
    return answer(node, _view(found, date_of(node.chain.final.time)))


@described(
    Contract(
        "listOrdersOnAccount",
        list[OrderView],
        problems=("not_found",),
        command="amanat order list {account}",
    )
)
async def on_account(request: web.Request) -> web.Response:
    """List the legal orders on an account and its holdings, but those that were lifted."""
    name = request.match_info["account"]
    return await _list(request, ACCOUNTS, name, orders_on_account(name))


@described(
    Contract(
        "listOrdersOnInstrument",
        list[OrderView],
        problems=("not_found",),
        command="amanat order list-on-instrument {instrument}",
    )
)
async def on_instrument(request: web.Request) -> web.Response:
    """List the legal orders on an instrument as a whole, but those that were lifted."""
    name = request.match_info["instrument"]
    return await _list(request, INSTRUMENTS, name, pauses_of(name))


async def _list(
    request: web.Request,
    table: Table[Account] | Table[Instrument],
    name: str,
    among: LinkedSet,
) -> web.Response:
    node = request.app[NODE]
    final = node.chain.final
    state = State(final.tree.get)
    if final.tree.get(table.key(name)) is None:
        raise ApiProblem("not_found", f"no {table.kind} is called {name!r}")
    found = (state.get(ORDERS, each) for each in among.members(state))
    today = date_of(final.time)
    views: list[object] = [_view(each, today) for each in found if each is not None]
    return answer(node, views)


def _view(found: LegalOrder, today: Date) -> OrderView:
    scope = found.scope
    return OrderView(
        id=found.id,
        issued_by=found.issued_by,
        reference=found.reference,
        document=found.document.hex(),
        scope=scope.kind,
        account=found.account,
        instrument=found.instrument,
        direction=(
            scope.direction.value if isinstance(scope, AccountScope | HoldingScope) else None
        ),
        amount=str(scope.amount) if isinstance(scope, AmountScope) else None,
        seizable=str(found.seizable),
        taken=str(found.taken),
        expires=None if found.expires is None else day(found.expires),
        entered_by=found.entered_by,
        status=found.status.value,
        in_force=found.is_in_force(today),
    )
