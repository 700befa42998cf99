"""A node's HTTPS on real sockets: who is let in, who is refused, and what they are told."""

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from amanat.client.awaiting import AsyncClient
from amanat.client.errors import Refused, Unreachable
from amanat.client.face import Face
from amanat.client.keystore import Signer
from amanat.client.message_signatures import RequestSigner
from amanat.client.trust import CA_VARIABLE, trusting
from amanat.config.settings import Readers
from amanat.node.web_certificate import Files
from tests.certificates import Authority, authority, machine_now
from tests.client.faces import FACES, Speaker, speaker
from tests.ledger.world import RUPEE, key
from tests.node.network import LocalNetwork, network

both_faces = pytest.mark.parametrize("face", FACES, ids=lambda face: face.__name__)


@pytest.fixture
def ministry(tmp_path: Path) -> Authority:
    place = tmp_path / "ministry"
    place.mkdir()
    return authority(place)


@asynccontextmanager
async def serving(root: Path, files: Files) -> AsyncIterator[LocalNetwork]:
    """Run a network of one node that serves HTTPS under this certificate."""
    (root / "network").mkdir()
    async with network(root / "network", "mof", tls=files) as running:
        yield running


async def said(face: type[Face], url: str, ca: Path | ssl.SSLContext) -> str:
    """Ask a node; return its name, or why it is not asked."""
    client = face([url], genesis=None, ca=ca)
    speak = Speaker(client)
    try:
        if isinstance(client, AsyncClient):
            async with client:
                return str((await speak("get", "/v1/status"))["name"])
        return str((await speak("get", "/v1/status"))["name"])
    except Unreachable as error:
        (reason,) = error.failures.values()
        assert len(reason.splitlines()) == 1
        return reason


@both_faces
async def test_who_trusts_the_authority_is_answered(
    tmp_path: Path, ministry: Authority, face: type[Face]
) -> None:
    async with serving(tmp_path, ministry.issue("node")) as running:
        assert running.url("mof").startswith("https://")
        assert await said(face, running.url("mof"), ministry.file) == "mof"
        operators = running.operators_url("mof")
        client = face([operators], genesis=None, ca=ministry.file)
        speak = Speaker(client)
        if isinstance(client, AsyncClient):
            async with client:
                found = await speak("get", "/node/status")
        else:
            found = await speak("get", "/node/status")
        assert found["name"] == "mof"


@both_faces
async def test_a_certificate_of_an_authority_that_is_not_known_is_refused(
    tmp_path: Path, ministry: Authority, face: type[Face]
) -> None:
    other = authority(tmp_path, "another")
    async with serving(tmp_path, ministry.issue("node")) as running:
        reason = await said(face, running.url("mof"), other.file)
    assert reason.startswith("the certificate of 127.0.0.1 is not trusted (")
    assert reason.endswith("signed it (ca=, --ca or AMANAT_CA)")


@both_faces
async def test_a_certificate_for_another_host_is_refused(
    tmp_path: Path, ministry: Authority, face: type[Face]
) -> None:
    async with serving(tmp_path, ministry.issue("node", ("mof.example",))) as running:
        reason = await said(face, running.url("mof"), ministry.file)
    assert reason.startswith("the certificate there is not for 127.0.0.1 (")
    assert reason.endswith("use the name that it is for")


@both_faces
@pytest.mark.parametrize(
    ("age", "told"),
    [
        (timedelta(days=31), "of 127.0.0.1 has expired: its operator has to renew it"),
        (-timedelta(days=1), "of 127.0.0.1 is not valid yet: is this machine's clock right?"),
    ],
)
async def test_a_certificate_out_of_its_time_is_refused_and_the_node_runs_all_the_same(
    tmp_path: Path, ministry: Authority, face: type[Face], age: timedelta, told: str
) -> None:
    files = ministry.issue("node", begins=machine_now() - age, lasts=timedelta(days=30))
    async with serving(tmp_path, files) as running:
        reason = await said(face, running.url("mof"), ministry.file)
        assert running.nodes["mof"].driver.leads
    assert reason == f"the certificate {told}"


