"""Who is on the test network, where each listens, and what lies where in its directory."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from amanat.ledger.authorities import AuthorityClass
from amanat.ledger.governance.participants import Role

HOST: Final = "127.0.0.1"
DIRECTORY: Final = Path("testnet")
"""Where `make testnet` makes one."""
QUORUM: Final = 3
SOVEREIGN_MIN: Final = 1


@dataclass(frozen=True, slots=True)
class Member:
    """An authority that is also a participant, with different keys for the two."""

    name: str
    title: str
    authority_class: AuthorityClass
    role: Role


MEMBERS: Final = (
    Member("mof", "Ministry of Finance", AuthorityClass.SOVEREIGN, Role.ISSUER),
    Member("sbp", "State Bank of Pakistan", AuthorityClass.SOVEREIGN, Role.CENTRAL_BANK),
    Member("cdc", "Central Depository Company", AuthorityClass.CUSTODIAN, Role.CUSTODIAN),
    Member("custodian-a", "Custodian A", AuthorityClass.CUSTODIAN, Role.CUSTODIAN),
    Member("custodian-b", "Custodian B", AuthorityClass.CUSTODIAN, Role.CUSTODIAN),
)
"""In the order of their ports."""

CLIENTS: Final = {"client-a": "custodian-a", "client-b": "custodian-b"}
"""Holders, each with its custodian."""


@dataclass(frozen=True, slots=True)
class Ports:
    """Where the members of a new network will listen: each one above the one before it."""

    base: int = 7101
    """Where the first listens for peers; its API is a thousand above, for operators two."""

    def peer(self, index: int) -> int:
        """Return the port for the peers of the member at `index`."""
        return self.base + index

    def api(self, index: int) -> int:
        """Return the port of the API of the member at `index`."""
        return self.base + 1000 + index

    def operators(self, index: int) -> int:
        """Return the port for the operators of the member at `index`."""
        return self.base + 2000 + index

    def every(self) -> list[int]:
        """Return all of them."""
        members = range(len(MEMBERS))
        return [port(index) for port in (self.peer, self.api, self.operators) for index in members]


@dataclass(frozen=True, slots=True)
class Layout:
    """The paths of one test network."""

    root: Path

    @property
    def genesis(self) -> Path:
        """The network's genesis document."""
        return self.root / "genesis.json"

    @property
    def passphrase(self) -> Path:
        """The passphrase of every key here: this is a test network."""
        return self.root / "passphrase"

    @property
    def record(self) -> Path:
        """What was started: process ids and addresses."""
        return self.root / "testnet.json"

    def authority_key(self, name: str) -> Path:
        """The key with which a node votes and acks."""
        return self.root / "keys" / f"authority-{name}.json"

    def participant_key(self, name: str) -> Path:
        """The key with which a participant signs transactions."""
        return self.root / "keys" / f"{name}.json"

    def settings(self, name: str) -> Path:
        """A node's settings."""
        return self.root / f"{name}.toml"

    def log(self, name: str) -> Path:
        """A node's log."""
        return self.root / f"{name}.log"

    def read_record(self) -> list[dict[str, Any]]:
        """Return what was started; nothing if nothing ever was, or the record is damaged."""
        try:
            return [
                {
                    "name": str(node["name"]),
                    "pid": int(node["pid"]),
                    "started": None if node["started"] is None else int(node["started"]),
                    "api": str(node["api"]),
                }
                for node in json.loads(self.record.read_text())["nodes"]
            ]
        except (OSError, ValueError, KeyError, TypeError):
            return []
