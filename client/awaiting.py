"""The face of the client that waits as a coroutine does, over aiohttp."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from types import TracebackType
from typing import Any, Self, TypeVar

from aiohttp import (
    ClientConnectorError,
    ClientError,
    ClientOSError,
    ClientSession,
    ClientTimeout,
    ConnectionTimeoutError,
    ServerDisconnectedError,
)
from yarl import URL

from amanat.client.errors import Expired, OutcomeUnknown, Rejected
from amanat.client.exchange import (
    Answer,
    Conversation,
    Heard,
    Pause,
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


class AsyncClient(Face):
    """A client for programs of coroutines. Use it as an async context manager, in one event loop.

    Several coroutines may use it at a time.
    """

    _session: ClientSession | None = None

    async def __aenter__(self) -> Self:
        self._session = ClientSession(auto_decompress=False)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._session is not None:
            await self._session.close()

    async def get(self, path: str) -> Any:
        """Return the JSON under a path such as `/v1/instruments`, on the word of one node.

        Raises:
            Refused, Unreachable: as their descriptions say.
        """
        return await self._carried_out(self._talk.get(path))

    async def balance(
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
        return await self._carried_out(self._talk.balance(asked, linearizable=linearizable))

    async def holdings(self, account: str) -> list[ProvedBalance]:
        """Return all that a node shows of what an account holds, each proved.

        Raises as `balance` does.
        """
        return await self._carried_out(self._talk.holdings(account))

    async def statement(
        self, noun: str, *, kind: str = "csv", **asked: str | int | None
    ) -> Statement:
        """Return a statement of `holdings`, `movements`, `entitlements` or `supply`, checked.

        Args:
            noun: which of these.
            kind: how the file is written: csv, json, jsonl, or parquet where the node has it.
            asked: of what and when: `account`, `custodian` or `instrument`; `as_of` a business day
                or `at_height`; for movements `from_` and `to`, or `from_height` and `to_height`.

        Raises as `balance` does.
        """
        return await self._carried_out(self._talk.statement(noun, named(asked), kind))

    async def simulate(self, envelope: bytes) -> dict[str, Any]:
        """Return what a transaction, signed or not, would do now, and all that speaks against it.

        Raises as `get` does.
        """
        return await self._carried_out(self._talk.simulate(envelope))

    async def token(self, path: str = "/", seconds: int = 300) -> dict[str, Any]:
        """Return a token of the node that answers, for a path and what is below it.

        Raises as `get` does.
        """
        return await self._carried_out(self._talk.token(path, seconds))

    async def submit_and_wait(self, envelope: bytes, *, seconds: float = 60.0) -> Receipt:
        """Submit a signed transaction and return its receipt, proved, once it took effect.

        The same bytes again give the same, from the journal or the network.

        Raises:
            Rejected, Expired: it never takes effect.
            Refused: no node took it; correct it.
            OutcomeUnknown: not known after about `seconds`: go on with `resume`, sign nothing anew.
            DraftError: it is not whole, or for another network; it was not sent.
            JournalError: it could not be kept; it was not sent, or its end is to be asked again.
        """
        return await self._carried_out(self._talk.submit_and_wait(envelope, seconds))

    async def resume(
        self, *, seconds: float = 60.0
    ) -> list[Receipt | Rejected | Expired | OutcomeUnknown]:
        """Go on with all that is in the journal without an end; return what became of each.

        Each is given `seconds`.
        """
        return await self._carried_out(self._talk.resume(seconds))

    def instructions(self, account: str) -> AsyncIterator[dict[str, Any]]:
        """Yield the unmatched instructions of an account, and those that name it."""
        return self._each(self._talk.instructions(account))

    def settlements(self, account: str) -> AsyncIterator[dict[str, Any]]:
        """Yield what is matched for an account and still to settle."""
        return self._each(self._talk.settlements(account))

    def settlements_on(self, date: str) -> AsyncIterator[dict[str, Any]]:
        """Yield what is matched for a settlement date, such as 2026-07-06; for supervisors."""
        return self._each(self._talk.settlements_on(date))

    def pledges(self, account: str) -> AsyncIterator[dict[str, Any]]:
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
    ) -> AsyncIterator[dict[str, Any]]:
        """Yield what happened that is for this reader, in the order of the chain.

        Each event has its `cursor`: keep that of the last one that you dealt with, and go on
        `after` it, at any node. `after="now"` begins with what is not final yet. With `follow` it
        waits for what is to come, and never ends. Not proved: ask for the receipt of what counts.
        """
        wanted = Wanted(account, instrument, tuple(names))
        return self._each(self._talk.events(wanted, after, follow=follow))

    def holds(self, account: str) -> AsyncIterator[dict[str, Any]]:
        """Yield the open holds on an account's holdings, and those for it."""
        return self._each(self._talk.holds(account))

    def proposals(self) -> AsyncIterator[dict[str, Any]]:
        """Yield the proposals that wait and the reader may read, the oldest first."""
        return self._each(self._talk.proposals())

    def blocks(self) -> AsyncIterator[dict[str, Any]]:
        """Yield the final blocks, the newest first, as far back as the node keeps them."""
        return self._each(self._talk.blocks())

    async def _each(self, pages: Listed) -> AsyncIterator[dict[str, Any]]:
        while not pages.is_over:
            for each in await self._carried_out(pages.next()):
                yield each

    async def _carried_out(self, conversation: Conversation[T]) -> T:
        heard: Heard = None
        while True:
            try:
                step = conversation.send(heard)
            except StopIteration as end:
                result: T = end.value
                return result
            heard = await self._done(step)

    async def _done(self, step: Step) -> Heard:
        if isinstance(step, Send):
            return await self._exchanged(step)
        if isinstance(step, Pause):
            await asyncio.sleep(step.seconds)
            return None
        # The disk may take its time; who cancels meanwhile finds the file written, or not.
        return await asyncio.to_thread(self._perform, step)

    async def _exchanged(self, step: Send) -> Answer | Silence:
        if self._session is None:
            raise RuntimeError("use the client as an async context manager")
        request = step.request
        try:
            url = self._target(step)
        except ValueError as error:
            return Silence(str(error), sent=False)
        try:
            async with self._session.request(
                request.method,
                URL(url, encoded=True),
                data=request.body,
                headers=self._headers(url, request),
                timeout=ClientTimeout(total=request.seconds, sock_connect=CONNECT_SECONDS),
                allow_redirects=False,
                ssl=self._tls or True,
            ) as answer:
                body = await answer.content.read(BYTES_MAX + 1)
                while len(body) <= BYTES_MAX and not answer.content.at_eof():
                    body += await answer.content.read(BYTES_MAX + 1 - len(body))
        except (ClientConnectorError, ConnectionTimeoutError) as error:
            reason = no_answer(url, error)
            return Silence(reason, sent=False)
        except (ServerDisconnectedError, ClientOSError) as error:
            return Silence(hung_up(url, str(error)), sent=True)
        except (TimeoutError, ClientError, OSError, ValueError) as error:
            return Silence(str(error) or type(error).__name__, sent=True)
        if len(body) > BYTES_MAX:
            return Silence(f"the answer is longer than {BYTES_MAX} bytes", sent=True)
        named = {name.lower(): value for name, value in answer.headers.items()}
        return Answer(answer.status, named, body)
