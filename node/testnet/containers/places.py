"""Who is on the network of containers, where each listens, and what lies where.

Whoever founds the network sees all of it under one root; each node sees its own part alone:

    participants/        genesis.json, passphrase, the participants' keys, learner.json
    NAME/config/         node.toml, genesis.json, key.json, passphrase: the node's /etc/amanat
    NAME/data/           the node's data directory, /var/lib/amanat
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from amanat.ledger.authorities import AuthorityClass
from amanat.ledger.governance.participants import Role
from amanat.node.testnet.layout import MEMBERS, Member

LEARNER: Final = Member(
    "secp",
    "Securities and Exchange Commission of Pakistan",
    AuthorityClass.CUSTODIAN,
    Role.REGULATOR,
)
"""Receives every block and has no vote: a node to read from."""

NODES: Final = (*MEMBERS, LEARNER)

ROOT: Final = Path("/network")
"""Where whoever founds the network, or uses it, finds it."""
CONFIG: Final = Path("/etc/amanat")
"""Where a node finds its settings, its key, and the genesis document."""
DATA: Final = Path("/var/lib/amanat")
"""Where a node has its data directory."""

PEER_PORT: Final = 7201
API_PORT_FIRST: Final = 8201
"""The first member's API. Each has a port of its own, so that all can be reached on one host."""


def peer_host(name: str) -> str:
    """Return a node's name on the network that peers alone are on."""
    return f"{name}.peers"


def api_port(name: str) -> int:
    """Return the port of a node's API, inside and outside of its container."""
    return API_PORT_FIRST + [node.name for node in NODES].index(name)


def operators_port(name: str) -> int:
    """Return the port on which a node serves its operators, a thousand above its API."""
    return api_port(name) + 1000


def api_url(name: str) -> str:
    """Return where other containers reach a node's API."""
    return f"http://{name}:{api_port(name)}"


@dataclass(frozen=True, slots=True)
class Participants:
    """What the participants have: the genesis document, and their keys."""

    folder: Path

    @property
    def genesis(self) -> Path:
        """The network's genesis document."""
        return self.folder / "genesis.json"

    @property
    def passphrase(self) -> Path:
        """The passphrase of every participant's key: this is a test network."""
        return self.folder / "passphrase"

    @property
    def learner(self) -> Path:
        """The public half of the learner's key, which the ledger is to name."""
        return self.folder / "learner.json"

    def key(self, name: str) -> Path:
        """The key with which a participant signs transactions."""
        return self.folder / f"{name}.json"


@dataclass(frozen=True, slots=True)
class Places:
    """What lies where for whoever founds the network."""

    root: Path

    @property
    def participants(self) -> Participants:
        """What the participants have."""
        return Participants(self.root / "participants")

    def config(self, name: str) -> Path:
        """A node's settings, key and passphrase."""
        return self.root / name / "config"

    def data(self, name: str) -> Path:
        """A node's data directory."""
        return self.root / name / "data"

    def every(self) -> list[Path]:
        """Return every folder, each of which is a volume of its own."""
        nodes = [place(node.name) for node in NODES for place in (self.config, self.data)]
        return [*nodes, self.participants.folder]
