"""Dry runs: would this transaction pass, and if not, what speaks against it?"""

from dataclasses import replace

import msgspec
from aiohttp import web

from amanat.ledger.dry_run import DryRun, open_draft
from amanat.ledger.state import PARTICIPANTS, State, parameters_of
from amanat.node.api.access import touched
from amanat.node.api.access.gate import GATE, READER, SUPERVISES
from amanat.node.api.access.scopes import about_proposal
from amanat.node.api.contracts import Body, Contract, Lasts, described
from amanat.node.api.messages import EventView, RejectionView, Submission, texts
from amanat.node.api.notation import Hex32Text
from amanat.node.api.problems import ApiProblem
from amanat.node.api.requests import NODE, SINGLE_BYTES_MAX, answer
from amanat.node.api.submitted import envelope_in, refusing
from amanat.node.api.transactions import AT_THE_DOOR


class DoorView(msgspec.Struct, frozen=True):
    """Why the transaction may not be in a block."""

    code: str
    detail: str
    figures: dict[str, str]


class DryRunView(msgspec.Struct, frozen=True):
    """What would become of it in the next block."""

    id: Hex32Text
    passes: bool
    sentences: list[str]
    """What each operation would do, in plain words."""
    door: list[DoorView]
    refusals: list[RejectionView]
    """Every rule that refuses; the receipt would name the first."""
    events: list[EventView]


@described(
    Contract(
        "simulateTransaction",
        DryRunView,
        body=Body(Submission, "the transaction", SINGLE_BYTES_MAX),
        problems=("unsupported_media_type", "body_too_large", *AT_THE_DOOR),
        lasts=Lasts.A_MOMENT,
        command="amanat transaction submit order.tx --dry-run",
    )
)
async def simulate(request: web.Request) -> web.Response:
    """Try a transaction, signed or not, without submitting it; list all that refuses it."""
    node = request.app[NODE]
    envelope = await envelope_in(request)
    with refusing():
        run = _run(request, envelope)
    return answer(node, _view(run))


def _run(request: web.Request, envelope: bytes) -> DryRun:
    """Try it; tell whoever may not read everything no more than submitting it would.

    Raises:
        ApiProblem: `not_permitted`, it is about a proposal that the reader may not read.
        DoorRefusal: as `Submissions.rehearse` does.
    """
    node, gate = request.app[NODE], request.app[GATE]
    if gate.is_open or request[SUPERVISES]:
        return node.submissions.rehearse(envelope)
    state = State(node.chain.final.tree.get)
    bytes_max = parameters_of(state).transaction_bytes_max
    body = open_draft(envelope, bytes_max=bytes_max).body
    for proposal in touched.proposals(state, body.operations):
        if not gate.may_read(request, about_proposal(state, proposal)):
            raise ApiProblem("not_permitted", "it is about a proposal that is not for this reader")
    participant = state.get(PARTICIPANTS, request[READER].participant)
    own = () if participant is None else [each.key for each in participant.keys]
    run = node.submissions.rehearse(envelope, assumed=own).as_submitted()
    telling = gate.telling(request)
    sentences = [telling.sentence(each) for each in body.operations[: len(run.sentences)]]
    return replace(run, sentences=tuple(sentences))


def _view(run: DryRun) -> DryRunView:
    return DryRunView(
        id=run.id.hex(),
        passes=run.passes,
        sentences=list(run.sentences),
        door=[DoorView(each.code.value, each.detail, texts(each.figures)) for each in run.door],
        refusals=[
            RejectionView(each.refused.code.value, each.operation, texts(each.refused.figures))
            for each in run.refusals
        ],
        events=[EventView(each.operation, each.name, texts(each.fields)) for each in run.events],
    )
