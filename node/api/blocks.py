"""Reading final blocks."""

import msgspec
from aiohttp import web

from amanat.ledger.encoding import encode
from amanat.node.api.contracts import Contract, Lasts, described
from amanat.node.api.messages import BlockView, ChainView, RecordView, base64_text, block_view
from amanat.node.api.parameters import BEFORE, FROM_HEIGHT, limit
from amanat.node.api.problems import ApiProblem
from amanat.node.api.requests import NODE, answer, whole_number
from amanat.node.audit import remote_source
from amanat.node.node import Node
from amanat.node.record import part

LIST_MAX = 100
"""Blocks in one answer."""


@described(
    Contract(
        "listBlocks",
        list[BlockView],
        query=(BEFORE, limit(LIST_MAX, 20)),
        command="amanat block list",
    )
)
async def blocks(request: web.Request) -> web.Response:
    """List final blocks below `before`, the newest first."""
    node = request.app[NODE]
    top = node.chain.final.height
    before = whole_number(request, "before", default=top + 1, most=2**63 - 1)
    limit = whole_number(request, "limit", default=20, most=LIST_MAX)
    return answer(node, list(latest(node, min(before, top + 1), limit)))


@described(
    Contract(
        "showBlock",
        BlockView,
        problems=("not_found", "pruned"),
        lasts=Lasts.FOR_EVER,
        command="amanat block show {height}",
    )
)
async def block(request: web.Request) -> web.Response:
    """Show one final block: its transactions, and who signed that it is final."""
    node = request.app[NODE]
    text = request.match_info["height"]
    if not (text.isascii() and text.isdigit()) or len(text) > 19:
        raise ApiProblem("malformed_request", f"height {text!r} must be a whole number")
    height = int(text)
    refuse_pruned(node, height, node.store.first_height)
    header = node.store.header(height) if height <= node.chain.final.height else None
    certificate = node.store.certificate_from(height)
    if header is None or certificate is None:
        raise ApiProblem("not_found", f"no final block has height {height}; genesis is no block")
    view = msgspec.structs.replace(
        block_view(header),
        transactions=[receipt.transaction.hex() for receipt in node.store.receipts(height)],
        certified_at=certificate.block.height,
        signers=[ack.authority for ack in certificate.acks],
    )
    return answer(node, view)


@described(
    Contract(
        "showRecord",
        RecordView,
        query=(FROM_HEIGHT,),
        problems=("pruned", "not_yet_provable"),
        command="amanat audit http://127.0.0.1:8101 http://127.0.0.1:8102 --genesis genesis.json",
    )
)
async def record(request: web.Request) -> web.Response:
    """Show this node's record of its chain, part by part, for an auditor (`amanat audit`)."""
    node = request.app[NODE]
    first = max(whole_number(request, "from", default=1, most=2**63 - 1), 1)
    refuse_pruned(node, first, node.store.base)
    found = part(node.store, first)
    if found is None:
        raise ApiProblem("not_yet_provable", "no block is final yet")
    final = node.store.applied().height  # by two thirds its certificate is of the block after it
    view = RecordView(base64_text(encode(found)), first, first + len(found.blocks) - 1, final)
    return answer(node, view)


@described(
    Contract(
        "showChain",
        ChainView,
        query=(FROM_HEIGHT,),
        problems=("pruned",),
        command="amanat ledger export http://127.0.0.1:8101 chain.archive --genesis genesis.json",
    )
)
async def chain(request: web.Request) -> web.Response:
    """Show the chain whole, transactions and all, part by part, for those who audit it."""
    node = request.app[NODE]
    first = max(whole_number(request, "from", default=1, most=2**63 - 1), 1)
    refuse_pruned(node, first, node.store.base)
    found = remote_source.part(node.store, first)
    view = ChainView(
        base64_text(encode(found)),
        first,
        first + len(found.blocks) - 1,
        node.store.applied().height,
    )
    return answer(node, view)


def refuse_pruned(node: Node, height: int, first: int) -> None:
    """Refuse to show what is final, but not kept here.

    Raises:
        ApiProblem: `pruned`.
    """
    if 0 < height < first and height <= node.chain.final.height:
        detail = f"block {height} is final, but this node keeps such only from block {first} on"
        raise ApiProblem("pruned", detail, {"first": first})


def latest(node: Node, before: int, limit: int) -> list[object]:
    """Return up to `limit` final blocks below `before`, the newest first."""
    found: list[object] = []
    first = max(before - limit, node.store.first_height)
    for height in range(before - 1, first - 1, -1):
        header = node.store.header(height)
        if header is not None:
            found.append(block_view(header))
    return found
