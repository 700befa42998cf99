"""Which group two ends agree on: read off real handshakes, and off whatever else is sent."""

import asyncio
import ssl
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from amanat.node.handshakes import shake
from amanat.node.key_exchange import HYBRIDS, agreed_in, agreed_on, agreed_with, platform
from amanat.node.web_certificate import bare_context, trust_in
from tests.certificates import authority

HAS_HYBRID = ssl.OPENSSL_VERSION_INFO >= (3, 5)
"""OpenSSL offers X25519MLKEM768 by itself from then on."""

EXPECTED = "X25519MLKEM768" if HAS_HYBRID else "X25519"


def contexts(tmp_path: Path) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """Return a client's context and a server's that it trusts."""
    files = authority(tmp_path).issue("node")
    server = bare_context()
    server.load_cert_chain(files.certificate, files.key)
    return trust_in(files.certificate, host=True), server


def test_a_hybrid_is_agreed_on_wherever_the_platform_has_one() -> None:
    found = platform()
    assert (found.openssl, found.group) == (ssl.OPENSSL_VERSION, EXPECTED)
    assert found.is_hybrid == HAS_HYBRID == (EXPECTED in HYBRIDS)


def test_what_the_operators_certificate_is_served_by_agrees_on_the_same(tmp_path: Path) -> None:
    _, answered = shake(*contexts(tmp_path), "localhost")
    assert agreed_in(answered) == EXPECTED


def test_a_server_that_wants_another_group_names_it_in_its_request_to_try_again(
    tmp_path: Path,
) -> None:
    client, server = contexts(tmp_path)
    server.set_ecdh_curve("secp384r1")
    _, answered = shake(client, server, "localhost")
    assert agreed_in(answered) == "secp384r1"


def test_by_tls_1_2_nothing_is_told(tmp_path: Path) -> None:
    client, server = contexts(tmp_path)
    server.minimum_version = client.maximum_version = ssl.TLSVersion.TLSv1_2
    _, answered = shake(client, server, "localhost")
    assert agreed_in(answered) is None


def server_hello(group: int) -> bytes:
    """Return a ServerHello as RFC 8446, 4.1.3 has it, in one record."""
    share = group.to_bytes(2) + (32).to_bytes(2) + bytes(32)
    extensions = b"\x00\x2b\x00\x02\x03\x04" + b"\x00\x33" + len(share).to_bytes(2) + share
    body = b"\x03\x03" + bytes(32) + b"\x20" + bytes(32) + b"\x13\x01\x00"
    body += len(extensions).to_bytes(2) + extensions
    message = b"\x02" + len(body).to_bytes(3) + body
    return b"\x16\x03\x03" + len(message).to_bytes(2) + message


@pytest.mark.parametrize(
    ("number", "name"),
    [(0x001D, "X25519"), (0x11EC, "X25519MLKEM768"), (0x0018, "secp384r1"), (0x7777, "0x7777")],
)
def test_groups_have_the_names_that_their_registry_gives_them(number: int, name: str) -> None:
    assert agreed_in(server_hello(number)) == name


def test_what_breaks_off_is_no_answer() -> None:
    whole = server_hello(0x001D)
    assert [agreed_in(whole[:length]) for length in range(len(whole))] == [None] * len(whole)


@given(st.binary(max_size=200))
def test_whatever_is_sent_it_is_read_without_harm(sent: bytes) -> None:
    agreed_in(sent)
    agreed_in(b"\x16\x03\x03\x00\xff\x02" + sent)


async def test_it_is_seen_of_a_server_on_a_socket(tmp_path: Path) -> None:
    client, server = contexts(tmp_path)
    client.check_hostname = False
    listening = await asyncio.start_server(
        lambda _, writer: writer.close(), "127.0.0.1", ssl=server
    )
    async with listening:
        port = listening.sockets[0].getsockname()[1]
        assert await agreed_with("127.0.0.1", port, client) == EXPECTED


async def test_a_server_that_speaks_no_tls_is_told_from_one_that_does(tmp_path: Path) -> None:
    client, _ = contexts(tmp_path)
    client.check_hostname = False

    def answer(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1") as listening:
        port = listening.sockets[0].getsockname()[1]
        with pytest.raises(OSError, match=r"WRONG_VERSION_NUMBER|it ends the handshake"):
            await agreed_with("127.0.0.1", port, client)


def test_of_an_open_connection_it_is_told_where_this_python_can() -> None:
    class Newer:
        def group(self) -> str:
            return "X25519MLKEM768"

    assert agreed_on(Newer()) == "X25519MLKEM768"
    assert agreed_on(object()) is None
    assert agreed_on(None) is None
