"""The client as the command line, the test network and benchmarks use it: on the nodes' word.

It is `amanat.client` without a genesis document and a journal, and with what programs need that
look at one node, or bring their own care for what they submit.
"""

import ssl
from collections.abc import Callable, Sequence
from typing import Any, Protocol, TypeVar

from amanat.client.asking import ask
from amanat.client.awaiting import AsyncClient
from amanat.client.errors import Refused, Unreachable
from amanat.client.exchange import Answer, Request, Send, Silence
from amanat.client.message_signatures import RequestSigner
from amanat.client.reading import json_of, question
from amanat.ledger.encoding import encode

__all__ = ["Client", "Refusal", "Unreachable"]

Refusal = Refused

MSGPACK = "application/msgpack"

T = TypeVar("T")


class Watch(Protocol):
    """Is told of each request."""

    def __call__(self, url: str, request: Request, *, is_signed: bool) -> None:
        """A request is about to be sent to this address."""


class Client(AsyncClient):
    """Talks to a network through one or more of its nodes. Use it as an async context manager."""

    def __init__(
        self,
        urls: Sequence[str],
        *,
        seconds: float = 35.0,
        reader: RequestSigner | None = None,
        watch: Watch | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        """Talk to the API at `urls`, addresses that are tried in order.

        `seconds` bounds one request. `reader` signs each one, for what is not shown to anyone.
        `watch` is told of each before it is sent: its address, and whether it is signed. `tls`
        checks certificates; else AMANAT_CA or the system does.
        """
        super().__init__(urls, genesis=None, reader=reader, ca=tls)
        self._seconds = seconds
        self._watch = watch

    async def submit(self, envelope: bytes, *, wait: float = 0) -> dict[str, Any]:
        """Submit a signed transaction; with `wait`, seconds, answer when it is final."""
        return dict(await self._post(f"/v1/transactions?wait={wait}", envelope))

    async def submit_batch(self, envelopes: Sequence[bytes]) -> list[dict[str, Any]]:
        """Submit many signed transactions; the answer has an item for each, in order."""
        return list(await self._post("/v1/transactions:batch", encode(list(envelopes))))

    async def get(self, path: str) -> Any:
        """Return the JSON under `path`, of whatever height the node is."""
        return await self._asked(question(path, seconds=self._seconds), json_of)

    async def get_text(self, path: str) -> str:
        """Return the text under `path`."""
        return await self._asked(
            question(path, seconds=self._seconds), lambda answer: answer.body.decode()
        )

    async def _exchanged(self, step: Send) -> Answer | Silence:
        if self._watch is not None:
            signed = self._reader is not None and step.request.as_reader
            self._watch(step.url + step.request.path, step.request, is_signed=signed)
        return await super()._exchanged(step)

    async def _post(self, path: str, body: bytes) -> Any:
        return await self._asked(
            Request("POST", path, body, MSGPACK, seconds=self._seconds), json_of
        )

    async def _asked(self, request: Request, understand: Callable[[Answer], T]) -> T:
        return await self._carried_out(ask(self._talk.nodes, request, understand, fresh=False))
