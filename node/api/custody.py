"""Reading what governance has set for holding and serving: rules, limits, and who is served."""

from collections.abc import Iterator

import msgspec
from aiohttp import web

from amanat.ledger.custody.limits import Limits, limits_of
from amanat.ledger.custody.served import served
from amanat.ledger.holdings.register import accounts_of, clients_of
from amanat.ledger.holdings.totals import Dimension, total
from amanat.ledger.identifiers import InstrumentId, Name
from amanat.ledger.moving.succession import SUCCESSIONS
from amanat.ledger.rules import rules_of
from amanat.ledger.state import INSTRUMENTS, PARTICIPANTS, State
from amanat.node.api.contracts import Contract, described
from amanat.node.api.notation import AmountText
from amanat.node.api.problems import ApiProblem
from amanat.node.api.requests import NODE, answer, text_in_path


class RuleView(msgspec.Struct, frozen=True):
    """A rule of an instrument, in plain words."""

    kind: str
    subject: str
    """What this rule alone of its kind is about: a country, a period; else empty."""
    sentence: str


class LimitView(msgspec.Struct, frozen=True):
    """A limit of a distributor, and how far it is used."""

    limit: str
    """`total`, `instrument` or `jurisdiction`."""
    of: str
    holds: AmountText
    may_hold: AmountText


class CustodyView(msgspec.Struct, frozen=True):
    """Whose accounts a participant serves, and within which limits."""

    custodian: str
    accounts: int
    clients: int
    """Those of them that are not its own."""
    limits: list[LimitView] | None
    """None where it has none."""
    successor: str | None
    """To whom governance moves its clients, if it may not serve them any more."""


@described(
    Contract(
        "listRules",
        list[RuleView],
        problems=("not_found",),
        command="amanat rule list {instrument}",
    )
)
async def rules(request: web.Request) -> web.Response:
    """List the rules of an instrument."""
    node, name = request.app[NODE], text_in_path(request, "instrument", InstrumentId)
    state = State(node.chain.final.tree.get)
    if state.get(INSTRUMENTS, name) is None:
        raise ApiProblem("not_found", f"no instrument is called {name!r}")
    views: list[object] = [
        RuleView(rule.kind, rule.subject, rule.sentence(state, name))
        for rule in rules_of(state, name)
    ]
    return answer(node, views)


@described(
    Contract(
        "showCustody",
        CustodyView,
        problems=("not_found",),
        command="amanat custodian show {participant}",
    )
)
async def custody(request: web.Request) -> web.Response:
    """Show how many accounts a participant serves, its limits and how far they are used."""
    node, name = request.app[NODE], text_in_path(request, "participant", Name)
    state = State(node.chain.final.tree.get)
    if state.get(PARTICIPANTS, name) is None:
        raise ApiProblem("not_found", f"no participant is called {name!r}")
    limits, succession = limits_of(state, name), state.get(SUCCESSIONS, name)
    view = CustodyView(
        custodian=name,
        accounts=accounts_of(name).count(state),
        clients=clients_of(name).count(state),
        limits=None if limits is None else list(_used(state, name, limits)),
        successor=None if succession is None else succession.successor,
    )
    return answer(node, view)


def _used(state: State, custodian: str, limits: Limits) -> Iterator[LimitView]:
    for each in limits.totals:
        holds = served(state, custodian, each.cash)
        yield LimitView("total", each.cash, str(holds), str(each.most))
    for one in limits.instruments:
        holds = total(state, one.instrument, Dimension.CUSTODIAN, custodian)
        yield LimitView("instrument", one.instrument, str(holds), str(one.most))
    for there in limits.jurisdictions:
        holds = served(state, custodian, there.cash, there.jurisdiction)
        of = f"{there.jurisdiction} {there.cash}"
        yield LimitView("jurisdiction", of, str(holds), str(there.most))
