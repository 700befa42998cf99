"""Submitting transactions, and asking what became of them."""

import asyncio
from typing import Final

import msgspec
import structlog
from aiohttp import web

from amanat.client.signing_failed import SigningFailed
from amanat.ledger.rejections import DoorCode, DoorRefusal
from amanat.node import provable
from amanat.node.api.access.gate import GATE
from amanat.node.api.contracts import Body, Contract, Lasts, described
from amanat.node.api.limits import LIMITS
from amanat.node.api.messages import (
    BatchItem,
    BatchSubmission,
    BundleView,
    Submission,
    TransactionView,
    base64_text,
    transaction_view,
)
from amanat.node.api.parameters import MIN_HEIGHT, WAIT
from amanat.node.api.problems import ApiProblem
from amanat.node.api.requests import (
    BATCH_BYTES_MAX,
    NODE,
    SINGLE_BYTES_MAX,
    answer,
    body,
    digest_in_path,
    from_base64,
    from_json,
    reach_min_height,
    seconds,
)
from amanat.node.api.submitted import MSGPACK, envelope_in, refusing, unsupported
from amanat.node.node import Node
from amanat.node.pool import PoolFull
from amanat.node.submissions import Submissions, TransactionState, TransactionStatus

log = structlog.get_logger(__name__)

SLICE: Final = 64
"""Transactions of a batch that are checked between two breaths of the event loop."""

AT_THE_DOOR: Final = tuple(code.value for code in DoorCode)
"""With what a transaction is refused that may not be in a block."""

_batch: Final = msgspec.msgpack.Decoder(list[bytes])


@described(
    Contract(
        "submitTransaction",
        TransactionView,
        statuses=(200, 202),
        query=(WAIT, MIN_HEIGHT),
        body=Body(Submission, "the signed transaction", SINGLE_BYTES_MAX),
        problems=("unsupported_media_type", "body_too_large", "busy", "behind", *AT_THE_DOOR),
        reads=False,
        lasts=Lasts.A_MOMENT,
        command="amanat transaction submit order.tx --wait 10",
    )
)
async def submit(request: web.Request) -> web.Response:
    """Take one signed transaction; with `wait`, answer when it is final."""
    node = request.app[NODE]
    wait = seconds(request, "wait")
    await reach_min_height(request)
    envelope = await envelope_in(request)
    status = _submit(node.submissions, envelope)
    receipt = await _submission_receipt(node, status)
    if wait and not status.is_final:
        status = await node.submissions.wait_final(status.id, wait)
    view = answer(node, transaction_view(status, receipt), 200 if status.is_final else 202)
    view.headers["Location"] = f"/v1/transactions/{status.id.hex()}"
    return view


@described(
    Contract(
        "submitTransactions",
        list[BatchItem],
        statuses=(202,),
        query=(MIN_HEIGHT,),
        body=Body(BatchSubmission, "an array of signed transactions", BATCH_BYTES_MAX),
        problems=("unsupported_media_type", "body_too_large", "behind"),
        reads=False,
        lasts=Lasts.A_MOMENT,
    )
)
async def submit_batch(request: web.Request) -> web.Response:
    """Take many signed transactions, each by itself; answer for each, in order."""
    node = request.app[NODE]
    await reach_min_height(request)
    data = await body(request, BATCH_BYTES_MAX)
    if request.content_type in MSGPACK:
        try:
            envelopes = _batch.decode(data)
        except (msgspec.DecodeError, RecursionError) as error:
            raise ApiProblem("malformed_request", f"the batch: {error}") from error
    elif request.content_type == "application/json":
        texts = from_json(data, BatchSubmission).transactions
        envelopes = [from_base64(text, f"transactions[{i}]") for i, text in enumerate(texts)]
    else:
        raise unsupported(request)
    request.app[LIMITS].owe(request, len(envelopes) - 1)
    items: list[object] = []
    for number, envelope in enumerate(envelopes):
        if number % SLICE == SLICE - 1:
            await asyncio.sleep(0)
        try:
            status = node.submissions.submit(envelope)
        except DoorRefusal as refusal:
            items.append(BatchItem(code=refusal.code.value, detail=refusal.detail))
        except PoolFull as full:
            items.append(BatchItem(code="busy", detail=str(full)))
        else:
            receipt = await _submission_receipt(node, status)
            items.append(BatchItem(status.id.hex(), status.state, receipt))
    return answer(node, items, 202)


@described(
    Contract(
        "showTransaction",
        TransactionView,
        query=(WAIT,),
        command="amanat transaction status {transaction}",
    )
)
async def show(request: web.Request) -> web.Response:
    """Say where a transaction stands; with `wait`, once that is final."""
    node = request.app[NODE]
    transaction = digest_in_path(request, "transaction")
    wait = seconds(request, "wait")
    status = node.submissions.status(transaction)
    if wait and not status.is_final:
        status = await node.submissions.wait_final(transaction, wait)
        # When it was asked, what the transaction says may not have been known here.
        request.app[GATE].check_again(request)
    shown = request.app[GATE].shown(request, status)
    return answer(node, transaction_view(shown, in_part=shown != status))


@described(
    Contract(
        "showReceipt",
        BundleView,
        problems=("not_found", "pruned", "not_yet_provable"),
        binary="the proof as it is",
        command="amanat transaction receipt {transaction} receipt.proof --genesis genesis.json",
    )
)
async def receipt(request: web.Request) -> web.Response:
    """Return the receipt with its proof, to be checked offline: it shows all that was done."""
    node = request.app[NODE]
    status = node.submissions.status(digest_in_path(request, "transaction"))
    if status.state is TransactionState.UNKNOWN:
        raise ApiProblem("not_found", f"no transaction {status.id.hex()} is known here")
    if status.state is TransactionState.EXECUTED:
        first = node.store.first_height
        raise ApiProblem("pruned", f"it is in a block before {first}", {"first": first})
    if status.height is None or status.index is None:
        raise ApiProblem("not_yet_provable", f"the transaction is {status.state.value}")
    request.app[GATE].check_whole(request, status)
    bundle = provable.receipt(node.store, status.height, status.index)
    if "application/octet-stream" in request.headers.get("Accept", ""):
        return web.Response(body=bundle, content_type="application/octet-stream")
    return answer(node, BundleView(base64_text(bundle)))


def _submit(submissions: Submissions, envelope: bytes) -> TransactionStatus:
    try:
        with refusing():
            return submissions.submit(envelope)
    except PoolFull as full:
        raise ApiProblem("busy", str(full)) from full


async def _submission_receipt(node: Node, status: TransactionStatus) -> str | None:
    """Sign for what waits here. What is final has a better proof than this node's word."""
    if status.is_final:
        return None
    try:
        return base64_text(await node.submission_receipts.sign(status.id))
    except SigningFailed as failed:
        # The transaction was taken all the same; a receipt can be asked for again.
        log.error("submission.unsigned", reason=str(failed))  # noqa: TRY400 - it says it all
        return None
