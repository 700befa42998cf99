"""What every route needs of a request: the node, a bounded body, checked parameters."""

import asyncio
import base64
import binascii
import re
from datetime import date
from typing import Final, Protocol, TypeVar

import msgspec
from aiohttp import web

from amanat.ledger.dates import Date
from amanat.ledger.tree.state_tree import StateTree
from amanat.node.api.problems import ApiProblem
from amanat.node.node import Node

NODE: Final = web.AppKey("node", Node)

_CURRENT: Final = web.RequestKey("current", bool)
"""Whether this node was brought up to date for the request."""

SINGLE_BYTES_MAX: Final = 1_500_000
"""Longest body with one transaction: a megabyte of it in base64, in JSON."""

BATCH_BYTES_MAX: Final = 8 * 1024 * 1024
"""Longest body with a batch."""

BODY_SECONDS: Final = 10.0
"""How long a client may take to send its body."""

PATIENCE_SECONDS: Final = 5.0
"""How long a request waits for this node to reach a height."""

WAIT_SECONDS_MAX: Final = 30.0
"""The longest `wait` that a client may ask for."""

_SECONDS: Final = re.compile(r"[0-9]{1,19}(?:\.[0-9]{1,30})?(?:[eE][+-]?[0-9]{1,3})?", re.ASCII)
"""A number as JSON writes it; `float` takes more."""

EPOCH: Final = date(1970, 1, 1)

T = TypeVar("T")


class Shown(Protocol):
    """What an answer speaks of: the state after a block."""

    @property
    def height(self) -> int:
        """The block's height."""
        ...

    @property
    def tree(self) -> StateTree:
        """The state after it."""
        ...


async def body(request: web.Request, bytes_max: int) -> bytes:
    """Return the body, refusing one that is too long before it is read.

    Raises:
        ApiProblem: `body_too_large`, or `malformed_request` if it does not arrive in time.
    """
    length = request.content_length
    if length is not None and length > bytes_max:
        raise ApiProblem("body_too_large", f"{length} bytes, at most {bytes_max} are accepted")
    try:
        async with asyncio.timeout(BODY_SECONDS):
            data = await request.read()
    except TimeoutError as error:
        detail = f"the body did not arrive within {BODY_SECONDS:.0f} seconds"
        raise ApiProblem("malformed_request", detail) from error
    if len(data) > bytes_max:
        raise ApiProblem("body_too_large", f"{len(data)} bytes, at most {bytes_max} are accepted")
    return data


def from_json(data: bytes, kind: type[T]) -> T:
    """Decode a JSON body.

    Raises:
        ApiProblem: `malformed_request`, naming the field.
    """
    try:
        return msgspec.json.decode(data, type=kind)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        raise ApiProblem("malformed_request", f"the JSON body: {error}") from error


def from_base64(text: str, where: str) -> bytes:
    """Decode base64.

    Raises:
        ApiProblem: `malformed_request`.
    """
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise ApiProblem("malformed_request", f"{where} is not base64: {error}") from error


def text_in_path(request: web.Request, name: str, kind: type[T]) -> T:
    """Return what a path names, in the form that `kind`, a constrained string, demands.

    Raises:
        ApiProblem: `malformed_request`.
    """
    return _text(name, request.match_info[name], kind)


def text_in_query(request: web.Request, name: str, kind: type[T]) -> T | None:
    """Return a query parameter in the form that `kind` demands, None if it is not there.

    Raises:
        ApiProblem: `malformed_request`.
    """
    text = request.query.get(name)
    return None if text is None else _text(name, text, kind)


def _text(name: str, text: str, kind: type[T]) -> T:
    try:
        return msgspec.convert(text, kind)
    except msgspec.ValidationError as error:
        raise ApiProblem("malformed_request", f"{name} {text!r}: {error}") from error


