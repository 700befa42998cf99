"""In front of every route: who asks, and whether it may; a line in the access log where due."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path
from typing import Final, NamedTuple

import structlog
from aiohttp import web

from amanat.config.settings import Readers
from amanat.ledger.identifiers import LedgerTime
from amanat.ledger.state import PARTICIPANTS, State
from amanat.node.access_log import Access, AccessLog
from amanat.node.api.access import relations
from amanat.node.api.access.nonces import TooMany
from amanat.node.api.access.readers import Reader, Unproven, reader_of
from amanat.node.api.access.relations import Grant, Subject
from amanat.node.api.access.scopes import PUBLIC, Scope, content_of
from amanat.node.api.access.sight import Sight
from amanat.node.api.access.signatures import Signatures
from amanat.node.api.access.tokens import Tokens
from amanat.node.api.access.told import Telling
from amanat.node.api.contracts import IMMUTABLE, Described, Lasts
from amanat.node.api.delivery import tagged
from amanat.node.api.limits import LIMITS
from amanat.node.api.middleware import REQUEST_ID, Handler
from amanat.node.api.problems import ApiProblem
from amanat.node.api.requests import SINGLE_BYTES_MAX, be_current, body
from amanat.node.node import Node
from amanat.node.submissions import TransactionStatus

log = structlog.get_logger(__name__)

READER: Final = web.RequestKey("reader", Reader)
"""Who asks, where that was proved."""

SUPERVISES: Final = web.RequestKey("supervises", bool)
"""Whether who asks may read what is others'."""


class Route(NamedTuple):
    """One route of the API."""

    method: str
    path: str
    handler: Described
    scope: Scope
    """Who may read what it shows."""


_ROUTE: Final = web.RequestKey("route", Route)

_SUBJECTS: Final = ("account", "custodian", "instrument")
"""Parameters of a query that say about what it is."""

_REFUSALS: Final = (
    HTTPStatus.UNAUTHORIZED,
    HTTPStatus.FORBIDDEN,
    HTTPStatus.TOO_MANY_REQUESTS,
)


