"""Networks of real node processes, each in a directory of its own and on free ports."""

import asyncio
import json
import random
import signal
import socket
import subprocess
import sys
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

import msgspec

from amanat.client import keystore
from amanat.config.genesis_file import to_json
from amanat.ledger.authorities import Authority, AuthoritySet, QuorumRule
from amanat.ledger.dates import DAY_MS
from amanat.ledger.genesis import GenesisDocument
from amanat.ledger.identifiers import PublicKey
from amanat.node import clock, data_directory
from amanat.node.client import Client, Refusal, Unreachable
from tests.ledger.world import AUTHORITIES, Writer, genesis

HOST: Final = "127.0.0.1"
PASSPHRASE: Final = "of a test"


def free_ports(count: int) -> list[int]:
    """Return ports on which nobody listens.

    They lie below the range from which the kernel gives ports to outgoing connections: a node that
    dials its peers again and again could otherwise sit on the port of one that is still to start.
    """
    first = int(Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0])
    found: list[int] = []
    while len(found) < count:
        port = random.SystemRandom().randrange(10_000, first)
        with socket.socket() as probe:
            try:
                probe.bind((HOST, port))
            except OSError:
                continue
        if port not in found:
            found.append(port)
    return found


def found(
    root: Path,
    names: Sequence[str],
    *,
    quorum: int,
    elsewhere: Mapping[str, PublicKey] | None = None,
) -> GenesisDocument:
    """Make keys, genesis document, settings and data directories for these authorities.

    The participants are those of `tests.ledger.world`; the authorities have keys of their own, in
    files but for those whose public halves are given as `elsewhere`.
    """
    passphrase = root / "passphrase"
    passphrase.touch(mode=0o600)
    passphrase.write_text(PASSPHRASE + "\n")
    members = []
    for name in sorted(names):
        key = (elsewhere or {}).get(name)
        if key is None:
            key = keystore.create(root / f"{name}.key", PASSPHRASE, cost=keystore.TEST).public_key
        members.append(Authority(name, key, AUTHORITIES[name]))
    document = msgspec.structs.replace(
        genesis(AuthoritySet(tuple(members), quorum, 1, QuorumRule.MAJORITY)), created=clock.now()
    )
    (root / "genesis.json").write_text(to_json(document))
    ports = free_ports(3 * len(names))
    peers = dict(zip(names, ports[::3], strict=True))
    others = dict(zip(names, zip(ports[1::3], ports[2::3], strict=True), strict=True))
    for name in names:
        (root / f"{name}.toml").write_text(_settings(name, peers, *others[name]))
        data_directory.create(root / "data" / name, name, document)
    return document


def _settings(name: str, peers: dict[str, int], api: int, operators: int) -> str:
    others = "\n".join(f'{peer} = "{HOST}:{port}"' for peer, port in peers.items() if peer != name)
    return f"""name = "{name}"
data = "data/{name}"
genesis = "genesis.json"
key = "{name}.key"
passphrase_file = "passphrase"
[peer]
listen = "{HOST}:{peers[name]}"
[api]
listen = "{HOST}:{api}"
url = "http://{HOST}:{api}"
readers = "anyone"
[operators]
listen = "{HOST}:{operators}"
[peers]
{others}
"""


class Network:
    """Processes of one network; those that still run are killed when it is left."""

    def __init__(
        self,
        root: Path,
        names: Sequence[str],
        *,
        quorum: int,
        elsewhere: Mapping[str, PublicKey] | None = None,
    ) -> None:
        self.root = root
        self.names = list(names)
        self.document = found(root, names, quorum=quorum, elsewhere=elsewhere)
        self.writer = Writer(self.document.chain_id(), clock.now() + DAY_MS)
        self.processes: dict[str, subprocess.Popen[bytes]] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        for name in self.processes:
            self.kill(name)

    def settings(self, name: str) -> Path:
        """Return a node's settings file."""
        return self.root / f"{name}.toml"

    def listens(self, name: str) -> dict[str, str]:
        """Return the `host:port` of each of a node's listeners."""
        lines = self.settings(name).read_text().splitlines()
        found = (line.split('"')[1] for line in lines if line.startswith("listen"))
        return dict(zip(("peer", "api", "operators"), found, strict=False))

    def api(self, name: str) -> str:
        """Return the URL of a node's API."""
        lines = self.settings(name).read_text().splitlines()
        (url,) = (line.split('"')[1] for line in lines if line.startswith("url"))
        return url

    def apis(self, names: Collection[str] | None = None) -> list[str]:
        """Return the URLs of these nodes' APIs, of all by default."""
        return [self.api(name) for name in self.names if names is None or name in names]

    def change(self, name: str, old: str, new: str) -> None:
        """Replace `old`, which must be there, in a node's settings."""
        text = self.settings(name).read_text()
        assert old in text
        self.settings(name).write_text(text.replace(old, new))

    def start(self, *names: str) -> None:
        """Start these nodes, or all."""
        for name in names or self.names:
            with (self.root / f"{name}.log").open("ab") as log:
                self.processes[name] = subprocess.Popen(
                    command(self.settings(name)), stdin=subprocess.DEVNULL, stdout=log, stderr=log
                )

    def kill(self, *names: str) -> None:
        """Kill these nodes, or all, without warning, and wait until they are gone."""
        for name in names or self.names:
            self.processes[name].send_signal(signal.SIGKILL)
        for name in names or self.names:
            self.processes[name].wait()

    def log(self, name: str) -> list[dict[str, Any]]:
        """Return what a node logged; fails if a line is no JSON object."""
        lines = (self.root / f"{name}.log").read_text().splitlines()
        return [dict(json.loads(line)) for line in lines]

    async def ready(self, *names: str) -> None:
        """Wait until these nodes, or all, are ready: the one place where tests poll."""
        async with asyncio.timeout(30):
            for name in names or self.names:
                while not await _is_ready(self.api(name)):
                    assert self.processes[name].poll() is None, self.log(name)
                    await asyncio.sleep(0.02)


def command(settings: Path) -> list[str]:
    """Return the command line that starts a node."""
    return [sys.executable, "-m", "amanat.node", "start", "--config", str(settings)]


async def _is_ready(url: str) -> bool:
    async with Client([url], seconds=2) as client:
        try:
            return bool((await client.get("/readyz"))["status"] == "ready")
        except (Unreachable, Refusal):
            return False
