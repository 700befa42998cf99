"""Institutions whose sealed keys lie in files, who use the command line alone."""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from amanat.client import keystore
from amanat.ledger.governance.participants import Participant, Role
from amanat.ledger.operations import RegisterParticipant
from tests.node.cli.market import Market
from tests.node.cli.running import Amanat, Ended
from tests.node.processes import PASSPHRASE

STAFF: Final = {
    "treasury": Role.ISSUER,
    "bank": Role.CENTRAL_BANK,
    "broker": Role.CUSTODIAN,
}


def registrations(market: Market) -> Iterator[RegisterParticipant]:
    """Make each institution's key file, and yield its registration."""
    for name, role in STAFF.items():
        file = market.network.root / f"{name}.key"
        signer = keystore.create(file, PASSPHRASE, cost=keystore.TEST)
        yield RegisterParticipant(
            Participant.simple(name, name.upper(), (role,), signer.public_key)
        )


class Office:
    """Runs commands at a market, with the keys of whom a test names."""

    def __init__(self, amanat: Amanat, market: Market, directory: Path) -> None:
        self.amanat = amanat
        self.market = market
        self.directory = directory

    def key(self, name: str) -> Path:
        """Return the sealed key of one of the institutions, or of the market's client."""
        return self.market.network.root / f"{name}.key"

    def run(self, command: str, *arguments: str | Path, by: str = "") -> Ended:
        """Run a command that signs by these keys."""
        keys: list[str | Path] = []
        for name in by.split():
            keys += ["--key", self.key(name)]
        opened = ["--passphrase-file", self.market.passphrase] if by else []
        return self.amanat(command, *arguments, *keys, *opened, *("--api", self.market.api))

    def file(self, content: Any, name: str = "operations.json") -> Path:
        """Write JSON, and return its file."""
        path = self.directory / name
        path.write_text(json.dumps(content))
        return path

    def template(self, name: str, *options: str, **fields: Any) -> dict[str, Any]:
        """Return an operation as the command line shows it, with these fields filled in."""
        shown: dict[str, Any] = json.loads(self.amanat("operation", "example", name, *options).out)
        return filled(shown, fields)

    def do(
        self, operations: Any, by: str, command: str = "transaction sign"
    ) -> dict[str, Mapping[str, str]]:
        """Sign, submit, and return the fields of each event by its name."""
        ended = self.run(*command.split(), self.file(operations), "-o", "json", by=by)
        assert ended.code == 0, ended.err
        return events(ended)

    def agree(self, operations: Any, *names: str) -> dict[str, Mapping[str, str]]:
        """Let the first propose and the others approve; return the last one's events."""
        done = self.do(operations, names[0], "proposal create")
        agreed = self.file(operations, "agreed.json")
        proposal = done["proposed"]["proposal"]
        options: list[str | Path] = ["--operations", agreed, "--yes", "-o", "json"]
        for name in names[1:]:
            done = events(
                self.run("proposal", "approve", proposal, *options, by=name),
            )
        return done

    def refused(self, operations: Any, by: str) -> str:
        """Return why a rule would refuse it; nothing is signed then."""
        return self.run("transaction", "sign", self.file(operations), by=by).failed(5)


def events(ended: Ended) -> dict[str, Mapping[str, str]]:
    """Return the fields of each event of an outcome by its name."""
    outcome = json.loads(ended.out)
    assert outcome["state"] == "committed", ended
    return {each["name"]: each["fields"] for each in outcome["events"]}


def filled(content: dict[str, Any], fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return a template with other fields, those of inner objects as well."""
    unknown: Sequence[str] = [each for each in fields if each not in content]
    assert not unknown, unknown
    return {
        name: filled(value, fields[name])
        if isinstance(value, dict) and isinstance(fields.get(name), dict)
        else fields.get(name, value)
        for name, value in content.items()
    }
