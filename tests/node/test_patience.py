"""When a follower gives up its leader, and all that does not count against an honest one."""

import pytest

from amanat.consensus.core import Status
from amanat.consensus.raft import Role
from amanat.consensus.statements import BlockId
from amanat.ledger.operations import ChangeAuthorities, Transfer
from amanat.ledger.rejections import DoorRefusal
from amanat.ledger.transactions import CheckedTransaction
from amanat.node import patience
from amanat.node.patience import (
    LOOK_TICKS,
    PATIENCE_BLOCKS,
    PATIENCE_TICKS,
    Neglect,
    Patience,
)
from amanat.node.pool import Pool
from tests.ledger import world
from tests.ledger.desk import Desk, desk_with_market, limited, opened
from tests.ledger.world import PARAMETERS, RUPEE, holder

AHEAD = PARAMETERS.clock_ahead_max_ms
HOUR_MS = 3_600_000
LONG = PATIENCE_TICKS + 2 * LOOK_TICKS
"""More ticks than any judgement takes."""


class Follower:
    """The node `cdc` and what it sees of its leader: the ledger is real, time is the test's."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.pool = Pool()
        self.leader: str | None = "mof"
        self.term = 1
        self.final_height = desk.follower.tip.height
        self.is_behind = False
        self.patience = Patience(
            "cdc",
            chain=desk.follower,
            pool=self.pool,
            now=lambda: desk.time,
            is_behind=lambda: self.is_behind,
        )

    @property
    def status(self) -> Status:
        tip = self.desk.follower.tip
        last = BlockId(self.term, tip.height, tip.digest)
        return Status(
            Role.FOLLOWER, self.term, self.leader, last, self.final_height, self.final_height
        )

    def payment(self, signer: str = "alpha") -> CheckedTransaction:
        transfer = Transfer(signer, "beta" if signer == "alpha" else "alpha", RUPEE, 1)
        return opened(self.desk.writer.sign([signer], transfer))

    def waits(self, signer: str = "alpha") -> CheckedTransaction:
        """Somebody hands in a transaction, which this node sends to its leader."""
        transaction = self.payment(signer)
        self.desk.follower.admit(transaction, now=self.desk.time)
        self.pool.add(transaction)
        return transaction

    def block(self, count: int = 1, *, is_final: bool = True) -> None:
        """The leader makes a block of others' transactions, which becomes final."""
        height = self.desk.follower.tip.height
        self.desk.block([self.payment("gamma").envelope for _ in range(count)])
        self.patience.followed(self.status)
        if is_final:
            self.final_height = height + 1
            self.patience.final(self.desk.follower.executed(height + 1)[-1:])

    def pass_time(self, ticks: int, *, blocks_every: int = 0) -> Neglect | None:
        for tick in range(1, ticks + 1):
            if blocks_every and tick % blocks_every == 0:
                self.block()
            neglect = self.patience.tick(self.status)
            if neglect is not None:
                return neglect
        return None

    def change(self, quorum: int = 3, *, is_final: bool = True) -> None:
        """It is decided that so many of the three are a quorum; the leader must complete it."""
        members = world.authority_set(("cdc", "mof", "sbp"), quorum).members
        self.desk.do("mof, sbp", ChangeAuthorities(members, quorum, 1, (), ()))
        self.patience.followed(self.status)
        if is_final:
            self.finalize()

    def complete(self) -> None:
        """The leader completes the change that is under way."""
        self.desk.block([], completes_change=True)
        self.patience.followed(self.status)

    def finalize(self) -> None:
        """All that there is becomes final, and is applied."""
        self.final_height = self.desk.follower.tip.height
        self.desk.follower.finalize(self.final_height)


@pytest.fixture
def follower() -> Follower:
    return Follower(desk_with_market())


# --- what ends patience ---


def test_a_leader_that_makes_nothing_final_though_something_waits_is_given_up(
    follower: Follower,
) -> None:
    transaction = follower.waits()
    neglect = follower.pass_time(LONG)
    assert neglect is not None
    assert (neglect.leader, neglect.term, neglect.transaction) == ("mof", 1, transaction.id)
    assert PATIENCE_TICKS <= neglect.ticks < LONG
    assert neglect.blocks == 0


def test_a_leader_that_takes_others_again_and_again_is_given_up(follower: Follower) -> None:
    transaction = follower.waits()
    neglect = follower.pass_time(LONG, blocks_every=5)
    assert neglect is not None
    assert neglect.transaction == transaction.id
    assert neglect.blocks >= PATIENCE_BLOCKS


def test_however_slowly_it_takes_others_it_is_given_up_in_the_end(follower: Follower) -> None:
    follower.waits()
    slowly = PATIENCE_TICKS - LOOK_TICKS
    assert follower.pass_time(PATIENCE_BLOCKS * slowly, blocks_every=slowly) is None
    assert follower.pass_time(3 * slowly, blocks_every=slowly) is not None


