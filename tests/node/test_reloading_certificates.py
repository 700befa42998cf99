"""SIGHUP and new certificates: a node process goes on serving, and shows what is sound."""

import asyncio
import shutil
import signal
import ssl
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509

from amanat.client.trust import CA_VARIABLE, trusting
from amanat.node.client import Client
from amanat.node.web_certificate import Files
from tests.certificates import Authority, authority, machine_now
from tests.ledger.world import rupee
from tests.node.processes import Network


@pytest.fixture
def ministry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Authority:
    """The authority that this process trusts."""
    place = tmp_path / "ministry"
    place.mkdir()
    made = authority(place)
    monkeypatch.setenv(CA_VARIABLE, str(made.file))
    return made


@pytest.fixture
def network(tmp_path: Path, ministry: Authority) -> Iterator[Network]:
    """A node process that serves HTTPS under `node.pem` and `node.key`."""
    files = ministry.issue("node")
    (tmp_path / "network").mkdir()
    with Network(tmp_path / "network", ["mof"], quorum=1) as made:
        pair = f'tls_certificate = "{files.certificate}"\ntls_key = "{files.key}"\n'
        made.change("mof", 'url = "http://', pair + 'url = "https://')
        made.change("mof", "[operators]\n", f"[operators]\n{pair}")
        made.start()
        asyncio.run(made.ready())
        yield made


async def told(
    network: Network, event: str, *, times: int = 1, use: str | None = None
) -> list[dict[str, Any]]:
    """Return the node's lines of one event, for one listener if it is named, once there are some.

    `times` says how many are waited for.
    """
    async with asyncio.timeout(20):
        while True:
            lines = [each for each in network.log("mof") if each["event"] == event]
            lines = [each for each in lines if use in (None, each.get("use"))]
            if len(lines) >= times:
                return lines
            await asyncio.sleep(0.02)


def hang_up(network: Network) -> None:
    network.processes["mof"].send_signal(signal.SIGHUP)


async def serial(network: Network, ministry: Authority, listener: str = "api") -> int:
    """Connect anew, and return the serial number of the certificate that is shown."""
    host, port = network.listens("mof")[listener].split(":")
    _, writer = await asyncio.open_connection(host, int(port), ssl=trusting(ministry.file))
    connection: ssl.SSLObject = writer.get_extra_info("ssl_object")
    shown = connection.getpeercert(binary_form=True)
    writer.close()
    assert connection.version() == "TLSv1.3"
    assert shown is not None
    return x509.load_der_x509_certificate(shown).serial_number


def serial_in(files: Files) -> int:
    return x509.load_pem_x509_certificate(files.certificate.read_bytes()).serial_number


def put_in_place(new: Files, at: Files) -> None:
    shutil.copy(new.certificate, at.certificate)
    shutil.copy(new.key, at.key)


async def opened_stream(
    network: Network, ministry: Authority
) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """Follow the events, and return the connection once the node has begun to answer."""
    host, port = network.listens("mof")["api"].split(":")
    context = trusting(ministry.file)
    reader, writer = await asyncio.open_connection(host, int(port), ssl=context)
    writer.write(
        f"GET /v1/events?after=now HTTP/1.1\r\nHost: {host}\r\n"
        "Accept: text/event-stream\r\n\r\n".encode()
    )
    async with asyncio.timeout(20):
        head = await reader.readuntil(b"\r\n\r\n")
    assert b" 200 " in head.splitlines()[0]
    return reader, writer


async def test_new_connections_are_shown_the_new_one_and_open_streams_go_on(
    network: Network, ministry: Authority
) -> None:
    files = Files(ministry.directory / "node.pem", ministry.directory / "node.key")
    old = serial_in(files)
    assert await serial(network, ministry) == await serial(network, ministry, "operators") == old
    reader, writer = await opened_stream(network, ministry)
    put_in_place(ministry.issue("renewed"), files)
    new = serial_in(files)
    hang_up(network)
    lines = await told(network, "certificate.loaded", times=2)
    assert {line["use"] for line in lines} == {"api", "operators"}
    assert await serial(network, ministry) == await serial(network, ministry, "operators") == new
    assert new != old
    # What happens now is told over the connection that was opened under the old one.
    await _register_cash(network)
    async with asyncio.timeout(20):
        await reader.readuntil(b"data: ")
    writer.close()


async def _register_cash(network: Network) -> None:
    envelope = network.writer.sign(["sbp"], rupee())
    async with Client([network.api("mof")]) as client:
        await client.submit(envelope, wait=10)


@pytest.mark.parametrize("fault", ["broken", "mismatched", "expired", "for another host"])
async def test_what_is_not_sound_is_refused_and_the_old_one_stays(
    network: Network, ministry: Authority, fault: str
) -> None:
    files = Files(ministry.directory / "node.pem", ministry.directory / "node.key")
    old = serial_in(files)
    reason = _spoil(ministry, files, fault)
    hang_up(network)
    (line,) = await told(network, "certificate.refused", use="api")
    assert reason in line["reason"]
    assert await serial(network, ministry) == old
    put_in_place(ministry.issue("renewed"), files)
    hang_up(network)
    await told(network, "certificate.loaded", use="api")
    assert await serial(network, ministry) == serial_in(files) != old


def _spoil(ministry: Authority, files: Files, fault: str) -> str:
    """Put what is not sound in place of the node's files; return what is told of it."""
    if fault == "broken":
        files.certificate.write_text("-----BEGIN CERTIFICATE-----\nno more\n")
        return f"{files.certificate} holds no certificate in PEM"
    if fault == "mismatched":
        shutil.copy(ministry.issue("renewed").certificate, files.certificate)
        return f"{files.key} is not the key of {files.certificate}"
    if fault == "expired":
        begins = machine_now() - timedelta(days=40)
        put_in_place(ministry.issue("late", begins=begins, lasts=timedelta(days=30)), files)
        return f"{files.certificate} expired on"
    put_in_place(ministry.issue("other", ("mof.example",)), files)
    return f"{files.certificate} is for mof.example, and not for 127.0.0.1"


async def test_settings_may_name_other_files(network: Network, ministry: Authority) -> None:
    other = ministry.issue("other")
    network.change("mof", "/node.pem", "/other.pem")
    network.change("mof", "/node.key", "/other.key")
    hang_up(network)
    await told(network, "settings.reloaded")
    assert await serial(network, ministry) == serial_in(other)


async def test_settings_that_name_unsound_files_keep_what_they_named_before(
    network: Network, ministry: Authority
) -> None:
    old = serial_in(Files(ministry.directory / "node.pem", ministry.directory / "node.key"))
    network.change("mof", "/node.pem", "/missing.pem")
    hang_up(network)
    kept = await told(network, "settings.kept", times=2)
    assert {line["setting"] for line in kept} == {
        "api.tls_certificate",
        "operators.tls_certificate",
    }
    assert "missing.pem cannot be read: No such file or directory" in kept[0]["reason"]
    assert await serial(network, ministry) == old


async def test_https_ends_with_a_restart_and_not_before(
    network: Network, ministry: Authority
) -> None:
    old = serial_in(Files(ministry.directory / "node.pem", ministry.directory / "node.key"))
    text = network.settings("mof").read_text().replace("https://", "http://")
    plain = [line for line in text.splitlines() if not line.startswith("tls_")]
    network.settings("mof").write_text("\n".join(plain))
    hang_up(network)
    kept = await told(network, "settings.kept", times=5)
    reasons = {line["reason"] for line in kept if "tls" in line["setting"]}
    assert reasons == {"to begin or end HTTPS needs a restart"}
    assert await serial(network, ministry) == old
