"""What answers and is no node, or lies, or will not end, holds neither face up for long."""

import asyncio
import base64
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from time import monotonic

import pytest

from amanat.client.errors import OutcomeUnknown, Refused, Unproved, Unreachable
from amanat.client.face import Face
from amanat.ledger.operations import Transfer
from tests.client.faces import FACES, speaker
from tests.ledger.world import BILL, RUPEE
from tests.node.network import LocalNetwork

pytestmark = [
    pytest.mark.asyncio(loop_scope="package"),
    pytest.mark.parametrize("face", FACES, ids=lambda face: face.__name__),
]

Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def listening(talk: Talk) -> AsyncIterator[str]:
    """Serve every connection by `talk`, and return the address."""

    async def served(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await talk(reader, writer)
        except OSError:
            return
        finally:
            writer.close()

    server = await asyncio.start_server(served, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"


def saying(content: bytes, *, length: int | None = None, status: str = "200 OK") -> Talk:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        told = len(content) if length is None else length
        writer.write(f"HTTP/1.1 {status}\r\nContent-Length: {told}\r\n\r\n".encode() + content)
        await writer.drain()

    return talk


async def drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Send a byte now and then, for ever."""
    await reader.readuntil(b"\r\n\r\n")
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
    while True:
        writer.write(b" ")
        await writer.drain()
        await asyncio.sleep(0.05)


@pytest.mark.parametrize(
    "talk",
    [
        saying(b"<html>"),
        saying(b"[1, 2]"),
        saying(b'{"amount": "1"', length=500),
        saying(b'{"amount": 1, "proof": 2}'),
        saying(b"not http", status="abc"),
        saying(b"", status="302 Found\r\nLocation: http://127.0.0.1:1/"),
    ],
)
async def test_what_is_no_node_is_passed_over(
    market: LocalNetwork, face: type[Face], talk: Talk
) -> None:
    async with listening(talk) as url:
        async with speaker(face, market, url, "sbp") as client:
            assert (await client("balance", "mof-house", BILL)).amount == 5_000_000_000
        async with speaker(face, market, url) as client:
            with pytest.raises(Unreachable):
                await client("balance", "mof-house", BILL)


async def test_a_node_that_answers_for_ever_is_left(
    market: LocalNetwork, face: type[Face], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("amanat.client.submission.GRACE_SECONDS", 0.3)
    monkeypatch.setattr("amanat.client.submission.WAIT_SECONDS", 0.2)
    envelope = market.writer.sign(["alpha"], Transfer("alpha", "beta", RUPEE, 3))
    began = monotonic()
    async with listening(drip) as url, speaker(face, market, url, journal=tmp_path) as client:
        with pytest.raises(OutcomeUnknown):
            await client("submit_and_wait", envelope, seconds=0.5)
    assert monotonic() - began < 5


async def test_a_node_that_lies_is_not_believed(market: LocalNetwork, face: type[Face]) -> None:
    """It shows a genuine proof, of another amount than it claims."""
    async with speaker(face, market) as client:
        held = await client("balance", "mof-house", BILL)
    proof = base64.b64encode(held.proof).decode()
    more = f'{{"amount": "{held.amount + 1}", "proof": "{proof}"}}'.encode()
    other = f'{{"amount": "{held.amount}", "proof": "{proof}"}}'.encode()
    for lie, account in ((more, "mof-house"), (other, "sbp-house")):
        async with listening(saying(lie)) as url, speaker(face, market, url) as client:
            with pytest.raises(Unproved):
                await client("balance", account, BILL)


async def test_a_proof_of_the_past_is_passed_over_once_the_present_was_seen(
    market: LocalNetwork, face: type[Face]
) -> None:
    async with speaker(face, market) as client:
        held = await client("balance", "mof-house", BILL)
    await market.do("alpha", Transfer("alpha", "beta", RUPEE, 1))
    await market.level()
    proof = base64.b64encode(held.proof).decode()
    old = f'{{"amount": "{held.amount}", "proof": "{proof}"}}'.encode()
    async with listening(saying(old)) as url, speaker(face, market, "sbp", url) as client:
        first = await client("balance", "mof-house", BILL)
        client.client._talk.nodes.prefer(url)
        assert (await client("balance", "mof-house", BILL)).height >= first.height > held.height


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:99999", "non:sense", "http://", "ftp://127.0.0.1", "http://[::1"]
)
async def test_an_address_that_is_none_is_passed_over(
    market: LocalNetwork, face: type[Face], url: str
) -> None:
    async with speaker(face, market, url, "sbp") as client:
        assert (await client("get", "/v1/status"))["name"] == "sbp"


async def test_whatever_stands_in_a_path_is_one_request(
    market: LocalNetwork, face: type[Face]
) -> None:
    async with speaker(face, market, "sbp") as client:
        for path in ("/v1/accounts/a b", "/v1/accounts/a\r\nX: y", "/v1/accounts/\u0668"):
            with pytest.raises(Refused, match="not_found"):
                await client("get", path)
