"""Reading what is promised and what is to settle: holds, pledges, instructions, settlements."""

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from itertools import islice
from typing import Any, Final, TypeVar

import msgspec
from aiohttp import web

from amanat.ledger.claims.holds import HOLDS, Hold, holds_for, holds_on
from amanat.ledger.claims.pledges import PLEDGES, Pledge, pledges_on
from amanat.ledger.dates import Date
from amanat.ledger.holdings.balances import instruments_of
from amanat.ledger.linked_sets import LinkedSet
from amanat.ledger.settlement.instructions import TURNS, Payment
from amanat.ledger.settlement.settlements import (
    DATES,
    INSTRUCTIONS,
    SETTLEMENTS,
    Entered,
    Party,
    Settlement,
    due,
    instructions_against,
    instructions_of,
    settlements_of,
)
from amanat.ledger.state import ACCOUNTS, State, Table
from amanat.ledger.wording import day
from amanat.node.api.messages import texts
from amanat.node.api.problems import ApiProblem
from amanat.node.api.requests import NODE, answer, be_current, whole_number

LIST_MAX: Final = 1_000
"""Entries in one answer."""

EPOCH: Final = date(1970, 1, 1)

V = TypeVar("V")


async def holds(request: web.Request) -> web.Response:
    """List the open holds on an account's holdings, and those for it."""
    state, name = await _account(request)

    def everything() -> Iterator[str]:
        for instrument in instruments_of(name).members(state):
            yield from holds_on(name, instrument).members(state)
        yield from holds_for(name).members(state)

    return _listed(request, state, everything(), HOLDS, _hold)


async def pledges(request: web.Request) -> web.Response:
    """List the pledges on an account's holdings; `from` an id, `limit`."""
    state, name = await _account(request)
    return _listed(
        request, state, _from(request, state, _pledges_of(state, name)), PLEDGES, _pledge
    )


def _pledges_of(state: State, account: str) -> list[LinkedSet]:
    instruments = instruments_of(account).members(state)
    return [pledges_on(account, instrument) for instrument in instruments]


async def instructions(request: web.Request) -> web.Response:
    """List the unmatched instructions of an account's side, and those that name it."""
    state, name = await _account(request)
    members = _from(request, state, [instructions_of(name), instructions_against(name)])
    return _listed(request, state, members, INSTRUCTIONS, _instruction)


async def settlements(request: web.Request) -> web.Response:
    """List what is matched for an account and still to settle."""
    state, name = await _account(request)
    members = _from(request, state, [settlements_of(name)])
    return _listed(request, state, members, SETTLEMENTS, _settlement)


async def dates(request: web.Request) -> web.Response:
    """List the settlement dates for which something is matched, and how much."""
    await be_current(request)
    node = request.app[NODE]
    state = State(node.chain.final.tree.get)
    found: list[object] = [
        {"date": day(int(each)), "count": sum(due(int(each), turn).count(state) for turn in TURNS)}
        for each in sorted(DATES.members(state), key=int)
    ]
    return answer(node, found)


async def due_on(request: web.Request) -> web.Response:
    """List what is matched for a settlement date, in the order in which it is settled."""
    await be_current(request)
    state = State(request.app[NODE].chain.final.tree.get)
    when = _date(request)
    members = _from(request, state, [due(when, turn) for turn in TURNS])
    return _listed(request, state, members, SETTLEMENTS, _settlement)


async def _account(request: web.Request) -> tuple[State, str]:
    await be_current(request)
    name = request.match_info["account"]
    state = State(request.app[NODE].chain.final.tree.get)
    if state.get(ACCOUNTS, name) is None:
        raise ApiProblem("not_found", f"no account is called {name!r}")
    return state, name


def _date(request: web.Request) -> Date:
    text = request.match_info["date"]
    try:
        return (date.fromisoformat(text) - EPOCH).days
    except ValueError as error:
        raise ApiProblem("malformed_request", f"date {text!r} is not YYYY-MM-DD") from error


def _from(request: web.Request, state: State, sets: Sequence[LinkedSet]) -> Iterator[str]:
    """Yield the members of these sets, from the one that the request names on."""
    start = request.query.get("from")
    for each in sets:
        if start is None:
            yield from each.members(state)
        elif each.holds(state, start):
            yield from each.members(state, start)
            start = None
    if start is not None:
        raise ApiProblem("not_found", f"{start!r} is not in this list, or not any more")


def _listed(
    request: web.Request,
    state: State,
    members: Iterator[str],
    table: Table[V],
    view: Callable[[V], dict[str, Any]],
) -> web.Response:
    limit = whole_number(request, "limit", default=100, most=LIST_MAX)
    found: list[object] = []
    for member in islice(members, limit):
        entry = state.get(table, bytes.fromhex(member))
        if entry is not None:
            found.append(view(entry))
    return answer(request.app[NODE], found)


def _hold(hold: Hold) -> dict[str, Any]:
    told = msgspec.structs.asdict(hold)
    return {**told, "id": hold.id.hex(), "amount": str(hold.amount)}


def _pledge(pledge: Pledge) -> dict[str, Any]:
    told = msgspec.structs.asdict(pledge)
    return {**told, "id": pledge.id.hex(), "amount": str(pledge.amount)}


def _instruction(entered: Entered) -> dict[str, Any]:
    said = entered.instruction
    return {
        "id": entered.id.hex(),
        **msgspec.structs.asdict(said),
        "amount": str(said.amount),
        "payment": _payment(said.payment),
        "settlement_date": day(said.settlement_date),
        "tolerance": str(said.tolerance),
        "until": None if said.until is None else day(said.until),
        "travel_data": None if said.travel_data is None else said.travel_data.hex(),
    }


def _settlement(settlement: Settlement) -> dict[str, Any]:
    failure = settlement.failure
    return {
        **msgspec.structs.asdict(settlement),
        "id": settlement.id.hex(),
        "deliverer": _party(settlement.deliverer),
        "receiver": _party(settlement.receiver),
        "amount": str(settlement.amount),
        "payment": _payment(settlement.payment),
        "settlement_date": day(settlement.settlement_date),
        "until": None if settlement.until is None else day(settlement.until),
        "failure": None
        if failure is None
        else {"date": day(failure.date), "code": failure.code, "figures": texts(failure.figures)},
    }


def _payment(payment: Payment | None) -> dict[str, str] | None:
    if payment is None:
        return None
    return {"instrument": payment.instrument, "amount": str(payment.amount)}


def _party(party: Party) -> dict[str, Any]:
    return {
        "instruction": party.instruction.hex(),
        "account": party.account,
        "reference": party.reference,
        "travel_data": None if party.travel_data is None else party.travel_data.hex(),
    }
