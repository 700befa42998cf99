"""Statements: the file, and the manifest beside it. The same question gives the same file."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from typing import Annotated, Final

import msgspec
from aiohttp import web
from msgspec import Meta

from amanat.ledger.blocks import BlockHeader
from amanat.ledger.wording import moment
from amanat.node.api.access.gate import GATE
from amanat.node.api.contracts import Contract, Lasts, described
from amanat.node.api.messages import base64_text
from amanat.node.api.middleware import REQUEST_ID
from amanat.node.api.notation import Base64Text, HeightNumber, Hex32Text
from amanat.node.api.parameters import (
    AS_OF,
    AT_HEIGHT,
    FORMAT,
    OF_ACCOUNT,
    OF_CUSTODIAN,
    OF_INSTRUMENT,
    RANGE,
)
from amanat.node.api.places import Places
from amanat.node.api.problems import ApiProblem
from amanat.node.api.requests import NODE
from amanat.node.api.statement_questions import file_format, question
from amanat.node.node import Node
from amanat.node.records import StorageFailed
from amanat.node.statements.manifest import FileFacts, StatementSigner
from amanat.node.statements.past import NotKept
from amanat.node.statements.question import Question
from amanat.node.statements.rendering import CONTENT_TYPES, FileFormat, NotInstalled
from amanat.node.statements.statement import Statement

AT_ONCE_MAX: Final = 8
"""Statements that a node makes at a time."""

AT_ONCE_FOR_ONE_MAX: Final = 3
"""How many of them may be for one participant."""

WRITE_SECONDS: Final = 30.0
"""How long a client may take to make room for a piece of a file."""


Rows = Annotated[
    list[dict[str, str]],
    Meta(
        description="The statement's rows, each by the names of its columns (docs/statements.md).",
        examples=[[{"account": "client-a", "instrument": "PKR", "unit": "PKR", "amount": "2500"}]],
    ),
]


class ManifestView(msgspec.Struct, frozen=True):
    """A manifest in JSON."""

    manifest: Base64Text
    """Base64 of the manifest (docs/wire-format.md)."""
    height: HeightNumber
    sha256: Hex32Text
    rows: int


class Statements:
    """Makes the statements that one node is asked for, a few at a time."""

    def __init__(self, node: Node) -> None:
        self._node = node
        self._signer = StatementSigner(node.chain_id, node.name, node.side_signatures, node.store)
        self.places = Places("too_many_statements", most=AT_ONCE_MAX, each=AT_ONCE_FOR_ONE_MAX)

    @contextmanager
    def made(self, asked: Question, kind: FileFormat, reader: str | None) -> Iterator[Statement]:
        """Give a statement to be made now for `reader`.

        Raises:
            ApiProblem: `too_many_statements`, `pruned` or `format_not_available`.
        """
        try:
            statement = Statement(self._node.store, asked, kind)
        except NotKept as error:
            first = self._node.store.first_height
            detail = f"{error} is not kept here; this node keeps all from block {first} on"
            raise ApiProblem("pruned", detail, {"first": first}) from error
        except NotInstalled as error:
            raise ApiProblem("format_not_available", str(error)) from error
        with self.places.one(reader):
            yield statement

    async def manifest(
        self, asked: Question, kind: FileFormat, reader: str | None
    ) -> tuple[bytes, FileFacts]:
        """Make a statement, and sign for its file. Raises as `made` does."""
        with self.made(asked, kind, reader) as statement:
            digest, size = sha256(), 0
            async for piece in statement.pieces():
                digest.update(piece)
                size += len(piece)
            facts = FileFacts(kind.value, digest.digest(), size, statement.count)
            totals = statement.totals()
        height, now = asked.span.last, self._node.now()
        return await self._signer.manifest(height, now, asked.asked(), facts, totals), facts


STATEMENTS: Final = web.AppKey("statements", Statements)


_ASKED: Final = (
    OF_ACCOUNT,
    OF_CUSTODIAN,
    OF_INSTRUMENT,
    AS_OF,
    AT_HEIGHT,
    *RANGE,
    FORMAT,
)

_FILES: Final = tuple(
    kind.partition(";")[0] for name, kind in CONTENT_TYPES.items() if name is not FileFormat.JSON
)

_PROBLEMS: Final = (
    "not_found",
    "not_yet_provable",
    "pruned",
    "format_not_available",
    "too_many_statements",
)


@described(
    Contract(
        "makeStatement",
        Rows,
        query=_ASKED,
        problems=_PROBLEMS,
        lasts=Lasts.A_MOMENT,
        also=_FILES,
        command="amanat statement {statement} --account {account}",
    )
)
async def statement(request: web.Request) -> web.StreamResponse:
    """Make a statement of holdings, movements, entitlements or supply, as a file.

    All but movements are of a moment, `as_of` or `at_height`, else the last final block;
    those of a range. The same question gives the same file at every node.
    """
    node, asked, kind = request.app[NODE], question(request), file_format(request)
    header = _header(node, asked)
    date = (asked.span.to_date or moment(header.time)[:10]).replace("-", "")
    subject = asked.account or asked.custodian or asked.instrument or "all"
    file = f"{date}_{asked.noun.value}_{subject}.{kind.value}"
    gate = request.app[GATE]
    public, reader = gate.is_open, gate.reader_name(request)
    with request.app[STATEMENTS].made(asked, kind, reader) as made:
        response = web.StreamResponse(
            headers={
                "Content-Type": CONTENT_TYPES[kind],
                "Content-Disposition": f'attachment; filename="{file}"',
                "Cache-Control": "no-store" if public else "private, no-store",
                "Ledger-Height": str(header.height),
                "Ledger-Root": header.state_root.hex(),
                "Request-Id": request[REQUEST_ID],
            }
        )
        await response.prepare(request)
        try:
            async for piece in made.pieces():
                if not piece:
                    continue  # an empty chunk would end the answer
                async with asyncio.timeout(WRITE_SECONDS):
                    await response.write(piece)
            await response.write_eof()
        except (ConnectionError, TimeoutError):
            _cut_off(request)
        except StorageFailed as error:
            _cut_off(request)  # so that nobody takes a part for the whole
            node.fail(error)
    return response


@described(
    Contract(
        "signStatement",
        ManifestView,
        query=_ASKED,
        problems=_PROBLEMS,
        lasts=Lasts.A_MOMENT,
        binary="the manifest (docs/wire-format.md)",
        command="amanat statement {statement} --account {account}",
    )
)
async def manifest(request: web.Request) -> web.Response:
    """Sign for a statement's file: its SHA-256, height, state root, and what it adds up to."""
    asked, kind = question(request), file_format(request)
    reader = request.app[GATE].reader_name(request)
    signed, facts = await request.app[STATEMENTS].manifest(asked, kind, reader)
    root = _header(request.app[NODE], asked).state_root
    headers = {"Ledger-Height": str(asked.span.last), "Ledger-Root": root.hex()}
    if "application/octet-stream" in request.headers.get("Accept", ""):
        kind_of = "application/octet-stream"
        return web.Response(body=signed, content_type=kind_of, headers=headers)
    view = ManifestView(base64_text(signed), asked.span.last, facts.sha256.hex(), facts.rows)
    body = msgspec.json.encode(view)
    return web.Response(body=body, content_type="application/json", headers=headers)


def _header(node: Node, asked: Question) -> BlockHeader:
    height = asked.span.last
    header = node.store.header(height)
    if header is None:
        first = node.store.first_height
        raise ApiProblem("pruned", f"block {height} is not kept here", {"first": first})
    return header


def _cut_off(request: web.Request) -> None:
    if request.transport is not None:
        request.transport.abort()
