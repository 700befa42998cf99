"""Reading instruments: terms, status, supply, tranches, documents; and what the state owes."""

from typing import Any, get_type_hints

import msgspec
from aiohttp import web

from amanat.ledger.dates import Date
from amanat.ledger.encoding import Structure, encode
from amanat.ledger.instruments import borrowing as borrowings
from amanat.ledger.instruments.documents import documents_of
from amanat.ledger.instruments.instrument import Instrument
from amanat.ledger.instruments.supply import Supply
from amanat.ledger.instruments.tranches import tranches_of
from amanat.ledger.state import (
    CEILINGS,
    INSTRUMENTS,
    SUPPLIES,
    State,
    business_day_of,
)
from amanat.ledger.terms import CashTerms
from amanat.ledger.wording import day
from amanat.node.api.contracts import Contract, described
from amanat.node.api.notation import AmountText, DateText, Hex32Text, TimeMs
from amanat.node.api.problems import ApiProblem
from amanat.node.api.requests import NODE, answer
from amanat.node.node import Node


class InstrumentView(msgspec.Struct, frozen=True):
    """An instrument and how much of it exists."""

    id: str
    issuer: str
    title: str
    kind: str
    status: str
    terms: dict[str, Any]
    authorised: AmountText | None
    paying_agent: str | None
    issued: AmountText
    redeemed: AmountText
    outstanding: AmountText


class TrancheView(msgspec.Struct, frozen=True):
    """A tranche of an instrument."""

    number: int
    amount: AmountText
    opens: DateText
    closes: DateText
    issued: AmountText


class DocumentView(msgspec.Struct, frozen=True):
    """A document of an instrument."""

    digest: Hex32Text
    kind: str
    title: str
    added: TimeMs
    superseded_by: Hex32Text | None


class CeilingView(msgspec.Struct, frozen=True):
    """How much may be owed in a period, and by which law."""

    first: DateText
    last: DateText
    amount: AmountText
    law: str


class BorrowingView(msgspec.Struct, frozen=True):
    """All debt that is paid in one cash instrument, and its ceilings."""

    cash: str
    outstanding: AmountText
    ceilings: list[CeilingView]


@described(Contract("listInstruments", list[InstrumentView], command="amanat instrument list"))
async def instruments(request: web.Request) -> web.Response:
    """List every instrument."""
    node = request.app[NODE]
    views: list[object] = list(all_instruments(node))
    return answer(node, views)


@described(
    Contract(
        "showInstrument",
        InstrumentView,
        problems=("not_found",),
        command="amanat instrument show {instrument}",
    )
)
async def instrument(request: web.Request) -> web.Response:
    """Show an instrument and its supply."""
    node, state, found = await _instrument(request)
    return answer(node, _view(state, found))


@described(
    Contract(
        "listTranches",
        list[TrancheView],
        problems=("not_found",),
        command="amanat tranche list {instrument}",
    )
)
async def tranches(request: web.Request) -> web.Response:
    """List the tranches of an instrument."""
    node, state, found = await _instrument(request)
    views: list[object] = [
        TrancheView(number, str(each.amount), day(each.opens), day(each.closes), str(each.issued))
        for number, each in enumerate(tranches_of(state, found.id), 1)
    ]
    return answer(node, views)


@described(
    Contract(
        "listDocuments",
        list[DocumentView],
        problems=("not_found",),
        command="amanat document list {instrument}",
    )
)
async def documents(request: web.Request) -> web.Response:
    """List the documents of an instrument, oldest first."""
    node, state, found = await _instrument(request)
    views: list[object] = []
    for digest, each in documents_of(state, found.id):
        after = None if each.superseded_by is None else each.superseded_by.hex()
        views.append(DocumentView(digest, each.kind.value, each.title, each.added, after))
    return answer(node, views)


@described(
    Contract(
        "showBorrowing",
        BorrowingView,
        problems=("not_found",),
        command="amanat borrowing show {instrument}",
    )
)
async def borrowing(request: web.Request) -> web.Response:
    """Show what is owed in a cash instrument, and how much the law allows and when."""
    node, state, found = await _instrument(request)
    if not isinstance(found.terms, CashTerms):
        raise ApiProblem("not_found", f"{found.id} is no cash")
    ceilings = state.get(CEILINGS, found.id)
    views = [
        CeilingView(day(each.first), day(each.last), str(each.amount), each.law)
        for each in (() if ceilings is None else ceilings.periods)
    ]
    owed = str(borrowings.outstanding(state, found.id))
    return answer(node, BorrowingView(found.id, owed, views))


def all_instruments(node: Node) -> list[InstrumentView]:
    """Return every instrument with its supply."""
    prefix = b"\x92" + encode(INSTRUMENTS.kind)
    state = State(node.chain.final.tree.get)
    return [_view(state, INSTRUMENTS.decode(value)) for _, value in node.store.scan(prefix)]


def terms_view(terms: Structure) -> dict[str, Any]:
    """Return terms as JSON shows them: numbers as strings, dates as ISO 8601 writes them."""
    hints = get_type_hints(type(terms), include_extras=True)
    return {name: _shown(getattr(terms, name), hints[name]) for name in terms.__struct_fields__}


def _shown(value: object, hint: object) -> Any:
    if isinstance(value, Structure):
        tag = value.__struct_config__.tag
        return ({} if tag is None else {"type": str(tag)}) | terms_view(value)
    if isinstance(value, tuple):
        return [_shown(each, None) for each in value]
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, bytes):
        return value.hex()
    return day(value) if isinstance(value, int) and hint == Date else str(value)


async def _instrument(request: web.Request) -> tuple[Node, State, Instrument]:
    node = request.app[NODE]
    wanted = request.match_info["instrument"]
    state = State(node.chain.final.tree.get)
    found = state.get(INSTRUMENTS, wanted)
    if found is None:
        raise ApiProblem("not_found", f"no instrument is called {wanted!r}")
    return node, state, found


def _view(state: State, found: Instrument) -> InstrumentView:
    supply = state.get(SUPPLIES, found.id) or Supply(0, 0)
    return InstrumentView(
        id=found.id,
        issuer=found.issuer,
        title=found.title,
        kind=found.terms.kind,
        status=found.status_on(business_day_of(state).date).value,
        terms=terms_view(found.terms),
        authorised=None if found.authorised is None else str(found.authorised),
        paying_agent=found.paying_agent,
        issued=str(supply.issued),
        redeemed=str(supply.redeemed),
        outstanding=str(supply.issued - supply.redeemed),
    )
