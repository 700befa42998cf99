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
from amanat.node.data_directory import DirectoryError, create, open_directory
from amanat.node.forgotten_past import ForgottenPast, OwnPast
from amanat.node.sign_guard import DISOWNED, EVERYTHING, NEVER_SIGNED, SignGuard
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


def test_a_guard_that_never_promised_finds_its_own_ack_or_vote(place: Path) -> None:
    for message in (append("cdc", "mof"), append("cdc", "sbp", voted_by=("mof", "sbp"))):
        guard = SignGuard.open(place / "sign-guard")
        assert guard.never_signed
        past(guard).check(append("cdc", "sbp"))
        with pytest.raises(ForgottenPast, match="mof signed in term 3, and this directory does"):
            past(guard).check(message)
        guard.close()
        with pytest.raises(Exception, match="let a node with a new key take its place"):
            SignGuard.open(place / "sign-guard")
        (place / DISOWNED).unlink()


def test_signatures_by_others_in_its_name_stop_nobody(place: Path) -> None:
    guard = SignGuard.open(place / "sign-guard")
    past(guard).check(append("cdc", "mof", by="cdc"))
    assert not (place / DISOWNED).exists()


def test_what_it_promised_itself_is_no_surprise(place: Path) -> None:
    guard = SignGuard.open(place / "sign-guard")
    guard.write(Promise(term=3, vote=None, acked=BLOCK))
    assert not guard.never_signed
    assert not (place / NEVER_SIGNED).exists()
    past(guard).check(append("cdc", "mof", voted_by=("mof", "sbp")))
    again = SignGuard.open(place / "sign-guard")
    assert not again.never_signed


def test_a_guard_from_an_older_copy_finds_a_term_that_it_never_was_in(place: Path) -> None:
    guard = SignGuard.open(place / "sign-guard")
    guard.write(Promise(term=2, vote=None, acked=BlockId(2, 5, bytes(32))))
    with pytest.raises(ForgottenPast):
        past(guard).check(append("cdc", "mof"))


def test_one_that_was_restored_knows_that_its_past_is_lost(tmp_path: Path) -> None:
    """It signs nothing, so what it signed before is no surprise, and no reason to end."""
    SignGuard.create(tmp_path / "sign-guard", EVERYTHING)
    assert not (tmp_path / NEVER_SIGNED).exists()
    guard = SignGuard.open(tmp_path / "sign-guard")
    assert guard.signs_nothing
    OwnPast(ME, public_key("authority mof"), guard).check(append("mof", "sbp"))


def test_a_later_term_alone_binds_to_nothing(place: Path) -> None:
    guard = SignGuard.open(place / "sign-guard")
    guard.write(Promise(term=3, vote=None, acked=None))
    assert guard.never_signed
    with pytest.raises(ForgottenPast):
        past(guard).check(append("cdc", "mof"))


async def _start_blank(running: LocalNetwork, lost: str) -> None:
    """Start a node on a new disk until it has seen its past, or fail.

    Where an election comes first it votes before it hears of its past, and is blank no more: then
    it is begun anew.
    """
    place = running.root / lost
    for _ in range(10):
        shutil.rmtree(place)
        create(place, lost, running.document)
        await running.start(lost)
        ended = running.running[lost]
        await eventually(lambda ended=ended: ended.done() or not (place / NEVER_SIGNED).exists())  # type: ignore[misc]
        if ended.done():
            return
        await running.stop(lost)
    raise AssertionError("an election came first, again and again")


async def test_a_node_on_a_new_disk_ends_and_does_not_start_again(tmp_path: Path) -> None:
    async with network(tmp_path) as running:
        await running.stop("cdc")
        again = (await running.led()).name
        await running.stop(again)
        await running.start(again)  # whoever leads from here on has a vote by each that is left
        await running.open_market()
        lost = "mof"
        await running.stop(lost)
        await running.start("cdc")
        envelope = running.writer.sign(["alpha"], Transfer("alpha", "beta", RUPEE, 1))
        await running.commit(envelope, running.nodes["sbp"])
        await _start_blank(running, lost)
        with pytest.raises(ExceptionGroup) as ended:
            await running.running[lost]
        assert "must not sign as this authority" in str(ended.value.exceptions[0])
        with pytest.raises(ExceptionGroup):
            await running.stop(lost)
        with pytest.raises(DirectoryError, match="signed-elsewhere: mof signed in term"):
            open_directory(tmp_path / lost, running.document)
        status = await running.commit(
            running.writer.sign(["alpha"], Transfer("alpha", "beta", RUPEE, 1)),
            running.nodes["sbp"],
        )
        assert status.state == "committed"
