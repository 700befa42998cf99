"""The health check of a container: ready or not, and why, by exit code and one line."""

import asyncio
import json
import subprocess
import sys
from pathlib import Path

import pytest

from amanat.node.health_check import main
from tests.certificates import authority
from tests.node.cli.running import answering
from tests.node.network import network


def settings(tmp_path: Path, listen: str, certificate: str | None = None) -> str:
    file = tmp_path / "node.toml"
    https = "" if certificate is None else f'tls_certificate = "{certificate}"\n'
    file.write_text(f'[api]\nlisten = "{listen}"\n{https}')
    return str(file)


def readiness(*, ok: bool) -> bytes:
    checks = {
        "leader": {"ok": ok, "detail": "mof leads" if ok else "nobody leads"},
        "peers": {"ok": True, "detail": "4 of 4 peers connected"},
    }
    return json.dumps({"status": "ready" if ok else "not_ready", "checks": checks}).encode()


@pytest.mark.parametrize("host", ["127.0.0.1", "0.0.0.0"])  # noqa: S104 - nothing is bound
def test_a_node_that_is_ready(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], host: str
) -> None:
    with answering({"/readyz": (200, readiness(ok=True))}) as url:
        listen = f"{host}:{url.rpartition(':')[2]}"
        assert main([settings(tmp_path, listen)]) == 0
    assert capsys.readouterr().out == "ready\n"


def test_the_environment_stands_above_the_settings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with answering({"/readyz": (200, readiness(ok=True))}) as url:
        monkeypatch.setenv("AMANAT_API__LISTEN", url.removeprefix("http://"))
        assert main([settings(tmp_path, "127.0.0.1:1")]) == 0


def test_a_node_that_is_not_ready_says_why(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with answering({"/readyz": (503, readiness(ok=False))}) as url:
        assert main([settings(tmp_path, url.removeprefix("http://"))]) == 1
    assert capsys.readouterr().out == "leader: nobody leads\n"


@pytest.mark.parametrize("body", [b"", b"{}", b"[]", b"\xff"])
def test_what_is_no_node_is_not_ready(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], body: bytes
) -> None:
    with answering({"/readyz": (200, body)}) as url:
        assert main([settings(tmp_path, url.removeprefix("http://"))]) == 1
    assert capsys.readouterr().out.startswith("no answer: ")


@pytest.mark.parametrize("arguments", [[], ["none.toml"], ["a", "b"]])
def test_without_settings_it_is_not_ready(
    capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    assert main(arguments) == 1
    assert capsys.readouterr().out.startswith("no answer: ")


def test_it_loads_nothing_but_the_standard_library() -> None:
    """It runs every few seconds beside the node, and must cost little."""
    script = (
        "import sys; before = set(sys.modules); import amanat.node.health_check; "
        "print(*sorted({name.split('.')[0] for name in set(sys.modules) - before}))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    ours = {"amanat", "config", "node"}
    assert set(done.stdout.split()) - ours <= sys.stdlib_module_names


async def test_it_understands_a_real_node(tmp_path: Path) -> None:
    async with network(tmp_path / "network") as running:
        await running.open_market()
        listen = running.settings("mof").api.listen
        assert await asyncio.to_thread(main, [settings(tmp_path, listen)]) == 0


async def test_a_node_that_serves_https_is_asked_by_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever host its certificate is for: it is dialled by the address that it listens on."""
    (tmp_path / "nodes").mkdir()
    files = authority(tmp_path).issue("node", ("mof.example",))
    async with network(tmp_path / "nodes", "mof", tls=files) as running:
        listen = running.url("mof").removeprefix("https://")
        file = settings(tmp_path, listen)
        assert await asyncio.to_thread(main, [file]) == 1
        # As in a container, where the environment says what the file leaves out.
        monkeypatch.setenv("AMANAT_API__TLS_CERTIFICATE", str(files.certificate))
        assert await asyncio.to_thread(main, [file]) == 0
        monkeypatch.delenv("AMANAT_API__TLS_CERTIFICATE")
        assert await asyncio.to_thread(main, [settings(tmp_path, listen, "node.pem")]) == 0
    unready, *ready = capsys.readouterr().out.splitlines()[-3:]
    assert ready == ["ready", "ready"]
    assert unready.startswith("no answer: ")
