"""The drill: a quorum is lost for good, and the network goes on in a new chain.

Of three authorities one has lost its disk and one has stood still for long; both are given up.
"""

import asyncio
import base64
import json
import shutil
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, TypeVar

import pytest

from amanat.client import keystore
from amanat.client.keystore import Signer
from amanat.config.genesis_file import from_json, load_genesis, to_json
from amanat.ledger.genesis import GenesisDocument
from amanat.ledger.operations import Transfer
from amanat.ledger.state import HOLDINGS
from amanat.node.cli import recovering
from amanat.node.data_directory import create, open_directory
from amanat.verifier import verify as verify_proof
from amanat.verifier.contents import Balance
from amanat.verifier.decoding import Invalid
from amanat.verifier.genesis_file import canonical
from tests.ledger import world
from tests.ledger.world import RUPEE, public_key
from tests.node.cli.running import Amanat
from tests.node.network import LocalNetwork
from tests.verifier import javascript

NAMES = ("cdc", "mof", "sbp")
PASSPHRASE = "of a test"
NEW = "new authority"
"""What the successor's authorities' keys are called."""

T = TypeVar("T")


class Drill:
    """A network that has lost its quorum, and those who recover it."""

    def __init__(self, amanat: Amanat, folder: Path) -> None:
        self.amanat, self.folder = amanat, folder
        self.old = folder / "genesis.json"
        self.new = folder / "successor.json"
        self.receipt = folder / "receipt"
        (folder / "passphrase").touch(mode=0o600)
        (folder / "passphrase").write_text(PASSPHRASE)
        for name in ("mof", "sbp", "custodian-a"):
            signer = Signer(world.key(name))
            keystore.seal(folder / f"{name}.key", signer, PASSPHRASE, cost=keystore.TEST)

    def copy(self, name: str) -> Path:
        return self.folder / "lost" / name

    def lose_the_quorum(self) -> None:
        """Commit something on three nodes, take a copy of one, go on, and delete two."""

        async def live(running: LocalNetwork) -> None:
            await running.open_market()
            await running.stop("cdc")
            envelope = running.writer.sign(["alpha"], Transfer("alpha", "beta", RUPEE, 7))
            status = await running.commit(envelope)
            assert status.state == "committed"
            self.used = envelope
            shown = await running.get("mof", f"/v1/transactions/{status.id.hex()}/receipt")
            self.receipt.write_bytes(base64.b64decode(shown["proof"]))
            self.last = status.id.hex()
            await running.level()

        document = in_network(self.folder / "lost", live)
        self.old.write_text(to_json(document))
        shutil.rmtree(self.copy("sbp"))

    def draft(
        self, *names: str, key: str = NEW, into: Path | None = None, receipt: Path | None = None
    ) -> Any:
        copies = [part for name in names for part in ("--copy", str(self.copy(name)))]
        kinds = {"cdc": "custodian", "mof": "sovereign", "sbp": "sovereign"}
        members = [
            f"--authority={name}:{kinds[name]}:{public_key(f'{key} {name}').hex()}"
            for name in NAMES
        ]
        told = ["--network", "after", "--reason", "A fire took two sites.", "-o", "json"]
        told += [] if receipt is None else ["--receipt", str(receipt)]
        where = into or self.new
        return self.amanat(
            "recovery", "draft", where, "--genesis", self.old, *copies, *members, *told
        )

    def sign(self, name: str, file: Path | None = None) -> Any:
        opens = ["--passphrase-file", self.folder / "passphrase", "--yes", "-o", "json"]
        key = self.folder / f"{name}.key"
        return self.amanat("recovery", "sign", file or self.new, "--key", key, *opens)

    def verify(self, *options: str | Path, file: Path | None = None) -> Any:
        return self.amanat(
            "recovery", "verify", file or self.new, "--genesis", self.old, *options, "-o", "json"
        )

    def signed(self, *names: str) -> None:
        assert self.draft(*names).code == 0
        for signer in ("mof", "sbp"):
            assert self.sign(signer).code == 0


def in_network(
    root: Path,
    do: Callable[[LocalNetwork], Awaitable[T]],
    document: GenesisDocument | None = None,
    **options: Any,
) -> GenesisDocument:
    """Run a network of three while `do` does its work, and return its genesis document."""

    async def live() -> GenesisDocument:
        made = LocalNetwork(root, NAMES, document=document, **options)
        made.later_ms = 0 if document is None else 120_000
        try:
            for name in made.names:
                await made.start(name)
            await made.led()
            await do(made)
        finally:
            await made.stop_all()
        return made.document

    return asyncio.run(live())


