"""An authority whose disk was lost and whose key came back: it signs nothing, and says why."""

import shutil
from pathlib import Path

import pytest

from amanat.consensus.interface import Promise
from amanat.consensus.messages import Append
from amanat.consensus.raft import Identity
from amanat.consensus.statements import (
    Ack,
    AuthoritySignature,
    BlockId,
    CommitCertificate,
    LeaderCertificate,
    Vote,
    genesis_id,
)
from amanat.ledger.operations import Transfer
from amanat.node.data_directory import create
from amanat.node.forgotten_past import ForgottenPast, OwnPast
from amanat.node.sign_guard import DISOWNED, EVERYTHING, SignGuard
from tests.ledger.world import RUPEE, key, public_key
from tests.node.network import LocalNetwork, eventually, network

CHAIN = bytes(32)
ME = Identity(CHAIN, "mof", lambda message: key("authority mof").sign(message).signature)
GENESIS = genesis_id(CHAIN)
BLOCK = BlockId(3, 7, bytes(range(32)))
PARENT = BlockId(3, 6, bytes(32))


def signed(message: bytes, *names: str, by: str | None = None) -> tuple[AuthoritySignature, ...]:
    return tuple(
        AuthoritySignature(name, key(f"authority {by or name}").sign(message).signature)
        for name in names
    )


def append(
    *acked_by: str, voted_by: tuple[str, ...] = ("cdc", "sbp"), by: str | None = None
) -> Append:
    vote = Vote(CHAIN, 3, "sbp", GENESIS).message()
    ack = Ack(CHAIN, PARENT, BLOCK).message()
    return Append(
        term=3,
        leader_certificate=LeaderCertificate(3, "sbp", GENESIS, signed(vote, *voted_by, by=by)),
        previous=PARENT,
        entries=(),
        certificate=CommitCertificate(PARENT, BLOCK, signed(ack, *acked_by, by=by)),
    )


@pytest.fixture
def place(tmp_path: Path) -> Path:
    SignGuard.create(tmp_path / "sign-guard")
    return tmp_path


def past(guard: SignGuard) -> OwnPast:
    return OwnPast(ME, public_key("authority mof"), guard)


def promised(place: Path, term: int) -> SignGuard:
    guard = SignGuard.open(place / "sign-guard")
    guard.write(Promise(term=term, vote=None, acked=BlockId(term, 5, bytes(32))))
    return guard


def test_an_ack_or_a_vote_of_a_term_that_it_never_was_in_ends_it(place: Path) -> None:
    for message in (append("cdc", "mof"), append("cdc", "sbp", voted_by=("mof", "sbp"))):
        guard = promised(place, 2)
        past(guard).check(append("cdc", "sbp"))
        with pytest.raises(ForgottenPast, match="mof signed in term 3, and this directory does"):
            past(guard).check(message)
        guard.close()
        with pytest.raises(Exception, match="let a node with a new key take its place"):
            SignGuard.open(place / "sign-guard")
        (place / DISOWNED).unlink()


def test_one_on_a_new_disk_knows_that_it_may_have_a_past(place: Path) -> None:
    """It signs nothing before it is certain, so what it signed before is no reason to end."""
    guard = SignGuard.open(place / "sign-guard")
    past(guard).check(append("mof", "sbp", voted_by=("mof", "sbp")))
    guard.write(Promise(term=3, vote=None, acked=None))
    past(guard).check(append("mof", "sbp", voted_by=("mof", "sbp")))


def test_signatures_by_others_in_its_name_stop_nobody(place: Path) -> None:
    guard = promised(place, 2)
    past(guard).check(append("cdc", "mof", by="cdc"))
    assert not (place / DISOWNED).exists()


def test_what_it_promised_itself_is_no_surprise(place: Path) -> None:
    past(promised(place, 3)).check(append("cdc", "mof", voted_by=("mof", "sbp")))


def test_one_that_was_restored_knows_that_its_past_is_lost(tmp_path: Path) -> None:
    """It signs nothing, so what it signed before is no surprise, and no reason to end."""
    SignGuard.create(tmp_path / "sign-guard", EVERYTHING)
    guard = SignGuard.open(tmp_path / "sign-guard")
    assert guard.signs_nothing
    OwnPast(ME, public_key("authority mof"), guard).check(append("mof", "sbp"))


async def test_a_node_on_a_new_disk_takes_part_again_once_all_others_told_it_where_they_are(
    tmp_path: Path,
) -> None:
    async with network(tmp_path) as running:
        await running.open_market()
        await running.stop("cdc")
        await running.stop("mof")
        shutil.rmtree(running.root / "mof")
        create(running.root / "mof", "mof", running.document)
        await running.start("mof")
        node = running.nodes["mof"]
        await eventually(lambda: node.status.is_unsure and node.status.silent == ("cdc",))
        height = running.nodes["sbp"].chain.final.height
        transfer = running.writer.sign(["alpha"], Transfer("alpha", "beta", RUPEE, 1))
        waiting = await submitted(running, transfer)
        assert waiting == "pending"
        assert running.nodes["sbp"].chain.final.height == height, "sbp alone is no quorum"
        await running.start("cdc")
        await eventually(lambda: not node.status.is_unsure)
        status = await running.commit(transfer, running.nodes["sbp"])
        assert status.state == "committed"
        await running.level()


async def submitted(running: LocalNetwork, envelope: bytes) -> str:
    """Submit at a node that has no quorum; return where the transaction stands."""
    return running.nodes["sbp"].submissions.submit(envelope).state