def digest_in_path(request: web.Request, name: str) -> bytes:
    """Return the 32 bytes that a path names in hexadecimal.

    Raises:
        ApiProblem: `malformed_request`.
    """
    text = request.match_info[name]
    try:
        value = bytes.fromhex(text)
    except ValueError as error:
        raise ApiProblem("malformed_request", f"{name} {text!r} is not hexadecimal") from error
    if len(value) != 32 or text != value.hex():
        raise ApiProblem("malformed_request", f"{name} must be 64 lower-case hexadecimal digits")
    return value


def date_of(text: str, name: str = "date") -> Date:
    """Return the date, on or after 1970-01-01, that a request writes.

    Raises:
        ApiProblem: `malformed_request`.
    """
    try:
        wanted = date.fromisoformat(text)
    except ValueError as error:
        raise ApiProblem("malformed_request", f"{name} is {text!r}: {error}") from error
    days = (wanted - EPOCH).days
    if text != wanted.isoformat() or days < 0:
        raise ApiProblem("malformed_request", f"{name} {text!r} must have the form 2026-01-31")
    return days


def whole_number(request: web.Request, name: str, *, default: int, most: int) -> int:
    """Return a query parameter between 0 and `most`.

    Raises:
        ApiProblem: `malformed_request`.
    """
    text = request.query.get(name)
    if text is None:
        return default
    if not (text.isascii() and text.isdigit()) or len(text) > 19 or int(text) > most:
        detail = f"{name} is {text!r}; it must be a whole number from 0 to {most}"
        raise ApiProblem("malformed_request", detail)
    return int(text)


def flag(request: web.Request, name: str) -> bool:
    """Return a query parameter that is `true` or `false`.

    Raises:
        ApiProblem: `malformed_request`.
    """
    text = request.query.get(name, "false")
    if text not in ("true", "false"):
        raise ApiProblem("malformed_request", f"{name} is {text!r}; it must be true or false")
    return text == "true"


def seconds(request: web.Request, name: str) -> float:
    """Return a query parameter in seconds, 0 if absent, at most `WAIT_SECONDS_MAX`.

    Raises:
        ApiProblem: `malformed_request`.
    """
    text = request.query.get(name, "0")
    value = float(text) if _SECONDS.fullmatch(text) else -1.0
    if not 0 <= value <= WAIT_SECONDS_MAX:
        detail = f"{name} is {text!r}; it must be seconds from 0 to {WAIT_SECONDS_MAX:.0f}"
        raise ApiProblem("malformed_request", detail)
    return value


async def be_current(request: web.Request) -> None:
    """With `consistency=linearizable`, wait until all that is final now is applied here.

    It waits once for a request, however often it is called.

    Raises:
        ApiProblem: `behind`, if no leader could be asked in time.
    """
    if request.get(_CURRENT):
        return
    wanted = request.query.get("consistency", "local")
    if wanted not in ("local", "linearizable"):
        detail = f"consistency is {wanted!r}; it must be local or linearizable"
        raise ApiProblem("malformed_request", detail)
    if wanted == "linearizable" and not await request.app[NODE].catch_up(seconds=PATIENCE_SECONDS):
        raise ApiProblem("behind", "no leader could confirm what is final now")
    await reach_min_height(request)
    request[_CURRENT] = True


async def reach_min_height(request: web.Request) -> None:
    """Wait until this node has applied `min_height`, if the request asks for that.

    Raises:
        ApiProblem: `behind`, saying by how much.
    """
    wanted = whole_number(request, "min_height", default=0, most=2**63 - 1)
    node = request.app[NODE]
    if not await node.reach(wanted, seconds=PATIENCE_SECONDS):
        have = node.chain.final.height
        detail = f"this node has applied height {have}; {wanted} was asked for"
        raise ApiProblem("behind", detail, {"have": have, "need": wanted})


def answer(
    node: Node, content: object, status: int = 200, *, at: Shown | None = None
) -> web.Response:
    """Return `content` as JSON, with the height and state root that it speaks of.

    `at` is what it speaks of: the final block, if that is not said.
    """
    shown = at or node.chain.final
    return web.Response(
        status=status,
        body=msgspec.json.encode(content),
        content_type="application/json",
        headers={"Ledger-Height": str(shown.height), "Ledger-Root": shown.tree.root.hex()},
    )