@pytest.fixture
def drill(amanat: Amanat, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Drill:
    monkeypatch.setattr(recovering, "now", lambda: 0)  # the test world has a time of its own
    made = Drill(amanat, tmp_path)
    made.lose_the_quorum()
    return made


def holding(directory: Path, document: GenesisDocument, account: str) -> int:
    opened = open_directory(directory, document)
    try:
        tree = opened.store.tree(opened.store.applied().height)
        assert tree is not None
        value = tree.get(HOLDINGS.key(account, RUPEE))
        assert value is not None
        return HOLDINGS.decode(value).amount
    finally:
        opened.close()


def test_the_network_goes_on_with_the_same_balances_and_both_chains_and_their_seam_are_audited(
    drill: Drill,
) -> None:
    surveyed = drill.amanat(
        "recovery", "survey", drill.copy("cdc"), drill.copy("mof"), "--genesis", drill.old,
        "-o", "json",
    ).json  # fmt: skip
    heights = {each["copy"]: each["height"] for each in surveyed}
    assert heights["mof"] > heights["cdc"]
    assert [each["copy"] for each in surveyed if each["greatest"]] == ["mof"]

    drafted = drill.draft("cdc", "mof").json
    assert (drafted["kept_height"], drafted["lacks"]) == (heights["mof"], ["mof", "sbp"])
    refused = drill.verify().failed(3)
    assert refused == f"{drill.new} lacks the signature of mof, sbp"
    assert drill.sign("mof").code == 0
    assert drill.verify().failed(3) == f"{drill.new} lacks the signature of sbp"
    reason = drill.amanat("genesis", "verify", drill.new).failed(2)
    assert reason == f"{drill.new}: the sovereign participant sbp has not signed"
    assert drill.sign("sbp").code == 0
    shown = drill.verify("--copy", drill.copy("mof"), "--copy", drill.copy("cdc")).json
    assert shown["signed_by"] == ["mof", "sbp"]
    assert shown["chain"] == drafted["chain"]  # signatures make no other chain

    old, new = load_genesis(drill.old), load_genesis(drill.new)
    before = holding(drill.copy("mof"), old, "beta")

    async def go_on(running: LocalNetwork) -> None:
        running.writer = world.Writer(new.chain_id(), running.now() + 86_400_000)
        status = await running.do("alpha", Transfer("alpha", "beta", RUPEE, 5))
        assert status.state == "committed"
        await running.level()
        assert len(running.roots()) == 1
        with pytest.raises(Exception, match="chain"):
            next(iter(running.nodes.values())).submissions.submit(drill.used)
        path = f"/v1/accounts/beta/holdings/{RUPEE}?proof=true"
        shown = await running.get("sbp", path)
        (drill.folder / "proof").write_bytes(base64.b64decode(shown["proof"]))

    in_network(drill.folder / "after", go_on, new, keys=NEW)
    proof = (drill.folder / "proof").read_bytes()
    proved = verify_proof(canonical(drill.new.read_bytes()), proof).proved
    assert isinstance(proved, Balance)
    assert proved.amount == before + 5
    assert javascript.run(drill.folder / "proof", "--genesis", drill.new).returncode == 0
    with pytest.raises(Invalid):
        verify_proof(canonical(drill.old.read_bytes()), proof)
    assert holding(drill.folder / "after" / "cdc", new, "beta") == before + 5
    for file, data in ((drill.old, drill.copy("mof")), (drill.new, drill.folder / "after" / "sbp")):
        ended = drill.amanat("audit", data, "--genesis", file)
        assert ended.code == 0, ended
    told = drill.amanat("audit", data, "--genesis", drill.new, "--predecessor", drill.old)
    assert (told.code, "by all that it must show" in told.err) == (0, True), told
    wrong = drill.amanat("audit", data, "--genesis", drill.new, "--predecessor", drill.new)
    assert "NOT IN ORDER at the seam: it succeeds the chain" in wrong.failed(3)
    none = ("audit", drill.copy("mof"), "--genesis", drill.old, "--predecessor", drill.old)
    assert drill.amanat(*none).failed(2) == "this chain succeeds no other: leave --predecessor out"


def test_without_the_old_document_nothing_is_looked_at(drill: Drill, tmp_path: Path) -> None:
    none = tmp_path / "none.json"
    drill.signed("mof")
    for command in (["survey", drill.copy("mof")], ["verify", drill.new]):
        reason = drill.amanat("recovery", *command, "--genesis", none).failed(2)
        assert reason == f"{none} does not exist"


def test_a_lower_height_than_a_survivor_certifies_is_refused(drill: Drill) -> None:
    drill.signed("cdc")
    assert drill.verify("--copy", drill.copy("cdc")).code == 0
    reason = drill.verify("--copy", drill.copy("mof")).failed(3)
    assert reason.startswith(f"{drill.copy('mof')} holds the certified block ")
    assert reason.endswith("draft it anew from all copies")


def test_a_receipt_above_the_kept_block_is_recorded_as_lost(drill: Drill) -> None:
    drafted = drill.draft("cdc", receipt=drill.receipt).json
    (lost,) = drafted["lost"]
    block, transaction = lost.removeprefix("block ").split(": ")
    assert (int(block) > drafted["kept_height"], transaction) == (True, drill.last)
    document = load_unsigned(drill.new)
    assert canonical(drill.new.read_bytes()) == document.canonical()
    kept = drill.draft("cdc", "mof", into=drill.folder / "other.json", receipt=drill.receipt)
    assert (kept.code, json.loads(kept.out)["lost"]) == (0, [])
    assert kept.err.endswith("is kept\n")


def test_what_is_no_receipt_of_the_lost_chain_is_not_recorded(drill: Drill) -> None:
    content = bytearray(drill.receipt.read_bytes())
    content[-1] ^= 1
    drill.receipt.write_bytes(content)
    assert "NOT VALID" in drill.draft("cdc", receipt=drill.receipt).failed(3)
    assert not drill.new.exists()


def load_unsigned(file: Path) -> GenesisDocument:
    return from_json(file.read_text())


def test_a_custodian_cannot_sign(drill: Drill) -> None:
    drill.draft("mof")
    reason = drill.sign("custodian-a").failed(2)
    assert reason.endswith("is of no sovereign participant of the lost chain: those are mof, sbp")


def test_keys_of_the_lost_authorities_are_refused(drill: Drill) -> None:
    reason = drill.draft("mof", key="authority").failed(3)
    assert "would use the key of cdc on the old chain: each authority needs a new key" in reason
    assert not drill.new.exists()


def test_a_state_with_another_byte_is_refused_by_whoever_verifies_founds_or_starts(
    drill: Drill,
) -> None:
    drill.signed("mof")
    place = Path(f"{drill.new}.state")
    content = bytearray(place.read_bytes())
    content[-1] ^= 1
    place.write_bytes(content)
    for ended in (drill.verify(), drill.amanat("genesis", "verify", drill.new)):
        assert ended.code in (2, 3)
        assert f"{place}: the state has the root " in ended.err


def test_nothing_is_founded_without_the_state(drill: Drill) -> None:
    drill.signed("mof")
    Path(f"{drill.new}.state").unlink()
    assert drill.verify().failed(3).endswith("is missing: the state was not checked")
    for command in (["audit", drill.copy("mof")],):
        reason = drill.amanat(*command, "--genesis", drill.new).failed(2)
        assert reason.startswith(f"{drill.new}.state is missing")
    with pytest.raises(Exception, match="the state that the chain takes over is missing"):
        create(drill.folder / "nowhere", "mof", load_genesis(drill.new))
    assert not (drill.folder / "nowhere").exists()


def test_whoever_signs_two_successors_of_one_chain_is_named(drill: Drill) -> None:
    drill.signed("mof")
    other = drill.folder / "other.json"
    assert drill.draft("mof", key="other authority", into=other).code == 0
    assert drill.verify("--against", other).code == 0
    drill.sign("sbp", other)
    reason = drill.verify("--against", other).failed(3)
    assert reason.endswith(f"both signed by sbp ({public_key('sbp').hex()[:16]})")


def test_signatures_made_apart_are_gathered(drill: Drill) -> None:
    drill.draft("mof")
    apart = drill.folder / "apart.json"
    shutil.copyfile(drill.new, apart)
    drill.sign("mof")
    drill.sign("sbp", apart)
    ended = drill.amanat("recovery", "gather", drill.new, apart, "-o", "json")
    assert ended.json["lacks"] == []
    assert drill.verify().code == 0
