"""For the tests of a custodian's own programs: a real network of five nodes on this machine.

With Amanat installed, pytest has the fixture `amanat_network` by itself (its plug-in is this file):

    def test_our_books_agree(amanat_network, tmp_path):
        with amanat_network.client(journal=tmp_path) as client:
            ...

It is the network of `amanat testnet up`, with the main job played on it: a treasury bill, and the
accounts `client-a` (of `custodian-a`) and `client-b` (of `custodian-b`) with cash and a part of it.
One serves all tests of a run; its nodes are processes, and end with the run.
"""

import json
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import SystemRandom
from typing import TYPE_CHECKING, Final

import pytest

if TYPE_CHECKING:
    from amanat.client.awaiting import AsyncClient
    from amanat.client.keystore import Signer
    from amanat.client.waiting import Client

HOST: Final = "127.0.0.1"
NODES: Final = 5
SECONDS: Final = 120.0
"""How long a network may take to start or to stop, on a machine that has much else to do."""

API_ABOVE: Final = 1_000
"""The ports of the APIs are so much above those for peers."""


class NetworkFailed(Exception):  # noqa: N818 - what happened
    """The network could not be started, or stopped. The message is what its command said."""


@dataclass(frozen=True, slots=True)
class TestNetwork:
    """A network that runs, and all that is needed to act on it as any of its participants."""

    __test__ = False  # pytest would take it for a test by its name

    directory: Path
    urls: tuple[str, ...]

    @property
    def genesis(self) -> Path:
        """The file with its genesis document."""
        return self.directory / "genesis.json"

    @property
    def passphrase(self) -> str:
        """What opens every key of it."""
        return (self.directory / "passphrase").read_text().rstrip("\n")

    def key(self, participant: str) -> Path:
        """Return the file with a participant's sealed key."""
        return self.directory / "keys" / f"{participant}.json"

    def signer(self, participant: str) -> "Signer":
        """Return who signs as a participant: `mof`, `sbp`, `cdc`, a custodian, a client."""
        from amanat.client.keystore import open_key  # noqa: PLC0415 - pytest loads this file always

        return open_key(self.key(participant), self.passphrase)

    def client(self, *, journal: Path | None = None, reader: str | None = None) -> "Client":
        """Return a client of all nodes that waits; `reader` names the participant that asks."""
        from amanat.client.waiting import Client  # noqa: PLC0415

        return Client(
            self.urls,
            genesis=self.genesis,
            journal=journal,
            reader=None if reader is None else self.signer(reader),
        )

    def async_client(
        self, *, journal: Path | None = None, reader: str | None = None
    ) -> "AsyncClient":
        """Return a client of all nodes for coroutines."""
        from amanat.client.awaiting import AsyncClient  # noqa: PLC0415

        return AsyncClient(
            self.urls,
            genesis=self.genesis,
            journal=journal,
            reader=None if reader is None else self.signer(reader),
        )

    @property
    def bill(self) -> str:
        """The treasury bill on it, by its ISIN."""
        with self.client() as client:
            found = client.get("/v1/instruments")
        return next(str(each["id"]) for each in found if each["id"] != "PKR")


@contextmanager
def running(directory: Path) -> Iterator[TestNetwork]:
    """Run a network in a directory that is not there yet, on ports that are free.

    Its processes end, and what they wrote is removed, at the end of the block; its processes end
    also if this one is killed before.

    Raises:
        NetworkFailed: it does not start, and its logs are in `directory`; or it does not end.
    """
    stopping = _command("stop", directory)
    try:
        with warden(stopping):
            _run(_command("up", directory, "--base-port", str(free_base_port())))
            record = json.loads((directory / "testnet.json").read_text())
            yield TestNetwork(directory, tuple(str(node["api"]) for node in record["nodes"]))
    finally:
        _run(stopping)
    shutil.rmtree(directory)


@contextmanager
def warden(command: Sequence[str]) -> Iterator[None]:
    """Have a process by which `command` is run once this block or this process ends, however."""
    waits = "import subprocess, sys; sys.stdin.read(); subprocess.run(sys.argv[1:], timeout=60)"
    with subprocess.Popen(  # noqa: S603 - our own program, with a path that the caller made
        [sys.executable, "-c", waits, *command],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    ):
        # Nobody else has the other end of its standard input: that closes when this one is gone.
        yield


def free_base_port() -> int:
    """Return a port such that those of a whole network are free.

    Raises:
        NetworkFailed: none was found.
    """
    for _ in range(200):
        # Below where systems take the ports of outgoing connections from.
        base = SystemRandom().randrange(10_000, 31_000)
        if all(_is_free(base + above + n) for above in (0, API_ABOVE) for n in range(NODES)):
            return base
    raise NetworkFailed("no free ports were found")


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def _command(what: str, directory: Path, *options: str) -> list[str]:
    """Return the program's own command: it knows how a network is started and stopped."""
    program = [sys.executable, "-m", "amanat.node", "testnet", what]
    return [*program, "--directory", str(directory), *options, "-o", "json"]


def _run(command: list[str]) -> None:
    try:
        ended = subprocess.run(  # noqa: S603 - our own program, with a path that the caller made
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise NetworkFailed(f"{' '.join(command)} took over {SECONDS:.0f} s") from error
    if ended.returncode:
        raise NetworkFailed(f"{' '.join(command)}: {ended.stderr.strip()}")


@pytest.fixture(scope="session")
def amanat_network(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestNetwork]:
    """A network of five nodes for all tests of this run, stopped after the last."""
    with running(tmp_path_factory.mktemp("amanat") / "network") as network:
        yield network
