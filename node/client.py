"""An HTTP client of the API, for the command line, the test network and benchmarks.

It tries the nodes it was given in turn: any of them takes any transaction, and the same bytes take
effect once, so trying the next one is always safe.
"""

from collections.abc import Sequence
from types import TracebackType
from typing import Any, Self

import msgspec
from aiohttp import ClientError, ClientSession, ClientTimeout
from yarl import URL

from amanat.ledger.encoding import encode
from amanat.node.message_signatures import RequestSigner


class Unreachable(Exception):  # noqa: N818 - what happened
    """No node answered. What was submitted may or may not have been taken."""


class Refusal(Exception):  # noqa: N818 - what happened
    """A node answered with a problem (RFC 9457)."""

    def __init__(self, status: int, problem: dict[str, Any]) -> None:
        super().__init__(f"{problem.get('title', 'refused')}: {problem.get('detail', '')}")
        self.status = status
        self.code: str = str(problem.get("code", ""))
        self.problem = problem


class Client:
    """Talks to a network through one or more of its nodes. Use it as an async context manager."""

    def __init__(
        self, urls: Sequence[str], *, seconds: float = 35.0, reader: RequestSigner | None = None
    ) -> None:
        """Talk to the API at `urls`, addresses that are tried in order.

        `seconds` bounds one request. `reader` signs each one, for what is not shown to anyone.
        """
        self._reader = reader
        self._urls = [url.rstrip("/") for url in urls]
        self._timeout = ClientTimeout(total=seconds, connect=3)
        self._session: ClientSession | None = None

    async def __aenter__(self) -> Self:
        self._session = ClientSession(timeout=self._timeout)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._session is not None:
            await self._session.close()

    async def submit(self, envelope: bytes, *, wait: float = 0) -> dict[str, Any]:
        """Submit a signed transaction; with `wait`, seconds, answer when it is final."""
        answer = await self._call(
            "POST", f"/v1/transactions?wait={wait}", envelope, "application/msgpack"
        )
        return dict(answer)

    async def simulate(self, envelope: bytes) -> dict[str, Any]:
        """Try a transaction, signed or not, without submitting it."""
        path, kind = "/v1/transactions:simulate", "application/msgpack"
        return dict(await self._call("POST", path, envelope, kind))

    async def submit_batch(self, envelopes: Sequence[bytes]) -> list[dict[str, Any]]:
        """Submit many signed transactions; the answer has an item for each, in order."""
        body = encode(list(envelopes))
        answer = await self._call("POST", "/v1/transactions:batch", body, "application/msgpack")
        return list(answer)

    async def token(self, path: str, seconds: int) -> dict[str, Any]:
        """Return a token of the node that answers, for `path` and below; needs a `reader`."""
        wish = msgspec.json.encode({"path": path, "seconds": seconds})
        return dict(await self._call("POST", "/v1/tokens", wish, "application/json"))

    async def get(self, path: str) -> Any:
        """Return the JSON under `path`."""
        return await self._call("GET", path, None, None)

    async def get_text(self, path: str) -> str:
        """Return the text under `path`."""
        return (await self._request("GET", path, None, None)).decode()

    async def _call(
        self, method: str, path: str, body: bytes | None, content_type: str | None
    ) -> Any:
        content = await self._request(method, path, body, content_type)
        try:
            return msgspec.json.decode(content)
        except msgspec.DecodeError as error:
            raise Unreachable(f"what answers {path} is not a node: it sends no JSON") from error

    async def _request(
        self, method: str, path: str, body: bytes | None, content_type: str | None
    ) -> bytes:
        if self._session is None:
            raise RuntimeError("use the client as an async context manager")
        failures = []
        for url in self._urls:
            headers = {"Content-Type": content_type} if content_type else {}
            try:
                target = URL(url + path)
                if self._reader is not None:
                    headers |= self._reader.headers(method, str(target), body)
                async with self._session.request(
                    method, target, data=body, headers=headers
                ) as answer:
                    content = await answer.read()
            except (TimeoutError, ClientError, OSError, ValueError) as error:
                failures.append(f"{url}: {str(error) or type(error).__name__}")
                continue
            if answer.status < 400 or path == "/readyz":
                return content
            raise Refusal(answer.status, _problem(content))
        raise Unreachable("no node answered: " + "; ".join(failures))


def _problem(content: bytes) -> dict[str, Any]:
    try:
        return dict(msgspec.json.decode(content))
    except (msgspec.DecodeError, TypeError, ValueError):
        return {"title": "refused", "detail": content[:200].decode(errors="replace")}