class Gate:
    """Lets requests to one node through, or refuses them."""

    def __init__(self, node: Node) -> None:
        self._node = node
        self.now: Callable[[], LedgerTime] = node.now
        self.tokens = Tokens()
        api = node.settings.api
        scheme = "http" if api.tls_certificate is None else "https"
        self._signatures = Signatures([api.url, f"{scheme}://{api.listen}"], now=node.now)
        self._log = AccessLog(Path(node.settings.data) / "access")
        self.is_open = node.settings.api.readers is Readers.ANYONE

    async def admit(self, request: web.Request, route: Route) -> None:
        """Let a request through to `route`.

        Raises:
            ApiProblem: `authentication_required`, `authentication_failed`, `not_permitted`,
                `too_many_signatures`, or as `be_current` does.
        """
        scope = route.scope
        if scope is PUBLIC or (self.is_open and not scope.is_strict):
            return
        request[_ROUTE] = route
        await be_current(request)
        with self._noting(request):
            reader = await self._reader(request)
            if reader is not None:
                request[READER] = reader
                request.app[LIMITS].known(request, reader.participant)
            self._check(request, route)

    def check_again(self, request: web.Request) -> None:
        """Check once more, now that more may be known of what is read. Raises as `admit` does."""
        if not self.is_open:
            with self._noting(request):
                self._check(request, request[_ROUTE])

    @contextmanager
    def _noting(self, request: web.Request) -> Iterator[None]:
        """Write each refusal into the access log."""
        try:
            yield
        except ApiProblem as problem:
            if problem.kind.status in _REFUSALS:
                self._note(request, None, problem.kind.code)
            raise

    def reader_name(self, request: web.Request) -> str | None:
        """Return who asks, None for one who did not say so, or need not."""
        reader = request.get(READER)
        return None if reader is None else reader.participant

    def sight(self, request: web.Request) -> Sight:
        """Return what who asks sees of the chain's events, by the state at this moment."""
        return Sight(self._state(), self.reader_name(request), everything=self.is_open)

    def shown(self, request: web.Request, status: TransactionStatus) -> TransactionStatus:
        """Return what who asks may see of where a transaction stands, and of what it did."""
        if status.receipt is None:
            return status
        sight = self.sight(request)
        receipt = sight.shown(status.receipt, lambda: content_of(self._node, status))
        return replace(status, receipt=receipt)

    def check_whole(self, request: web.Request, status: TransactionStatus) -> None:
        """Refuse who may not see all that a transaction did.

        Raises:
            ApiProblem: `not_permitted`.
        """
        if self.shown(request, status) != status:
            with self._noting(request):
                detail = "a receipt is for those who may read all that it says: this one tells of "
                raise ApiProblem("not_permitted", detail + "others, or what somebody holds")

    def counts_still(self, request: web.Request) -> bool:
        """Return whether what proved who asks would prove it now: for answers that go on."""
        reader = request.get(READER)
        if reader is None:
            return True
        now = self.now()
        try:
            time = max(self._node.chain.final.time, now)
            found = reader_of(self._state(), reader.key, time)
        except Unproven:
            return False
        ended = reader.until is not None and reader.until <= now
        return found.participant == reader.participant and not ended

    def check_reader(self, request: web.Request) -> None:
        """Refuse to go on for a reader that has waited, if it may not any more.

        Raises:
            ApiProblem: `authentication_failed`.
        """
        if not self.counts_still(request):
            with self._noting(request):
                raise ApiProblem("authentication_failed", "the key or the token counts no more")

    def may_read(self, request: web.Request, subject: Subject) -> bool:
        """Return whether who asks may read `subject` too: for routes that answer in part."""
        reader = request.get(READER)
        name = None if reader is None else reader.participant
        return self.is_open or relations.grant(self._state(), name, subject) is not None

    def telling(self, request: web.Request) -> Telling:
        """Return what tells who asks of operations that are not done."""
        reader = request.get(READER)
        everything = self.is_open or request.get(SUPERVISES, False)
        return Telling(self._state(), None if reader is None else reader.participant, everything)

    async def _reader(self, request: web.Request) -> Reader | None:
        """Return who asks, None for one who does not say."""
        kind, _, token = request.headers.get("Authorization", "").partition(" ")
        try:
            if kind.lower() == "bearer":
                time = self._node.chain.final.time
                return self.tokens.reader(token.strip(), self._state(), self.now(), time)
            if "Signature-Input" in request.headers:
                content = await body(request, SINGLE_BYTES_MAX)
                time = self._node.chain.final.time
                return self._signatures.reader(request, content, self._state(), time)
        except Unproven as unproven:
            raise ApiProblem("authentication_failed", str(unproven)) from unproven
        except TooMany as error:
            detail = "this node remembers no more signed requests at a time"
            raise ApiProblem("too_many_signatures", detail) from error
        return None

    def _check(self, request: web.Request, route: Route) -> None:
        scope, state, reader = route.scope, self._state(), request.get(READER)
        if reader is None and not (scope.is_partial or scope.may_be_public):
            raise ApiProblem("authentication_required", f"it is for {scope.readers}")
        if reader is not None and not reader.reaches(request.path):
            raise ApiProblem("not_permitted", f"the token is for {reader.path} alone")
        subject = scope.find(self._node, state, request)
        found = relations.grant(state, None if reader is None else reader.participant, subject)
        if found is None:
            code = "authentication_required" if reader is None else "not_permitted"
            raise ApiProblem(code, f"it is for {scope.readers}")
        supervision = self._supervision(state, reader)
        request[SUPERVISES] = supervision is not None
        if supervision is not None and (found.is_supervision or scope.is_partial):
            self._note(request, supervision, None)

    def _supervision(self, state: State, reader: Reader | None) -> Grant | None:
        participant = None if reader is None else state.get(PARTICIPANTS, reader.participant)
        return None if participant is None else relations.supervision(participant)

    def _state(self) -> State:
        return State(self._node.chain.final.tree.get)

    def _note(self, request: web.Request, grant: Grant | None, refusal: str | None) -> None:
        """Write the access log. What a supervisor reads is not shown unless that is written."""
        route, reader = request[_ROUTE], request.get(READER)
        access = Access(
            time=datetime.fromtimestamp(self.now() / 1000, UTC).isoformat(timespec="milliseconds"),
            request=request[REQUEST_ID],
            route=f"{route.method} {route.path}",
            about=_about(request),
            participant=None if reader is None else reader.participant,
            key=None if reader is None else reader.key.hex(),
            granted_as=None if grant is None else grant.value,
            refused_with=refusal,
        )
        try:
            self._log.write(access)
        except OSError as error:
            log.error("access.not-logged", reason=error.strerror)  # noqa: TRY400 - no stack needed
            if grant is not None:
                detail = "the access log cannot be written, and this may not be shown without"
                raise ApiProblem("internal_error", detail) from error


def _about(request: web.Request) -> dict[str, str]:
    """Return what a request is about, by its path and by what it asks to see alone."""
    query = {name: request.query[name] for name in _SUBJECTS if name in request.query}
    return query | dict(request.match_info)


GATE: Final = web.AppKey("gate", Gate)


def guarded(route: Route) -> Handler:
    """Return a route's handler behind the gate."""

    async def handle(request: web.Request) -> web.StreamResponse:
        gate, contract = request.app[GATE], route.handler.contract
        await gate.admit(request, route)
        if contract.reads:
            await be_current(request)
        answer = await route.handler(request)
        if contract.keeps_secret or (route.scope is not PUBLIC and not gate.is_open):
            answer.headers["Cache-Control"] = "private, no-store"
        elif contract.lasts is Lasts.FOR_EVER:
            answer.headers["Cache-Control"] = IMMUTABLE
        return tagged(request, answer, contract)

    return handle
