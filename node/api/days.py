"""Business days: the one that is open, and what was sealed of those that were closed."""

import msgspec
from aiohttp import web

from amanat.ledger.days import sealed_totals
from amanat.ledger.encoding import encode
from amanat.ledger.instruments.instrument import Instrument
from amanat.ledger.state import INSTRUMENTS, LAST_CHANGES, State, business_day_of
from amanat.ledger.wording import day
from amanat.node.api import past
from amanat.node.api.access.gate import GATE
from amanat.node.api.access.scopes import about_participant
from amanat.node.api.contracts import Contract, described
from amanat.node.api.notation import AmountText, DateText, HeightNumber, TimeMs
from amanat.node.api.problems import ApiProblem
from amanat.node.api.requests import NODE, answer
from amanat.node.node import Node


class OpenDayView(msgspec.Struct, frozen=True):
    """The business day on which the ledger works."""

    date: DateText
    number: int


class DayView(msgspec.Struct, frozen=True):
    """A business day that was closed."""

    date: DateText
    number: int
    next: DateText
    """The business day that was open from then on."""
    height: HeightNumber
    """The block that closed it."""
    time: TimeMs


class SealedView(msgspec.Struct, frozen=True):
    """What was sealed of an instrument at the close of a day."""

    date: DateText
    instrument: str
    issued: AmountText
    redeemed: AmountText
    outstanding: AmountText
    custodians: dict[str, AmountText]
    """What the accounts of each held together; together they held what was outstanding.

    Of each that the reader may read: a custodian its own, regulators and auditors all.
    """


@described(Contract("showOpenDay", OpenDayView, command="amanat day show open"))
async def open_day(request: web.Request) -> web.Response:
    """Show the business day that is open."""
    node = request.app[NODE]
    found = business_day_of(State(node.chain.final.tree.get))
    return answer(node, OpenDayView(day(found.date), found.number))


@described(
    Contract("showClosedDay", DayView, problems=("not_found",), command="amanat day show {date}")
)
async def closed_day(request: web.Request) -> web.Response:
    """Show when a business day was closed."""
    node = request.app[NODE]
    closed, seal = past.sealed(node, request.match_info["date"])
    view = DayView(day(closed), seal.number, day(seal.next), seal.height, seal.time)
    return answer(node, view)


@described(
    Contract(
        "showSealed",
        SealedView,
        problems=("not_found",),
        command="amanat day show-instrument {date} {instrument}",
    )
)
async def sealed(request: web.Request) -> web.Response:
    """Show what was issued, redeemed and held of an instrument when a business day was closed."""
    node = request.app[NODE]
    closed, _ = past.sealed(node, request.match_info["date"])
    wanted = request.match_info["instrument"]
    state = State(node.chain.final.tree.get)
    instrument = state.get(INSTRUMENTS, wanted)
    if instrument is None:
        raise ApiProblem("not_found", f"no instrument is called {wanted!r}")
    supply = sealed_totals.supply(state, closed, instrument.id)
    held = {
        name: sealed_totals.custodian_total(state, closed, instrument.id, name)
        for name in _custodians(node, instrument)
        if request.app[GATE].may_read(request, about_participant(name))
    }
    view = SealedView(
        date=day(closed),
        instrument=instrument.id,
        issued=str(supply.issued),
        redeemed=str(supply.redeemed),
        outstanding=str(supply.issued - supply.redeemed),
        custodians={name: str(amount) for name, amount in held.items() if amount},
    )
    return answer(node, view)


def _custodians(node: Node, instrument: Instrument) -> list[str]:
    """Return whoever has ever held something of the instrument for itself or its clients."""
    prefix = b"\x94" + encode(LAST_CHANGES.kind) + encode(instrument.id)
    prefix += encode(sealed_totals.CUSTODIAN)
    return [msgspec.msgpack.decode(key)[3] for key, _ in node.store.scan(prefix)]
