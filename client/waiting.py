"""The face of the client that waits as a thread waits, over the standard library's HTTP."""

import http.client
import socket
import ssl
import threading
import time
from collections.abc import Iterator, Sequence
from types import TracebackType
from typing import Any, Self, TypeVar
from urllib.parse import urlsplit

from amanat.client.errors import Expired, OutcomeUnknown, Rejected
from amanat.client.exchange import (
    Answer,
    Conversation,
    Heard,
    Pause,
    Request,
    Send,
    Silence,
    Step,
)
from amanat.client.face import BYTES_MAX, CONNECT_SECONDS, Face
from amanat.client.feed import Wanted
from amanat.client.reading import Holding, Listed
from amanat.client.receipts import ProvedBalance, Receipt
from amanat.client.statements import Statement, named
from amanat.client.trust import hung_up, no_answer

T = TypeVar("T")


class Client(Face):
    """A client for programs that wait. One thread uses it at a time."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Nothing stays open between requests."""

    def get(self, path: str) -> Any:
        """Return the JSON under a path such as `/v1/instruments`, on the word of one node.

        Raises:
            Refused, Unreachable: as their descriptions say.
        """
        return self._carried_out(self._talk.get(path))

    def balance(
        self,
        account: str,
        instrument: str,
        *,
        linearizable: bool = False,
        as_of: str | None = None,
        at_height: int | None = None,
    ) -> ProvedBalance:
        """Return what an account holds of an instrument, or held, proved.

        With `linearizable` the node first asks the leader what is final now. `as_of`, a business
        day such as 2026-01-31, asks what was held at its close, `at_height` after that block.

        Raises:
            Refused, Unreachable, Unproved: as their descriptions say.
        """
        asked = Holding(account, instrument, as_of, at_height)
        return self._carried_out(self._talk.balance(asked, linearizable=linearizable))

    def holdings(self, account: str) -> list[ProvedBalance]:
        """Return all that a node shows of what an account holds, each proved.

        Raises as `balance` does.
        """
        return self._carried_out(self._talk.holdings(account))

    def statement(self, noun: str, *, kind: str = "csv", **asked: str | int | None) -> Statement:
        """Return a statement of `holdings`, `movements`, `entitlements` or `supply`, checked.

        Args:
            noun: which of these.
            kind: how the file is written: csv, json, jsonl, or parquet where the node has it.
            asked: of what and when: `account`, `custodian` or `instrument`; `as_of` a business day
                or `at_height`; for movements `from_` and `to`, or `from_height` and `to_height`.

        Raises as `balance` does.
        """
        return self._carried_out(self._talk.statement(noun, named(asked), kind))

    def simulate(self, envelope: bytes) -> dict[str, Any]:
        """Return what a transaction, signed or not, would do now, and all that speaks against it.

        Raises as `get` does.
        """
        return self._carried_out(self._talk.simulate(envelope))

    def token(self, path: str = "/", seconds: int = 300) -> dict[str, Any]:
        """Return a token of the node that answers, for a path and what is below it.

        Raises as `get` does.
        """
        return self._carried_out(self._talk.token(path, seconds))

    def submit_and_wait(self, envelope: bytes, *, seconds: float = 60.0) -> Receipt:
        """Submit a signed transaction and return its receipt, proved, once it took effect.

        The same bytes again give the same, from the journal or the network.

        Raises:
            Rejected, Expired: it never takes effect.
            Refused: no node took it; correct it.
            OutcomeUnknown: not known after about `seconds`: go on with `resume`, sign nothing anew.
            DraftError: it is not whole, or for another network; it was not sent.
            JournalError: it could not be kept; it was not sent, or its end is to be asked again.
        """
        return self._carried_out(self._talk.submit_and_wait(envelope, seconds))

    def resume(
        self, *, seconds: float = 60.0
    ) -> list[Receipt | Rejected | Expired | OutcomeUnknown]:
        """Go on with all that is in the journal without an end; return what became of each.

        Each is given `seconds`.
        """
        return self._carried_out(self._talk.resume(seconds))

    def instructions(self, account: str) -> Iterator[dict[str, Any]]:
        """Yield the unmatched instructions of an account, and those that name it."""
        return self._each(self._talk.instructions(account))

    def settlements(self, account: str) -> Iterator[dict[str, Any]]:
        """Yield what is matched for an account and still to settle."""
        return self._each(self._talk.settlements(account))

    def settlements_on(self, date: str) -> Iterator[dict[str, Any]]:
        """Yield what is matched for a settlement date, such as 2026-07-06; for supervisors."""
        return self._each(self._talk.settlements_on(date))

    def pledges(self, account: str) -> Iterator[dict[str, Any]]:
        """Yield the pledges on an account's holdings."""
        return self._each(self._talk.pledges(account))

    def events(
        self,
        after: str | None = None,
        *,
        account: str | None = None,
        instrument: str | None = None,
        names: Sequence[str] = (),
        follow: bool = False,
    ) -> Iterator[dict[str, Any]]:
        """Yield what happened that is for this reader, in the order of the chain.

        Each event has its `cursor`: keep that of the last one that you dealt with, and go on
        `after` it, at any node. `after="now"` begins with what is not final yet. With `follow` it
        waits for what is to come, and never ends. Not proved: ask for the receipt of what counts.
        """
        wanted = Wanted(account, instrument, tuple(names))
        return self._each(self._talk.events(wanted, after, follow=follow))

    def holds(self, account: str) -> Iterator[dict[str, Any]]:
        """Yield the open holds on an account's holdings, and those for it."""
        return self._each(self._talk.holds(account))

    def proposals(self) -> Iterator[dict[str, Any]]:
        """Yield the proposals that wait and the reader may read, the oldest first."""
        return self._each(self._talk.proposals())

    def blocks(self) -> Iterator[dict[str, Any]]:
        """Yield the final blocks, the newest first, as far back as the node keeps them."""
        return self._each(self._talk.blocks())

    def _each(self, pages: Listed) -> Iterator[dict[str, Any]]:
        while not pages.is_over:
            yield from self._carried_out(pages.next())

    def _carried_out(self, conversation: Conversation[T]) -> T:
        heard: Heard = None
        while True:
            try:
                step = conversation.send(heard)
            except StopIteration as end:
                result: T = end.value
                return result
            heard = self._done(step)

    def _done(self, step: Step) -> Heard:
        if isinstance(step, Send):
            try:
                url = self._target(step)
            except ValueError as error:
                return Silence(str(error), sent=False)
            return _exchanged(url, step.request, self._headers(url, step.request), self._tls)
        if isinstance(step, Pause):
            time.sleep(step.seconds)
            return None
        return self._perform(step)


