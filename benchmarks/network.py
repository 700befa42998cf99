"""A network of real node processes for one measurement, in a directory that is removed after it."""

import asyncio
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from amanat.client import keystore
from amanat.config.genesis_file import to_json
from amanat.config.standard_rules import standard_calendar, standard_parameters, standard_policies
from amanat.ledger.authorities import Authority, AuthorityClass, AuthoritySet, QuorumRule
from amanat.ledger.genesis import GenesisDocument
from amanat.ledger.governance.participants import Participant, Role
from amanat.node import clock, data_directory
from amanat.node.client import Client, Refusal, Unreachable

HOST: Final = "127.0.0.1"
ROLES: Final = {"mof": Role.ISSUER, "sbp": Role.CENTRAL_BANK, "cdc": Role.CUSTODIAN}
FIVE: Final = {**ROLES, "custodian-a": Role.CUSTODIAN, "custodian-b": Role.CUSTODIAN}


@dataclass
class Network:
    """The running processes and the keys of the participants."""

    root: Path
    names: list[str]
    document: GenesisDocument
    signers: dict[str, keystore.Signer]
    ports: list[int]
    """Of the APIs, in the order of the names."""
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def api(self, name: str) -> str:
        """Return a node's API address."""
        return f"http://{HOST}:{self.ports[self.names.index(name)]}"

    @property
    def apis(self) -> list[str]:
        """All API addresses."""
        return [self.api(name) for name in self.names]

    def start(self, name: str) -> None:
        """Start one node."""
        with (self.root / f"{name}.log").open("ab") as log:
            self.processes[name] = subprocess.Popen(  # noqa: S603 - our own program
                [
                    sys.executable,
                    "-m",
                    "amanat.node",
                    "start",
                    "--config",
                    self.root / f"{name}.toml",
                ],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )

    def kill(self, name: str) -> None:
        """Kill one node as a power cut would."""
        self.processes[name].send_signal(signal.SIGKILL)
        self.processes[name].wait()

    async def ready(self) -> None:
        """Wait until every node is ready, at most 30 seconds."""
        async with asyncio.timeout(30):
            for url in self.apis:
                while not await _is_ready(url):
                    await asyncio.sleep(0.05)

    async def leader(self) -> str:
        """Return the name of the leader."""
        async with Client(self.apis) as client:
            return str((await client.get("/v1/status"))["leader"])


@asynccontextmanager
async def network(roles: Mapping[str, Role] = ROLES) -> AsyncIterator[Network]:
    """Run these authorities, two of them sovereign; end and remove them afterwards."""
    with tempfile.TemporaryDirectory(prefix="amanat-bench-") as directory:
        made = _found(Path(directory), roles)
        try:
            for name in roles:
                made.start(name)
            await made.ready()
            yield made
        finally:
            for process in made.processes.values():
                process.terminate()
            deadline = time.monotonic() + 5
            for process in made.processes.values():
                try:
                    process.wait(max(deadline - time.monotonic(), 0.1))
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()


def _found(root: Path, roles: Mapping[str, Role]) -> Network:
    passphrase = secrets.token_urlsafe(16)
    (root / "passphrase").touch(mode=0o600)
    (root / "passphrase").write_text(passphrase)
    names = sorted(roles)
    authorities = []
    signers = {}
    for name in names:
        node_key = keystore.create(root / f"authority-{name}.json", passphrase, cost=keystore.TEST)
        is_custodian = roles[name] is Role.CUSTODIAN
        kind = AuthorityClass.CUSTODIAN if is_custodian else AuthorityClass.SOVEREIGN
        authorities.append(Authority(name, node_key.public_key, kind))
        signers[name] = keystore.create(root / f"{name}.json", passphrase, cost=keystore.TEST)
    document = GenesisDocument(
        version=2,
        network="benchmark",
        created=clock.now(),
        authorities=AuthoritySet(tuple(authorities), len(names) // 2 + 1, 1, QuorumRule.MAJORITY),
        participants=tuple(
            Participant.simple(name, name, (roles[name],), signers[name].public_key)
            for name in names
        ),
        policies=standard_policies(),
        parameters=standard_parameters(),
        calendar=standard_calendar(),
    )
    (root / "genesis.json").write_text(to_json(document))
    ports = _free_ports(2 * len(names))
    peer_ports, api_ports = ports[: len(names)], ports[len(names) :]
    for index, name in enumerate(names):
        peers = "\n".join(
            f'{other} = "{HOST}:{peer_ports[place]}"'
            for place, other in enumerate(names)
            if other != name
        )
        (root / f"{name}.toml").write_text(
            f'name = "{name}"\ndata = "data/{name}"\ngenesis = "genesis.json"\n'
            f'key = "authority-{name}.json"\npassphrase_file = "passphrase"\n'
            f'log_level = "warning"\n[peer]\nlisten = "{HOST}:{peer_ports[index]}"\n'
            f'[api]\nrequests_per_second = 0\nlisten = "{HOST}:{api_ports[index]}"\n'
            f'url = "http://{HOST}:{api_ports[index]}"\n[peers]\n{peers}\n'
        )
        data_directory.create(root / "data" / name, name, document)
    return Network(root, names, document, signers, api_ports)


def _free_ports(count: int) -> list[int]:
    """Return ports that nobody listens on: another network here is not to be measured."""
    sockets = [socket.socket() for _ in range(count)]
    try:
        for each in sockets:
            each.bind((HOST, 0))
        return [int(each.getsockname()[1]) for each in sockets]
    finally:
        for each in sockets:
            each.close()


async def _is_ready(url: str) -> bool:
    async with Client([url], seconds=2) as client:
        try:
            return bool((await client.get("/readyz"))["status"] == "ready")
        except (Unreachable, Refusal):
            return False
