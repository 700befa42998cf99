"""Submitting transactions, and asking what became of them."""

import asyncio
from typing import Final

import msgspec
import structlog
from aiohttp import web

from amanat.client.signing_failed import SigningFailed
from amanat.ledger.rejections import DoorRefusal
from amanat.node import provable
from amanat.node.api.access.gate import GATE
from amanat.node.api.messages import (
    BatchItem,
    BatchSubmission,
    Submission,
    base64_text,
    transaction_view,
)
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
from amanat.node.node import Node
from amanat.node.pool import PoolFull
from amanat.node.submissions import Submissions, TransactionState, TransactionStatus

log = structlog.get_logger(__name__)

MSGPACK: Final = ("application/msgpack", "application/octet-stream")
SLICE: Final = 64
"""Transactions of a batch that are checked between two breaths of the event loop."""

_batch: Final = msgspec.msgpack.Decoder(list[bytes])


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
        raise _unsupported(request)
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
            items.append(BatchItem(status.id.hex(), status.state.value, receipt))
    return answer(node, items, 202)


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
    return answer(node, transaction_view(status))


async def receipt(request: web.Request) -> web.Response:
    """Return the receipt with its proof, to be checked offline."""
    node = request.app[NODE]
    status = node.submissions.status(digest_in_path(request, "transaction"))
    if status.state is TransactionState.UNKNOWN:
        raise ApiProblem("not_found", f"no transaction {status.id.hex()} is known here")
    if status.state is TransactionState.EXECUTED:
        first = node.store.first_height
        raise ApiProblem("pruned", f"it is in a block before {first}", {"first": first})
    if status.height is None or status.index is None:
        raise ApiProblem("not_yet_provable", f"the transaction is {status.state.value}")
    bundle = provable.receipt(node.store, status.height, status.index)
    if "application/octet-stream" in request.headers.get("Accept", ""):
        return web.Response(body=bundle, content_type="application/octet-stream")
    return answer(node, _Bundle(base64_text(bundle)))


async def envelope_in(request: web.Request) -> bytes:
    """Return the one transaction in a request, as it is or in JSON.

    Raises:
        ApiProblem: `unsupported_media_type`, or as `body` and `from_json` do.
    """
    data = await body(request, SINGLE_BYTES_MAX)
    if request.content_type in MSGPACK:
        return data
    if request.content_type == "application/json":
        return from_base64(from_json(data, Submission).transaction, "transaction")
    raise _unsupported(request)


class _Bundle(msgspec.Struct, frozen=True):
    proof: str


def _submit(submissions: Submissions, envelope: bytes) -> TransactionStatus:
    try:
        return submissions.submit(envelope)
    except DoorRefusal as refusal:
        raise ApiProblem(refusal.code.value, refusal.detail, refusal.figures) from refusal
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


def _unsupported(request: web.Request) -> ApiProblem:
    return ApiProblem(
        "unsupported_media_type",
        f"{request.content_type} is not accepted; send application/json or application/msgpack",
    )