def _connection(url: str, seconds: float, tls: ssl.SSLContext | None) -> http.client.HTTPConnection:
    parts = urlsplit(url)
    host = parts.hostname or ""
    if parts.scheme == "https":
        return http.client.HTTPSConnection(host, parts.port, timeout=seconds, context=tls)
    return http.client.HTTPConnection(host, parts.port, timeout=seconds)


def _exchanged(
    url: str, request: Request, headers: dict[str, str], tls: ssl.SSLContext | None
) -> Answer | Silence:
    """Send one request over a connection of its own, and close that."""
    parts = urlsplit(url)
    connection = _connection(url, min(CONNECT_SECONDS, request.seconds), tls)
    try:
        connection.connect()
    except (OSError, ValueError, http.client.HTTPException) as error:
        connection.close()
        reason = no_answer(url, error)
        return Silence(reason, sent=False)
    # A socket's own limit is for each read: who sends a byte now and then would never meet it.
    connection.sock.settimeout(request.seconds)
    limit = threading.Timer(request.seconds, _end, [connection.sock])
    limit.daemon = True
    limit.start()
    try:
        target = url.split(parts.netloc, 1)[1] or "/"
        connection.request(request.method, target, request.body, headers | {"Connection": "close"})
        answer = connection.getresponse()
        body = answer.read(BYTES_MAX + 1)
    except (OSError, ValueError, http.client.HTTPException) as error:
        reason = str(error) or type(error).__name__
        closed = isinstance(error, ConnectionError)  # http.client's own is one
        return Silence(hung_up(url, reason) if closed else reason, sent=True)
    finally:
        limit.cancel()
        connection.close()
    if answer.length and len(body) <= BYTES_MAX:
        return Silence(f"the answer broke off {answer.length} bytes before its end", sent=True)
    if len(body) > BYTES_MAX:
        return Silence(f"the answer is longer than {BYTES_MAX} bytes", sent=True)
    named = {name.lower(): value for name, value in answer.getheaders()}
    return Answer(answer.status, named, body)


def _end(connection: socket.socket) -> None:
    """Let whoever reads from it find its end."""
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        return
