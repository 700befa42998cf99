"""Proposals: what waits for approvals, in plain words, and what it still lacks."""

import asyncio
from collections.abc import Iterator
from hashlib import sha256
from itertools import islice
from typing import Any, Final

import msgspec
from aiohttp import web

from amanat.ledger.blocks import Place
from amanat.ledger.executed_block import Tip
from amanat.ledger.governance.open_proposals import OPEN_PROPOSALS
from amanat.ledger.governance.proposals import Proposal
from amanat.ledger.identifiers import Digest
from amanat.ledger.operations import proposing
from amanat.ledger.state import PROPOSALS, State
from amanat.node.api import list_cursors
from amanat.node.api.access.gate import GATE
from amanat.node.api.access.scopes import about_proposal
from amanat.node.api.access.told import Telling
from amanat.node.api.contracts import Contract, described
from amanat.node.api.messages import texts
from amanat.node.api.notation import Hex32Text, TimeMs
from amanat.node.api.parameters import AFTER_ENTRY, limit
from amanat.node.api.problems import ApiProblem
from amanat.node.api.requests import NODE, answer, digest_in_path, whole_number
from amanat.node.node import Node
from amanat.node.written.writing import written

LISTED_MAX: Final = 100
"""Proposals in one answer."""


class ApprovalView(msgspec.Struct, frozen=True):
    """A key that approved, whose it was, and when."""

    participant: str
    key: Hex32Text
    time: TimeMs


class LackView(msgspec.Struct, frozen=True):
    """What speaks against it now: an approval that lacks, a notice that runs, a rule."""

    code: str
    figures: dict[str, str]


class ProposalView(msgspec.Struct, frozen=True):
    """A proposal."""

    id: Hex32Text
    proposer: str
    status: str
    """`open`, `approved` while its notice runs, `executed`, `withdrawn` or `lapsed`."""
    expires: TimeMs
    sentence: str
    """What it would do to the state as it is, in plain words."""
    operations: list[str]
    written: list[dict[str, Any]]
    """Each of them with its fields, as `amanat transaction sign` takes it."""
    digest: Hex32Text
    """SHA-256 of them as they are encoded: two who see the same are to decide the same."""
    approvals: list[ApprovalView]
    lacking: list[LackView]
    """Empty for one that is closed, or could be executed now. Of rules, what does not hang on the
    consent of others than the reader."""


@described(
    Contract(
        "listProposals",
        list[ProposalView],
        query=(AFTER_ENTRY, limit(LISTED_MAX, LISTED_MAX)),
        problems=("not_found",),
        command="amanat proposal list",
    )
)
async def proposals(request: web.Request) -> web.Response:
    """List the proposals that wait and the reader may read, the oldest first."""
    node = request.app[NODE]
    limit = whole_number(request, "limit", default=LISTED_MAX, most=LISTED_MAX)
    final = node.chain.final
    state = State(final.tree.get)
    gate = request.app[GATE]
    readable = (
        each
        for each in _waiting(state, final.time, list_cursors.after(request))
        if gate.may_read(request, about_proposal(state, each))
    )
    found = list(islice(readable, limit + 1))
    views: list[object] = []
    for each in found[:limit]:
        views.append(_view(node, final, gate.telling(request), each))
        await asyncio.sleep(0)
    shown = answer(node, views, at=final)
    if 0 < limit < len(found):
        list_cursors.link(request, shown, found[limit - 1].id)
    return shown


@described(
    Contract(
        "showProposal",
        ProposalView,
        problems=("not_found",),
        command="amanat proposal show {proposal}",
    )
)
async def proposal(request: web.Request) -> web.Response:
    """Show a proposal: what it would do, who has approved it, and what it lacks."""
    node = request.app[NODE]
    wanted = digest_in_path(request, "proposal")
    final = node.chain.final
    found = State(final.tree.get).get(PROPOSALS, wanted)
    if found is None:
        raise ApiProblem("not_found", f"no proposal {wanted.hex()} is known")
    telling = request.app[GATE].telling(request)
    return answer(node, _view(node, final, telling, found), at=final)


def _waiting(state: State, time: int, after: Digest | None) -> Iterator[Proposal]:
    """Yield those that wait, behind the one that is named, or all."""
    start = None if after is None else after.hex()
    if start is not None and not OPEN_PROPOSALS.holds(state, start):
        raise ApiProblem("not_found", "the entry before this page is not in this list any more")
    members = islice(OPEN_PROPOSALS.members(state, start), 0 if start is None else 1, None)
    listed = (state.get(PROPOSALS, bytes.fromhex(each)) for each in members)
    return (each for each in listed if each is not None and each.expires > time)


def _view(node: Node, final: Tip, telling: Telling, found: Proposal) -> ProposalView:
    place = Place(node.chain_id, final.height + 1, final.time + 1)
    waits = found.waits and found.expires >= place.time
    lacking = proposing.lacking(State(final.tree.get), place, found) if waits else []
    acts = proposing.acts_of(found)
    return ProposalView(
        id=found.id.hex(),
        proposer=found.proposer,
        status="lapsed" if found.waits and not waits else found.status.value,
        expires=found.expires,
        sentence="; ".join(telling.sentence(act, found.proposer) for act in acts),
        operations=[act.tag() for act in acts],
        written=[written(act) for act in acts],
        digest=sha256(found.operations).hexdigest(),
        approvals=[
            ApprovalView(each.participant, each.key.hex(), each.time) for each in found.approvals
        ],
        lacking=[
            LackView(each.code.value, texts(each.figures))
            for each in telling.lacking(acts, lacking)
        ],
    )
