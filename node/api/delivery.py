"""What goes with every answer: the height that it speaks of, its tag, how it is packed, to whom.

A tag is strong (RFC 9110): made of the very bytes. So it holds for what is immutable and for what
changes with the height alike, and two nodes that answer the same give the same tag.

Compressing what mixes a secret with what a request chose lets the secret be guessed by the length
of answers. No answer holds a secret but the one that gives a token, which is never compressed.
Neither are answers to submissions: ids and signatures hardly get shorter.
"""

import asyncio
import gzip
from functools import lru_cache
from hashlib import sha256
from http import HTTPStatus
from typing import Final

from aiohttp import web

from amanat.node.api.contracts import Contract, Lasts
from amanat.node.api.requests import NODE

PACKED_FROM: Final = 1_024
"""Bytes from which on an answer is compressed."""

APART_FROM: Final = 65_536
"""Bytes from which on that is done beside the event loop."""

LEVEL: Final = 6
"""Of gzip: beyond it, little is gained for much time."""

_TEXTUAL: Final = ("application/json", "application/problem+json", "text/html", "text/css")

_AS_IT_IS: Final = web.RequestKey("as_it_is", bool)

_STAYS: Final = web.RequestKey("stays", bool)
"""Whether the answer stays what it is while the node runs, so that it is compressed once."""

_KEPT_PACKED: Final = 16
"""Answers that are kept compressed: more than there are long ones that stay."""

_EXPOSED: Final = "ETag, Ledger-Height, Ledger-Root, Link, Location, Request-Id, Retry-After"
_TAKEN: Final = (
    "Accept, Authorization, Content-Digest, Content-Type, If-None-Match, Signature, Signature-Input"
)
_PREFLIGHT_SECONDS: Final = 600


def tagged(
    request: web.Request, answer: web.StreamResponse, contract: Contract
) -> web.StreamResponse:
    """Tag an answer; return 304 in its place if who asks has it."""
    if contract.keeps_secret or not (contract.reads or request.method in ("GET", "HEAD")):
        request[_AS_IT_IS] = True
    request[_STAYS] = not contract.reads and contract.lasts is not Lasts.A_MOMENT
    if contract.binary or (contract.also and contract.answer is not None):
        _vary(answer, "Accept")
    if (
        contract.lasts is Lasts.A_MOMENT
        or answer.status != HTTPStatus.OK
        or not isinstance(answer, web.Response)
        or not isinstance(answer.body, bytes)
    ):
        return answer
    tag = sha256(answer.content_type.encode() + b"\0" + answer.body).hexdigest()[:32]
    answer.headers["ETag"] = f'"{tag}"'
    if not _has(request, tag):
        return answer
    kept = ("ETag", "Cache-Control", "Ledger-Height", "Ledger-Root", "Vary")
    headers = {name: answer.headers[name] for name in kept if name in answer.headers}
    return web.Response(status=HTTPStatus.NOT_MODIFIED, headers=headers)


async def deliver(request: web.Request, answer: web.StreamResponse) -> None:
    """Add to an answer what goes with every one, and compress it where that is worth it."""
    final = request.app[NODE].chain.final
    answer.headers.setdefault("Ledger-Height", str(final.height))
    answer.headers.setdefault("Ledger-Root", final.tree.root.hex())
    _allow(request, answer)
    await _pack(request, answer)


def preflight(request: web.Request) -> web.Response | None:
    """Return the answer to a browser that asks whether a page may ask, None to all else."""
    if request.method != "OPTIONS" or "Access-Control-Request-Method" not in request.headers:
        return None
    if _origin(request) is None:
        return None
    headers = {
        "Access-Control-Allow-Methods": "GET, POST",
        "Access-Control-Allow-Headers": _TAKEN,
        "Access-Control-Max-Age": str(_PREFLIGHT_SECONDS),
    }
    return web.Response(status=HTTPStatus.NO_CONTENT, headers=headers)


def _has(request: web.Request, tag: str) -> bool:
    told = request.headers.get("If-None-Match", "")
    tags = {each.strip().removeprefix("W/").strip('"') for each in told.split(",")}
    return not tags.isdisjoint({"*", tag, _packed_tag(tag)})


def _packed_tag(tag: str) -> str:
    return f"{tag}-gzip"


def _origin(request: web.Request) -> str | None:
    """Return the origin of the page that asks, if this node's settings name it."""
    origin = request.headers.get("Origin")
    return origin if origin in request.app[NODE].settings.api.cors_origins else None


def _allow(request: web.Request, answer: web.StreamResponse) -> None:
    if not request.app[NODE].settings.api.cors_origins:
        return
    _vary(answer, "Origin")
    origin = _origin(request)
    if origin is not None:
        answer.headers["Access-Control-Allow-Origin"] = origin
        answer.headers["Access-Control-Expose-Headers"] = _EXPOSED


async def _pack(request: web.Request, answer: web.StreamResponse) -> None:
    if (
        not isinstance(answer, web.Response)
        or not isinstance(answer.body, bytes)
        or answer.content_type not in _TEXTUAL
        or len(answer.body) <= PACKED_FROM
        or request.get(_AS_IT_IS, False)
    ):
        return
    _vary(answer, "Accept-Encoding")
    if not _takes_gzip(request):
        return
    content = answer.body
    if request.get(_STAYS, False):
        packed = packed_once(content)
    elif len(content) < APART_FROM:
        packed = gzip.compress(content, LEVEL, mtime=0)
    else:
        packed = await asyncio.to_thread(gzip.compress, content, LEVEL, mtime=0)
    answer.body = packed
    answer.headers["Content-Encoding"] = "gzip"
    if "ETag" in answer.headers:
        answer.headers["ETag"] = f'"{_packed_tag(answer.headers["ETag"].strip(chr(34)))}"'


@lru_cache(maxsize=_KEPT_PACKED)
def packed_once(content: bytes) -> bytes:
    """Return what stays as it is, compressed: once, on the event loop, then from memory."""
    return gzip.compress(content, LEVEL, mtime=0)


def _takes_gzip(request: web.Request) -> bool:
    weights: dict[str, float] = {}
    for each in request.headers.get("Accept-Encoding", "").split(","):
        coding, _, weight = each.partition(";")
        try:
            weights[coding.strip().lower()] = float(weight.strip().removeprefix("q=") or 1)
        except ValueError:
            weights[coding.strip().lower()] = 0
    return weights.get("gzip", weights.get("*", 0)) > 0


def _vary(answer: web.StreamResponse, header: str) -> None:
    told = answer.headers.get("Vary")
    answer.headers["Vary"] = header if told is None else f"{told}, {header}"
