"""`amanat ledger export` and `amanat audit`, as an auditor has them before it on a real network."""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from amanat.client import keystore
from amanat.config.genesis_file import to_json
from amanat.config.settings import Readers
from amanat.ledger.authorities import QuorumRule
from amanat.ledger.encoding import encode
from amanat.ledger.genesis import GenesisDocument
from amanat.ledger.governance.participants import Participant, Role
from amanat.ledger.operations import Transfer
from amanat.node import clock
from amanat.node.audit.export import Export
from amanat.node.audit.sources import SourcedBlock
from amanat.node.node import Node
from tests.ledger.world import RUPEE, START, market
from tests.node.audit.chains import Shown, Written, certificate_of, story
from tests.node.cli.running import Amanat, Ended, answering, in_this_process
from tests.node.network import LocalNetwork, eventually, network

PASSPHRASE = "the passphrase of the tests"


@pytest.fixture
def amanat(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Amanat:
    return in_this_process(tmp_path, monkeypatch, capsys)


class Desk:
    """An auditor's desk: the genesis document lies on it."""

    def __init__(self, amanat: Amanat, place: Path) -> None:
        self._amanat = amanat
        self.place = place

    def get(self, document: GenesisDocument) -> None:
        (self.place / "genesis.json").write_text(to_json(document))

    def run(self, command: str, *arguments: object) -> Ended:
        words = [str(each) for each in arguments]
        return self._amanat(command, *words, "--genesis", "genesis.json")

    async def ask(self, command: str, *arguments: object) -> Ended:
        return await asyncio.to_thread(self.run, command, *arguments)

    def archive(self, source: Shown, name: str) -> None:
        Export(self.place / name, source.document, source).run()


@pytest.fixture
def desk(amanat: Amanat, tmp_path: Path) -> Desk:
    return Desk(amanat, tmp_path)


async def traded(running: LocalNetwork, desk: Desk) -> str:
    """Trade on a network, also under a second leader; return where a node serves."""
    desk.get(running.document)
    for envelope in market(running.writer):
        await running.commit(envelope)
    await (await running.led()).hand_over(seconds=10)
    for _ in range(3):
        done = await running.do("alpha", Transfer("alpha", "beta", RUPEE, 1))
    await eventually(lambda: all(_knows(node, done.id) for node in running.nodes.values()))
    running.later_ms = clock.now() - START  # whoever signs requests goes by the true time
    return running.url("sbp")


def _knows(node: Node, transaction: bytes) -> bool:
    return node.store.transaction(transaction) is not None


@pytest.mark.parametrize("rule", QuorumRule)
async def test_a_node_an_archive_and_a_directory_give_one_report(
    rule: QuorumRule, tmp_path: Path, desk: Desk
) -> None:
    async with network(tmp_path / "nodes", rule=rule) as running:
        url = await traded(running, desk)
        in_use = await desk.ask("audit", "nodes/sbp")
        of_node = (await desk.ask("audit", url, "-o", "json")).json
        exported = (await desk.ask("ledger", "export", url, "chain.amanat", "-o", "json")).json
        again = await desk.ask("ledger", "export", url, "chain.amanat")
        compared = await desk.ask("audit", "chain.amanat", running.url("cdc"), "-o", "json")
        root = running.nodes["sbp"].store.tree(exported["height"])
    assert root is not None
    assert "is in use by process" in in_use.failed(2)
    assert again.failed(2) == "chain.amanat exists: an archive is never overwritten"
    of_archive = desk.run("audit", "chain.amanat", "-o", "json").json
    of_directory = desk.run("audit", "nodes/sbp", "-o", "json").json
    assert (exported["height"], root.root.hex()) == (of_archive["last"], of_archive["state_root"])
    assert compared.code == 0
    assert '"forked_at": null' in compared.out
    for each in (of_node, of_archive, of_directory):
        assert each.pop("verdict") == "in order"
        for name in ("source", "source_kind", "seconds", "certificates"):
            del each[name]
        # A node may have gone on by an empty block between two questions.
    assert of_node == of_archive
    assert of_directory["totals"] == of_node["totals"]
    assert of_node["operations"]["transfer"] == 3


async def test_a_node_shows_its_chain_to_an_auditor_alone(tmp_path: Path, desk: Desk) -> None:
    (tmp_path / "passphrase").write_text(PASSPHRASE)
    (tmp_path / "passphrase").chmod(0o600)
    readers = []
    for name, role in (("auditor-general", Role.AUDITOR), ("stranger", Role.CUSTODIAN)):
        sealed = keystore.create(tmp_path / f"{name}.json", PASSPHRASE, cost=keystore.TEST)
        readers.append(Participant.simple(name, name, (role,), sealed.public_key))
    async with network(
        tmp_path / "nodes", participants=readers, readers=Readers.PERMITTED
    ) as running:
        url = await traded(running, desk)

        async def asked_as(name: str) -> Ended:
            key = ("--key", f"{name}.json", "--passphrase-file", "passphrase")
            return await desk.ask("audit", url, *key, "-o", "json")

        assert "authentication_required" in (await desk.ask("audit", url)).failed(5)
        assert "not_permitted" in (await asked_as("stranger")).failed(5)
        assert (await asked_as("auditor-general")).json["verdict"] == "in order"


async def test_a_node_that_keeps_its_last_blocks_says_where_to_go(desk: Desk) -> None:
    status = json.dumps({"height": 90, "first_height": 40}).encode()
    chain = story()
    desk.get(chain.document)
    whose = json.dumps({"chain": chain.chain_id.hex()}).encode()
    with answering({"/v1/network": (200, whose), "/v1/status": (200, status)}) as url:
        told = (await desk.ask("audit", url)).failed(2)
    assert "keeps blocks only from 40 on (keep_blocks)" in told
    assert "take an export made from one" in told


def test_who_does_not_answer_is_unreachable(desk: Desk) -> None:
    desk.get(story().document)
    assert "no node answered" in desk.run("audit", "http://127.0.0.1:9").failed(4)
    nonsense = {"/v1/network": (200, b"[]"), "/v1/status": (200, b"[]")}
    with answering(nonsense) as url:
        assert "is not a node of this version" in desk.run("audit", url).failed(4)


def test_a_fault_is_one_line_and_the_report_says_the_rest(desk: Desk, tmp_path: Path) -> None:
    chain = story()
    desk.get(chain.document)
    shown = chain.shown()
    shown.found[13] = _certified_by(chain, 14, ("cdc", "custodian-a", "mof"))
    desk.archive(shown, "wrong.amanat")
    ended = desk.run("audit", "wrong.amanat", "--report", "audit.html")
    assert ended.failed(3) == (
        "NOT IN ORDER at block 14: expected one that makes block 14 final, by a sovereign quorum "
        "of who decided then; found one that is not valid: cdc, custodian-a, mof signed. Blocks "
        "after it were not looked at"
    )
    page = (tmp_path / "audit.html").read_text()
    assert "<strong>Not in order</strong> at block 14" in page
    assert "13 of 17" in page


def _certified_by(chain: Written, height: int, by: Sequence[str]) -> SourcedBlock:
    other = certificate_of(chain.chain_id, chain.id(height - 1), chain.id(height), by)
    return replace(chain.shown().found[height - 1], certificate=encode(other))


def test_the_report_is_a_page_that_needs_nothing_from_elsewhere(desk: Desk, tmp_path: Path) -> None:
    chain = story()
    desk.get(chain.document)
    desk.archive(chain.shown(), "chain.amanat")
    assert desk.run("audit", "chain.amanat", "--report", "audit.html").code == 0
    page = (tmp_path / "audit.html").read_text()
    for absent in ("<script", "http:", "https:", "src=", "<link", "@import"):
        assert absent not in page
    for told in ("In order", "test-network", "transfer", "2026-01-01"):
        assert told in page
    assert desk.run("audit", "chain.amanat", "--report", "audit.json").code == 0
    report = json.loads((tmp_path / "audit.json").read_text())
    assert report["days_closed"] == 1
    assert report["rejected"] == {"insufficient_holding": 1}
    assert [era["since"] for era in report["eras"]] == [0, 9, 10, 12]
    assert report["eras"][2]["quorum"] == "3 of 4, 1 sovereign and 3 of 4, 1 sovereign"


def test_it_goes_on_from_a_checkpoint_and_not_from_that_of_another_chain(desk: Desk) -> None:
    chain = story()
    desk.get(chain.document)
    desk.archive(chain.shown(), "chain.amanat")
    whole = desk.run("audit", "chain.amanat", "--checkpoint", "work", "-o", "json")
    assert whole.json["resumed_from"] == 0
    again = desk.run("audit", "chain.amanat", "--checkpoint", "work", "-o", "json")
    assert (again.code, again.err) == (0, "going on after block 17\n")
    other = story(QuorumRule.TWO_THIRDS)
    desk.get(other.document)
    desk.archive(other.shown(), "other.amanat")
    told = desk.run("audit", "other.amanat", "--checkpoint", "work").failed(2)
    assert told.startswith("work is of an audit of another chain")
    told = desk.run("audit", "chain.amanat").failed(2)
    assert "chain.amanat is of the chain" in told
    assert "the genesis document given is of" in told


def test_two_archives_of_a_forked_chain_name_who_forked_it(desk: Desk) -> None:
    """Each is in order by itself; together they convict whoever signed both."""
    one, two = story(), story()
    desk.get(one.document)
    payment = one.writer.sign(["alpha"], Transfer("alpha", "beta", RUPEE, 7))
    one.grow(payment, leader="sbp", time=one.blocks[-1].block.header.time)
    two.grow(leader="sbp", time=two.blocks[-1].block.header.time)
    desk.archive(one.shown(), "one.amanat")
    desk.archive(two.shown(), "two.amanat")
    ended = desk.run("audit", "one.amanat", "two.amanat")
    assert ended.code == 3
    assert ended.out.count("verdict           in order") == 2
    assert "sbp proposed both block 18" in ended.err
    assert ended.err.endswith("amanat: FORKED at height 18: proof against cdc, mof, sbp\n")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("nothing.amanat",), "nothing.amanat cannot be read: No such file"),
        (("genesis.json",), "is no archive and no data directory"),
        (("chain.amanat", "--report", "audit.pdf"), "ends with neither .html nor .json"),
        (("chain.amanat", "--report", "no/audit.html"), "no is no directory"),
        (("chain.amanat", "--signatures"), "--signatures compares two sources: name another"),
        (("chain.amanat", "chain.amanat", "--signatures"), "leave --signatures out"),
        (
            ("chain.amanat", "--passphrase-file", "x"),
            "a passphrase without a key: say --key as well",
        ),
        (("chain.amanat", "--checkpoint", "genesis.json"), "genesis.json cannot be used"),
        (("chain.amanat", "--checkpoint", "."), "holds something else"),
    ],
)
def test_wrong_use_is_told_in_one_line(desk: Desk, arguments: tuple[str, ...], told: str) -> None:
    chain = story()
    desk.get(chain.document)
    desk.archive(chain.shown(), "chain.amanat")
    assert told in desk.run("audit", *arguments).failed(2)
