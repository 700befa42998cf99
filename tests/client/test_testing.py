"""The network for a custodian's own tests: it is there by itself, and gone after them."""

import socket
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from amanat.client import testing

TESTS = """
    from pathlib import Path

    from amanat.client import Rejected, signed
    from amanat.ledger.operations import Transfer

    def test_a_transfer_arrives(amanat_network, tmp_path):
        with amanat_network.client(journal=tmp_path, reader="client-b") as client:
            before = client.balance("client-b", "PKR").amount
            paid = Transfer("client-a", "client-b", "PKR", 2500)
            order = signed(client.chain, [paid], [amanat_network.signer("client-a")])
            assert client.submit_and_wait(order).is_applied
            assert client.balance("client-b", "PKR").amount == before + 2500
        Path("seen.txt").write_text(" ".join(amanat_network.urls))

    async def test_the_same_network_serves_all_tests(amanat_network):
        assert Path("seen.txt").read_text() == " ".join(amanat_network.urls)
        async with amanat_network.async_client() as client:
            assert (await client.balance("client-b", amanat_network.bill)).amount > 0
"""


def test_a_project_with_nothing_but_tests_has_the_network(tmp_path: Path) -> None:
    """No conftest and no settings: what is installed brings the fixture."""
    (tmp_path / "test_ours.py").write_text(textwrap.dedent(TESTS))
    (tmp_path / "pytest.ini").write_text("[pytest]\nasyncio_mode = auto\n")
    ended = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(tmp_path)],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=150,
        check=False,
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "2 passed" in ended.stdout
    urls = (tmp_path / "seen.txt").read_text().split()
    assert len(urls) == 5
    for url in urls:
        with pytest.raises(OSError, match="refused"):
            socket.create_connection(("127.0.0.1", int(url.rsplit(":", 1)[1])), timeout=2)


def test_what_does_not_start_says_why(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    started = testing.running(tmp_path / "there")
    with pytest.raises(testing.NetworkFailed, match="holds a test network that is not"), started:
        raise AssertionError("it runs")


GUARDED = """
import sys, time
from amanat.client.testing import warden

with warden([sys.executable, "-c", f"open({sys.argv[1]!r}, 'w').close()"]):
    print("guarded", flush=True)
    time.sleep(60)
"""


def test_a_run_that_is_killed_leaves_no_network(tmp_path: Path) -> None:
    done = tmp_path / "done"
    with subprocess.Popen(
        [sys.executable, "-c", GUARDED, str(done)], stdout=subprocess.PIPE, text=True
    ) as run:
        assert run.stdout is not None
        assert run.stdout.readline() == "guarded\n"
        assert not done.exists()
        run.kill()
    until = time.monotonic() + 20
    while not done.exists() and time.monotonic() < until:
        time.sleep(0.05)
    assert done.exists()