@both_faces
async def test_a_node_that_speaks_plain_http_is_not_asked_by_an_https_address(
    tmp_path: Path, ministry: Authority, face: type[Face]
) -> None:
    async with network(tmp_path, "mof") as running:
        url = running.url("mof").replace("http://", "https://")
        reason = await said(face, url, ministry.file)
    assert reason == "127.0.0.1 answers, but not by TLS: is its address http:// ?"


@both_faces
async def test_a_node_that_serves_https_is_not_asked_by_an_http_address(
    tmp_path: Path, ministry: Authority, face: type[Face]
) -> None:
    async with serving(tmp_path, ministry.issue("node")) as running:
        url = running.url("mof").replace("https://", "http://")
        reason = await said(face, url, ministry.file)
    assert reason.endswith("; if it serves HTTPS, its address begins with https://")


@both_faces
async def test_a_client_of_tls_1_2_is_refused(
    tmp_path: Path, ministry: Authority, face: type[Face]
) -> None:
    old = trusting(ministry.file)
    old.maximum_version = ssl.TLSVersion.TLSv1_2
    async with serving(tmp_path, ministry.issue("node")) as running:
        reason = await said(face, running.url("mof"), old)
        assert await said(face, running.url("mof"), ministry.file) == "mof"
    assert reason == "127.0.0.1 ends the connection instead of agreeing on TLS: nodes speak TLS 1.3"


@both_faces
async def test_who_may_read_what_signs_the_https_address(
    tmp_path: Path, ministry: Authority, face: type[Face], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(CA_VARIABLE, str(ministry.file))
    (tmp_path / "network").mkdir()
    files = ministry.issue("node")
    permitted = network(tmp_path / "network", "mof", tls=files, readers=Readers.PERMITTED)
    async with permitted as running:
        await running.open_market()
        beta = RequestSigner(Signer(key("beta")), now=running.now)
        async with speaker(face, running, reader=beta) as client:
            assert (await client("balance", "beta", RUPEE)).amount == 1_000_000_000
            with pytest.raises(Refused, match="not_permitted"):
                await client("balance", "gamma", RUPEE)
        async with speaker(face, running) as client:
            with pytest.raises(Refused, match="authentication_required"):
                await client("balance", "beta", RUPEE)


def address(url: str) -> tuple[str, int]:
    host, _, port = url.rpartition("/")[2].partition(":")
    return host, int(port)


PLAIN = [
    *(
        f"{method} {path} HTTP/{version}\r\nHost: mof\r\n\r\n".encode()
        for method in ("GET", "HEAD", "POST", "OPTIONS", "CONNECT", "nonsense")
        for path in ("/", "/livez", "/v1/status", "*")
        for version in ("0.9", "1.0", "1.1", "2")
    ),
    # Half of a TLS record, and HTTP behind it.
    b"\x16\x03\x01\x02\x00\x01" + b"GET /livez HTTP/1.1\r\nHost: mof\r\n\r\n",
    b"POST /v1/transactions HTTP/1.1\r\nHost: mof\r\nContent-Length: 3\r\n\r\nabc",
    b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    b"\r\n\r\nGET / HTTP/1.1\r\nHost: mof\r\n\r\n",
    b"GET /v1/status\r\n",
]


@pytest.mark.parametrize("listener", ["api", "operators"])
async def test_no_plain_http_is_answered(
    tmp_path: Path, ministry: Authority, listener: str
) -> None:
    async with serving(tmp_path, ministry.issue("node")) as running:
        urls = {"api": running.url("mof"), "operators": running.operators_url("mof")}
        for request in PLAIN:
            heard = await asyncio.to_thread(_heard, *address(urls[listener]), request)
            # A TLS alert at the most: nothing that HTTP is made of.
            assert len(heard) <= 7, request
            assert b"HTTP" not in heard


def _heard(host: str, port: int, sent: bytes) -> bytes:
    """Send bytes as they are, and return all that comes back until the node closes."""
    with socket.create_connection((host, port), timeout=20) as connection:
        connection.sendall(sent)
        connection.shutdown(socket.SHUT_WR)
        heard = b""
        try:
            while piece := connection.recv(4096):
                heard += piece
        except ConnectionResetError:
            pass
        return heard
