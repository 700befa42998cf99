"""Reading the register: participants, accounts and holdings; these also as they stood."""

from typing import TypeVar

from aiohttp import web

from amanat.ledger.holdings.balances import instruments_of
from amanat.ledger.identifiers import InstrumentId, Name
from amanat.ledger.state import (
    ACCOUNTS,
    HOLDINGS,
    INSTRUMENTS,
    PARTICIPANTS,
    State,
    Table,
)
from amanat.ledger.wording import day
from amanat.node import provable
from amanat.node.api import past
from amanat.node.api.contracts import Contract, described
from amanat.node.api.messages import (
    AccountView,
    AttestationView,
    HoldingView,
    KeyView,
    ParticipantView,
    base64_text,
)
from amanat.node.api.parameters import AS_OF, AT_HEIGHT, PROOF
from amanat.node.api.past import Moment
from amanat.node.api.problems import ApiProblem
from amanat.node.api.requests import NODE, answer, flag, text_in_path
from amanat.node.node import Node

V = TypeVar("V")


@described(
    Contract(
        "showParticipant",
        ParticipantView,
        problems=("not_found",),
        command="amanat participant show {participant}",
    )
)
async def participant(request: web.Request) -> web.Response:
    """Show a participant."""
    node, found = await _entry(request, PARTICIPANTS, "participant")
    view = ParticipantView(
        name=found.name,
        title=found.title,
        roles=[role.value for role in found.roles],
        keys=[KeyView(each.key.hex(), each.weight, each.until) for each in found.keys],
        threshold=found.threshold,
        lei=found.lei,
        standing=found.standing.value,
    )
    return answer(node, view)


@described(
    Contract(
        "showAccount", AccountView, problems=("not_found",), command="amanat account show {account}"
    )
)
async def account(request: web.Request) -> web.Response:
    """Show an account."""
    node, found = await _entry(request, ACCOUNTS, "account")
    attested = found.attestation
    view = AccountView(
        found.name,
        found.owner,
        found.custodian,
        found.kind.value,
        found.form.value,
        AttestationView(
            attested.commitment.hex(),
            attested.investor_class.value,
            attested.jurisdiction,
            attested.tax_class,
            None if attested.expires is None else day(attested.expires),
        ),
    )
    return answer(node, view)


@described(
    Contract(
        "listHoldings",
        list[HoldingView],
        query=(PROOF, AS_OF, AT_HEIGHT),
        problems=("not_found", "not_yet_provable", "not_provable", "behind", "pruned"),
        command="amanat holding list {account}",
    )
)
async def holdings(request: web.Request) -> web.Response:
    """List what an account holds, or held, of every instrument."""
    node, at = request.app[NODE], past.moment(request)
    name = text_in_path(request, "account", Name)
    with_proof = flag(request, "proof")
    state = State(at.tree.get)
    if state.get(ACCOUNTS, name) is None:
        raise ApiProblem("not_found", f"no account is called {name!r}")
    views: list[object] = [
        _holding(node, at, name, instrument, with_proof=with_proof)
        for instrument in sorted(instruments_of(name).members(state))
    ]
    return answer(node, views, at=at)


@described(
    Contract(
        "showHolding",
        HoldingView,
        query=(PROOF, AS_OF, AT_HEIGHT),
        problems=("not_found", "not_yet_provable", "not_provable", "behind", "pruned"),
        command="amanat holding show {account} {instrument} --genesis genesis.json",
    )
)
async def holding(request: web.Request) -> web.Response:
    """Show what an account holds of one instrument, or held: with its proof, if that is asked for.

    The account need not exist: that it holds nothing can be proved all the same.
    """
    node = request.app[NODE]
    at = past.moment(request)
    name = text_in_path(request, "account", Name)
    instrument = text_in_path(request, "instrument", InstrumentId)
    with_proof = flag(request, "proof")
    if not with_proof:
        state = State(at.tree.get)
        if state.get(ACCOUNTS, name) is None:
            raise ApiProblem("not_found", f"no account is called {name!r}")
        if state.get(INSTRUMENTS, instrument) is None:
            raise ApiProblem("not_found", f"no instrument is called {instrument!r}")
    view = _holding(node, at, name, instrument, with_proof=with_proof)
    return answer(node, view, at=at)


async def _entry(request: web.Request, table: Table[V], name: str) -> tuple[Node, V]:
    node = request.app[NODE]
    wanted = request.match_info[name]
    found = State(node.chain.final.tree.get).get(table, wanted)
    if found is None:
        raise ApiProblem("not_found", f"no {name} is called {wanted!r}")
    return node, found


def _holding(
    node: Node, at: Moment, account: str, instrument: str, *, with_proof: bool
) -> HoldingView:
    found = State(at.tree.get).get(HOLDINGS, account, instrument)
    proof = _proof(node, at, account, instrument) if with_proof else None
    return HoldingView(
        account=account,
        instrument=instrument,
        amount=str(found.amount if found is not None else 0),
        height=at.height,
        state_root=at.tree.root.hex(),
        as_of=past.written(at.closed),
        proof=None if proof is None else base64_text(proof),
    )


def _proof(node: Node, at: Moment, account: str, instrument: str) -> bytes:
    if at.height == 0:
        raise ApiProblem("not_yet_provable", "no certificate is for genesis: blocks begin with 1")
    if at.closed is None:
        return provable.balance(node.store, at.height, at.tree, account, instrument)
    try:
        return provable.at_close(node.store, at.height, at.tree, account, instrument)
    except provable.NotLast as error:
        raise ApiProblem("not_provable", str(error), {"height": at.height}) from error