def test_blocks_that_never_become_final_do_not_help_a_leader(follower: Follower) -> None:
    follower.waits()
    for _ in range(PATIENCE_BLOCKS - 1):
        follower.block(is_final=False)
    assert follower.pass_time(LONG) is not None


def test_empty_blocks_do_not_help_a_leader(follower: Follower) -> None:
    follower.waits()
    for _ in range(LONG // 10):
        follower.block(count=0)
        neglect = follower.pass_time(10)
        if neglect is not None:
            return
    pytest.fail("it is not given up")


def test_a_leader_that_never_completes_a_change_is_given_up(follower: Follower) -> None:
    """Though nothing waits: it may be the one that the change takes out."""
    follower.change()
    neglect = follower.pass_time(LONG)
    assert neglect is not None
    assert (neglect.leader, neglect.term, neglect.transaction) == ("mof", 1, None)
    assert PATIENCE_TICKS <= neglect.ticks < LONG


def test_it_does_not_help_to_serve_everybody_meanwhile(follower: Follower) -> None:
    follower.change()
    neglect = follower.pass_time(LONG, blocks_every=5)
    assert neglect is not None
    assert neglect.transaction is None
    assert neglect.blocks > 0


# --- what does not ---


def test_nobody_is_judged_before_it_has_had_a_transaction_for_long(follower: Follower) -> None:
    follower.waits()
    assert follower.pass_time(PATIENCE_TICKS - 1, blocks_every=1) is None


def test_while_nothing_waits_nothing_is_amiss(follower: Follower) -> None:
    assert follower.pass_time(10 * LONG) is None


def test_what_is_served_is_forgotten(follower: Follower) -> None:
    for _ in range(5):
        transaction = follower.waits()
        assert follower.pass_time(PATIENCE_TICKS - LOOK_TICKS, blocks_every=5) is None
        follower.pool.placed([transaction.id])
    assert follower.pass_time(LONG, blocks_every=5) is None


def test_another_leader_begins_anew(follower: Follower) -> None:
    follower.waits()
    for leader, term in (("mof", 1), ("sbp", 2), ("mof", 3), ("mof", 4)):
        follower.leader, follower.term = leader, term
        assert follower.pass_time(PATIENCE_TICKS - 1, blocks_every=5) is None


def test_a_change_has_some_time(follower: Follower) -> None:
    follower.change()
    assert follower.pass_time(PATIENCE_TICKS - 1) is None
    follower.complete()
    assert follower.pass_time(LONG) is None, "though it is not final"


def test_the_time_of_a_change_begins_once_it_is_final(follower: Follower) -> None:
    follower.change(is_final=False)
    assert follower.pass_time(LONG) is None
    follower.finalize()
    assert follower.pass_time(PATIENCE_TICKS - 1) is None
    assert follower.pass_time(LONG) is not None


def test_each_change_has_its_own_time(follower: Follower) -> None:
    follower.change()
    assert follower.pass_time(PATIENCE_TICKS - LOOK_TICKS) is None
    follower.complete()
    follower.finalize()
    follower.block()
    follower.change(quorum=2)
    assert follower.pass_time(PATIENCE_TICKS - 1) is None
    assert follower.pass_time(LONG) is not None


def test_another_leader_has_all_the_time_again(follower: Follower) -> None:
    follower.change()
    for leader, term in (("mof", 1), ("sbp", 2), ("mof", 3), ("mof", 4)):
        follower.leader, follower.term = leader, term
        assert follower.pass_time(PATIENCE_TICKS - 1) is None


@pytest.mark.parametrize("leader", [None, "cdc"])
def test_who_follows_nobody_judges_nobody(follower: Follower, leader: str | None) -> None:
    follower.leader = leader
    follower.waits()
    assert follower.pass_time(LONG) is None


def test_who_is_behind_judges_nobody(follower: Follower) -> None:
    follower.waits()
    follower.is_behind = True
    assert follower.pass_time(LONG) is None
    follower.is_behind = False
    assert follower.pass_time(PATIENCE_TICKS - 1) is None
    assert follower.pass_time(LONG) is not None


def test_blocks_that_come_to_who_is_behind_do_not_count(follower: Follower) -> None:
    """They may have been made before the leader had the transaction."""
    follower.waits()
    follower.is_behind = True
    assert follower.pass_time(LONG, blocks_every=5) is None
    follower.is_behind = False
    assert follower.pass_time(3 * LONG, blocks_every=PATIENCE_TICKS // 2) is None


def test_a_leader_that_lets_its_followers_fall_behind_in_turn_gains_little(
    follower: Follower,
) -> None:
    follower.waits()
    for turn in range(3 * LONG // 10):
        follower.is_behind = turn % 3 == 0
        neglect = follower.pass_time(10, blocks_every=5)
        if neglect is not None:
            return
    pytest.fail("it is not given up")


def test_blocks_that_were_final_when_they_came_do_not_count(follower: Follower) -> None:
    follower.waits()
    for tick in range(LONG):
        follower.final_height = follower.desk.follower.tip.height + (tick % 5 == 0)
        if tick % 5 == 0:
            follower.block()
        assert follower.patience.tick(follower.status) is None


def test_empty_blocks_do_not_count(follower: Follower) -> None:
    """They open a term, complete a change or decide that something has expired."""
    follower.waits()
    for tick in range(PATIENCE_BLOCKS - 1, 0, -1):
        follower.block()
        for _ in range(PATIENCE_TICKS // 5):
            follower.block(count=0)
            assert follower.pass_time(4) is None, tick


def test_blocks_without_room_do_not_count() -> None:
    """A backlog: whoever waits in it waits honestly."""
    follower = Follower(desk_with_market(limited(block_transactions_max=4)))
    follower.waits()
    for _ in range(LONG):
        follower.block(count=2)
        assert follower.patience.tick(follower.status) is None


def test_blocks_that_ended_before_a_long_transaction_do_not_count() -> None:
    size = len(Follower(desk_with_market()).payment("gamma").envelope)
    follower = Follower(desk_with_market(limited(block_bytes_max=2 * size)))
    follower.waits()
    many = [Transfer("gamma", "alpha", RUPEE, 1)] * 20
    for _ in range(LONG // 2):
        follower.block()
        assert follower.patience.tick(follower.status) is None
        follower.desk.block([follower.desk.writer.sign(["gamma"], *many)])
        follower.patience.followed(follower.status)
        assert follower.patience.tick(follower.status) is None


def test_what_expires_by_the_fastest_clock_allowed_does_not_count(follower: Follower) -> None:
    follower.desk.writer.valid_until = follower.desk.time + AHEAD - 1
    follower.waits()
    assert follower.pass_time(LONG) is None
    follower.desk.writer.valid_until = follower.desk.time + AHEAD
    follower.waits()
    assert follower.pass_time(LONG) is not None


def test_what_is_valid_too_long_by_the_slowest_clock_allowed_does_not_count(
    follower: Follower,
) -> None:
    latest = follower.desk.time + PARAMETERS.validity_max_ms
    follower.desk.writer.valid_until = latest
    follower.waits()
    assert follower.pass_time(LONG) is None
    follower.desk.time += AHEAD
    assert follower.pass_time(PATIENCE_TICKS - 1) is None, "its time begins now"
    assert follower.pass_time(LONG) is not None


def test_what_the_door_would_refuse_by_now_does_not_count() -> None:
    follower = Follower(desk_with_market(limited(rejections_per_hour_max=1)))
    transaction = follower.waits()
    too_much = Transfer("alpha", "beta", RUPEE, 10**12)
    follower.desk.block([follower.desk.writer.sign(["alpha"], too_much)])
    follower.patience.followed(follower.status)
    with pytest.raises(DoorRefusal):
        follower.desk.follower.admit(transaction, now=follower.desk.time)
    assert follower.pass_time(LONG) is None


def test_who_may_by_a_slow_clock_still_be_over_its_share_of_rejections_does_not_count() -> None:
    follower = Follower(desk_with_market(limited(rejections_per_hour_max=1)))
    follower.waits()
    too_much = Transfer("alpha", "beta", RUPEE, 10**12)
    follower.desk.block([follower.desk.writer.sign(["alpha"], too_much)])
    follower.patience.followed(follower.status)
    follower.desk.time += HOUR_MS - follower.desk.time % HOUR_MS + AHEAD - 1
    assert follower.pass_time(LONG) is None
    follower.desk.time += 1
    assert follower.pass_time(LONG) is not None


def test_what_has_become_valid_only_now_is_judged_from_now_on(follower: Follower) -> None:
    """The block that let a newcomer in was replaced, and another one lets it in later."""
    desk = follower.desk
    registration = desk.writer.sign(["custodian-a"], holder("newcomer"))
    before = desk.follower.tip.height
    desk.block([registration])
    transaction = follower.waits("newcomer")
    for chain in (desk.leader, desk.follower):
        chain.truncate(before)
    for _ in range(LONG // 5):
        follower.block()
        assert follower.pass_time(5) is None
    desk.block([registration])
    assert follower.pass_time(PATIENCE_TICKS - 1, blocks_every=5) is None
    neglect = follower.pass_time(LONG, blocks_every=5)
    assert neglect is not None
    assert neglect.transaction == transaction.id


def test_many_that_the_door_would_refuse_do_not_hide_one_that_is_valid(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(patience, "WATCHED_MAX", 10)
    follower = Follower(desk_with_market(limited(rejections_per_hour_max=1)))
    for _ in range(20):
        follower.waits()
    too_much = Transfer("alpha", "beta", RUPEE, 10**12)
    follower.desk.block([follower.desk.writer.sign(["alpha"], too_much)])
    follower.patience.followed(follower.status)
    valid = follower.payment("beta")
    follower.pool.add(valid)
    neglect = follower.pass_time(LONG + 3 * LOOK_TICKS)
    assert neglect is not None
    assert neglect.transaction == valid.id
