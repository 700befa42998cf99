"""`amanat support-bundle`: what helps is in it; what is secret or confidential is not."""

import asyncio
import json
import tarfile
from pathlib import Path
from typing import Final

import pytest

from amanat.client import keystore
from amanat.node.cli.log_redaction import redacted
from amanat.node.client import Client
from tests.ledger import world
from tests.node.cli.market import ISSUED, PAYEE, PAYER, Market
from tests.node.cli.running import Amanat
from tests.node.processes import PASSPHRASE

PARTS: Final = {
    "doctor.json",
    "settings.json",
    "versions.json",
    "status.json",
    "node.json",
    "metrics.txt",
    "peers.json",
    "headers.json",
    "log.jsonl",
}
ACCOUNT: Final = "account-of-a-holder"


def unpacked(path: Path) -> dict[str, bytes]:
    with tarfile.open(path) as bundle:
        return {
            Path(member.name).name: file.read()
            for member in bundle.getmembers()
            if (file := bundle.extractfile(member)) is not None
        }


def transactions(market: Market) -> list[str]:
    """Return the ids of all transactions that are final."""

    async def read() -> list[str]:
        async with Client([market.api]) as client:
            heights = [each["height"] for each in await client.get("/v1/blocks?limit=100")]
            blocks = [await client.get(f"/v1/blocks/{height}") for height in heights]
        return [each for block in blocks for each in block["transactions"]]

    return asyncio.run(read())


@pytest.fixture
def log(market: Market, tmp_path: Path) -> Path:
    """The node's log, with lines that name what is confidential, one of them no JSON."""
    lines = (market.network.root / "mof.log").read_text().splitlines()
    some = transactions(market)[0]
    lines.append(json.dumps({"event": "pool.dropped", "transaction": some, "code": "expired"}))
    lines.append(json.dumps({"event": f"a library tells of {ACCOUNT}", "level": "warning"}))
    lines.append(json.dumps({"event": "it.failed", "exception": f"KeyError: {ACCOUNT}"}))
    lines.append(f"Traceback: {ACCOUNT}")
    path = tmp_path / "mof.log"
    path.write_text("\n".join(lines) + "\n")
    return path


def bundle(amanat: Amanat, market: Market, log: Path, *options: str) -> dict[str, bytes]:
    path = log.parent / "bundle.tar.gz"
    settings = market.network.settings("mof")
    command = ("support-bundle", "--config", settings, "--log", log, "--save", path)
    ended = amanat(*command, *options)
    assert ended.code == 0, ended.err
    assert path.stat().st_mode & 0o777 == 0o600
    return unpacked(path)


def test_it_holds_what_helps(amanat: Amanat, market: Market, log: Path) -> None:
    parts = bundle(amanat, market, log)
    assert parts.keys() == PARTS
    assert {row["check"] for row in json.loads(parts["doctor.json"])} >= {"key", "disk", "backup"}
    assert [row["name"] for row in json.loads(parts["status.json"])] == ["mof"]
    assert b"amanat_applied_height" in parts["metrics.txt"]
    assert json.loads(parts["headers.json"])[0]["state_root"]
    started = [json.loads(line) for line in parts["log.jsonl"].splitlines()]
    assert "node.started" in {line["event"] for line in started}


def test_nothing_secret_or_confidential_is_in_it(amanat: Amanat, market: Market, log: Path) -> None:
    secrets = [PASSPHRASE.encode()]
    for file in market.network.root.glob("*.key"):
        seed = keystore.open_key(file, PASSPHRASE).seed()
        sealed = json.loads(file.read_text())["sealed"]
        secrets += [seed, seed.hex().encode(), sealed.encode()]
    for name in ("mof", "sbp", "custodian-a"):
        secrets.append(bytes(world.key(name)).hex().encode())
    tls = market.network.root / "data" / "mof" / "tls" / "key.pem"
    secrets += [line for line in tls.read_bytes().splitlines() if not line.startswith(b"-----")]
    confidential = [each.encode() for each in (PAYER, PAYEE, ACCOUNT, str(ISSUED))]
    confidential += [each.encode() for each in transactions(market)]
    assert len(secrets) > 8
    assert len(confidential) > 6
    for name, content in bundle(amanat, market, log).items():
        found = [each for each in (*secrets, *confidential) if each in content]
        assert found == [], name


def test_unredacted_it_holds_transactions_and_whole_lines_and_still_no_secret(
    amanat: Amanat, market: Market, log: Path
) -> None:
    parts = bundle(amanat, market, log, "--unredacted")
    assert transactions(market)[0].encode() in parts["log.jsonl"]
    assert ACCOUNT.encode() in parts["log.jsonl"]
    assert json.loads(parts["blocks.json"])[0]["signers"] == ["mof"]
    seed = keystore.open_key(market.network.root / "mof.key", PASSPHRASE).seed()
    assert not any(seed.hex().encode() in each for each in parts.values())


def test_a_node_that_does_not_run_is_bundled_with_the_reason(
    amanat: Amanat, market: Market, tmp_path: Path
) -> None:
    path = tmp_path / "down.tar.gz"
    settings = market.network.settings("mof")
    nobody = "api.url=http://127.0.0.1:1"
    ended = amanat("support-bundle", "--config", settings, "--save", path, "--set", nobody)
    assert ended.code == 0, ended.err
    assert b"no node answered" in unpacked(path)["unreachable.txt"]


def test_it_never_overwrites(amanat: Amanat, market: Market, tmp_path: Path) -> None:
    path = tmp_path / "there"
    path.write_text("kept")
    ended = amanat("support-bundle", "--config", market.network.settings("mof"), "--save", path)
    assert "cannot be made: File exists" in ended.failed(2)
    assert path.read_text() == "kept"


def test_of_a_line_only_what_is_known_to_be_harmless_is_kept() -> None:
    line = {"event": "peer.garbage", "peer": "sbp", "reason": "free text", "holding": 7}
    assert json.loads(redacted(json.dumps(line).encode())) == {
        "event": "peer.garbage",
        "peer": "sbp",
        "reason": "[redacted]",
        "holding": "[redacted]",
    }
