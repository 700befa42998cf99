"""Reading what is promised and what is to settle: holds, pledges, instructions, settlements."""

from collections.abc import Callable, Iterator, Sequence
from heapq import nsmallest
from itertools import islice
from typing import Final, TypeVar

import msgspec
from aiohttp import web

from amanat.ledger.claims.holds import HOLDS, holds_for, holds_on
from amanat.ledger.claims.pledges import PLEDGES, pledges_on
from amanat.ledger.holdings.balances import instruments_of
from amanat.ledger.linked_sets import LinkedSet
from amanat.ledger.settlement.instructions import TURNS
from amanat.ledger.settlement.settlements import (
    DATES,
    INSTRUCTIONS,
    SETTLEMENTS,
    due,
    instructions_against,
    instructions_of,
    settlements_of,
)
from amanat.ledger.state import ACCOUNTS, State, Table
from amanat.ledger.wording import day
from amanat.node.api import list_cursors
from amanat.node.api.contracts import Contract, described
from amanat.node.api.parameters import AFTER_ENTRY, FROM_ENTRY, limit
from amanat.node.api.problems import ApiProblem
from amanat.node.api.requests import NODE, answer, date_of, whole_number
from amanat.node.api.settlement_views import (
    HoldView,
    InstructionView,
    PledgeView,
    SettlementDateView,
    SettlementView,
    hold_view,
    instruction_view,
    pledge_view,
    settlement_view,
)

LIST_MAX: Final = 1_000
"""Entries in one answer."""

LIST: Final = 100
"""Entries in one answer, if nothing else is asked for."""

LIMIT: Final = limit(LIST_MAX, LIST)

V = TypeVar("V")


@described(
    Contract(
        "listHolds",
        list[HoldView],
        query=(AFTER_ENTRY, LIMIT),
        problems=("not_found",),
        command="amanat hold list {account}",
    )
)
async def holds(request: web.Request) -> web.Response:
    """List the open holds on an account's holdings, and those for it, by their ids."""
    state, name = await _account(request)
    start = list_cursors.after(request)
    most = whole_number(request, "limit", default=LIST, most=LIST_MAX)
    # In the order of their ids: queues by rank move their members about when one leaves.
    found = nsmallest(
        most + 1,
        {each for each in _holds_of(state, name) if start is None or bytes.fromhex(each) > start},
    )
    shown = _listed(request, state, iter(found), HOLDS, hold_view)
    if 0 < most < len(found):
        list_cursors.link(request, shown, bytes.fromhex(found[most - 1]))
    return shown


def _holds_of(state: State, account: str) -> Iterator[str]:
    for instrument in instruments_of(account).members(state):
        yield from holds_on(account, instrument).members(state)
    yield from holds_for(account).members(state)


@described(
    Contract(
        "listPledges",
        list[PledgeView],
        query=(FROM_ENTRY, LIMIT),
        problems=("not_found",),
        command="amanat pledge list {account}",
    )
)
async def pledges(request: web.Request) -> web.Response:
    """List the pledges on an account's holdings; `from` an id, `limit`."""
    state, name = await _account(request)
    return _listed(
        request, state, _from(request, state, _pledges_of(state, name)), PLEDGES, pledge_view
    )


def _pledges_of(state: State, account: str) -> list[LinkedSet]:
    instruments = instruments_of(account).members(state)
    return [pledges_on(account, instrument) for instrument in instruments]


@described(
    Contract(
        "listInstructions",
        list[InstructionView],
        query=(FROM_ENTRY, LIMIT),
        problems=("not_found",),
        command="amanat instruction list {account}",
    )
)
async def instructions(request: web.Request) -> web.Response:
    """List the unmatched instructions of an account's side, and those that name it."""
    state, name = await _account(request)
    members = _from(request, state, [instructions_of(name), instructions_against(name)])
    return _listed(request, state, members, INSTRUCTIONS, instruction_view)


@described(
    Contract(
        "listSettlements",
        list[SettlementView],
        query=(FROM_ENTRY, LIMIT),
        problems=("not_found",),
        command="amanat settlement list {account}",
    )
)
async def settlements(request: web.Request) -> web.Response:
    """List what is matched for an account and still to settle."""
    state, name = await _account(request)
    members = _from(request, state, [settlements_of(name)])
    return _listed(request, state, members, SETTLEMENTS, settlement_view)


@described(
    Contract(
        "listSettlementDates", list[SettlementDateView], command="amanat settlement list-dates"
    )
)
async def dates(request: web.Request) -> web.Response:
    """List the settlement dates for which something is matched, and how much."""
    node = request.app[NODE]
    state = State(node.chain.final.tree.get)
    found: list[object] = [
        SettlementDateView(day(int(each)), sum(due(int(each), turn).count(state) for turn in TURNS))
        for each in sorted(DATES.members(state), key=int)
    ]
    return answer(node, found)


@described(
    Contract(
        "listDue",
        list[SettlementView],
        query=(FROM_ENTRY, LIMIT),
        problems=("not_found",),
        command="amanat settlement list-on-date {date}",
    )
)
async def due_on(request: web.Request) -> web.Response:
    """List what is matched for a settlement date, in the order in which it is settled."""
    state = State(request.app[NODE].chain.final.tree.get)
    when = date_of(request.match_info["date"])
    members = _from(request, state, [due(when, turn) for turn in TURNS])
    return _listed(request, state, members, SETTLEMENTS, settlement_view)


async def _account(request: web.Request) -> tuple[State, str]:
    name = request.match_info["account"]
    state = State(request.app[NODE].chain.final.tree.get)
    if state.get(ACCOUNTS, name) is None:
        raise ApiProblem("not_found", f"no account is called {name!r}")
    return state, name


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
    view: Callable[[V], msgspec.Struct],
) -> web.Response:
    most = whole_number(request, "limit", default=LIST, most=LIST_MAX)
    found: list[object] = []
    for member in islice(members, most):
        entry = state.get(table, bytes.fromhex(member))
        if entry is not None:
            found.append(view(entry))
    return answer(request.app[NODE], found)
