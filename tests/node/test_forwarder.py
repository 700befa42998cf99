"""What waits is handed to whoever leads, and again when that may have failed."""

import asyncio

import pytest

from amanat.consensus.core import Status
from amanat.consensus.raft import Role
from amanat.consensus.statements import BlockId
from amanat.ledger.operations import RegisterInstrument
from amanat.ledger.terms import CashTerms
from amanat.ledger.transactions import CheckedTransaction
from amanat.node.forwarder import (
    RELAY_AGAIN_TICKS,
    RELAY_BYTES_MAX,
    RELAY_TICKS,
    RETRY_TICKS,
    Forwarder,
    chunks,
)
from amanat.node.peer_frames import Forward
from amanat.node.pool import Pool
from tests.ledger.desk import opened
from tests.ledger.world import Writer


class Place:
    """A forwarder of the node `cdc`, and what it sent."""

    def __init__(self, leader: str | None) -> None:
        self.leader = leader
        self.pool = Pool()
        self.sent: list[tuple[str, tuple[bytes, ...]]] = []
        self.forwarder = Forwarder(
            "cdc",
            status=lambda: Status(Role.FOLLOWER, 1, self.leader, BlockId(0, 0, bytes(32)), 0, 0),
            peers=lambda: ["custodian-a", "mof", "sbp"],
            pool=self.pool,
            send=self._send,
        )
        self._writer = Writer(bytes(32))

    def _send(self, to: str, frame: Forward) -> None:
        self.sent.append((to, frame.transactions))

    def waits(self, title: str = "rupee") -> CheckedTransaction:
        register = RegisterInstrument("PKR", "sbp", title, CashTerms("PKR", 2))
        transaction = opened(self._writer.sign(["sbp"], register))
        self.pool.add(transaction)
        return transaction

    def pass_time(self, ticks: int) -> None:
        for _ in range(ticks):
            self.forwarder.tick()

    def sent_to(self, name: str) -> list[tuple[bytes, ...]]:
        return [envelopes for to, envelopes in self.sent if to == name]


async def test_what_arrives_in_one_turn_travels_together() -> None:
    place = Place("mof")
    for envelope in (b"one", b"two", b"three"):
        place.forwarder.add(envelope)
    assert place.sent == []
    await asyncio.sleep(0)
    assert place.sent == [("mof", (b"one", b"two", b"three"))]


@pytest.mark.parametrize("leader", [None, "cdc"])
async def test_nothing_is_sent_while_nobody_else_leads(leader: str | None) -> None:
    place = Place(leader)
    place.waits()
    place.forwarder.add(b"one")
    await asyncio.sleep(0)
    place.forwarder.leader_changed()
    assert place.sent == []


async def test_a_new_leader_gets_all_that_waits() -> None:
    place = Place("mof")
    waiting = [place.waits().envelope for _ in range(3)]
    place.leader = "sbp"
    place.forwarder.leader_changed()
    assert place.sent == [("sbp", tuple(waiting))]


async def test_what_still_waits_is_sent_again_after_a_while() -> None:
    place = Place("mof")
    envelope = place.waits().envelope
    place.pass_time(RETRY_TICKS - 1)
    assert place.sent_to("mof") == []
    place.pass_time(1)
    assert place.sent_to("mof") == [(envelope,)]
    place.pass_time(RETRY_TICKS)
    assert place.sent_to("mof") == [(envelope,)] * 2


async def test_what_stands_in_a_block_is_not_sent_again() -> None:
    place = Place("mof")
    transaction = place.waits()
    place.pool.placed([transaction.id])
    place.pass_time(2 * RETRY_TICKS)
    assert place.sent == []


async def test_what_waits_for_long_is_sent_to_everybody_else_too_and_once() -> None:
    place = Place("mof")
    envelope = place.waits().envelope
    place.pass_time(2 * RELAY_TICKS - 1)
    assert place.sent_to("sbp") == []
    place.pass_time(RELAY_AGAIN_TICKS)
    assert place.sent_to("sbp") == place.sent_to("custodian-a") == [(envelope,)]


async def test_who_may_have_lost_it_gets_it_once_more() -> None:
    place = Place("mof")
    place.waits()
    place.pass_time(2 * RELAY_TICKS + RELAY_AGAIN_TICKS)
    assert len(place.sent_to("sbp")) == 2


async def test_under_another_leader_everybody_gets_it_again() -> None:
    place = Place("mof")
    place.waits()
    place.pass_time(2 * RELAY_TICKS)
    place.leader = "sbp"
    place.forwarder.leader_changed()
    place.pass_time(RELAY_TICKS)
    assert len(place.sent_to("custodian-a")) == 2


async def test_everybody_gets_it_though_nobody_leads() -> None:
    """The node may have given up its leader; the others have not, and forward it there."""
    place = Place(None)
    place.waits()
    place.pass_time(2 * RELAY_TICKS)
    assert [to for to, _ in place.sent] == ["custodian-a", "mof", "sbp"]


async def test_a_leader_sends_nothing_around() -> None:
    place = Place("cdc")
    place.waits()
    place.pass_time(2 * RELAY_TICKS)
    assert place.sent == []


async def test_what_is_placed_soon_is_not_sent_around() -> None:
    place = Place("mof")
    for _ in range(5):
        transaction = place.waits()
        place.pass_time(RELAY_TICKS)
        place.pool.placed([transaction.id])
    assert place.sent_to("sbp") == []


async def test_a_backlog_is_sent_around_piece_by_piece_the_oldest_first() -> None:
    place = Place("mof")
    title = 20 * "rupee"
    backlog = [place.waits(title).envelope for _ in range(2 * RELAY_BYTES_MAX // len(title))]
    place.pass_time(2 * RELAY_TICKS)
    (first,) = place.sent_to("sbp")
    assert len(first) < len(backlog)
    assert sum(map(len, first)) <= RELAY_BYTES_MAX
    place.pass_time(10 * RELAY_TICKS)
    pieces = place.sent_to("sbp")
    assert [envelope for piece in pieces for envelope in piece] == backlog
    assert all(sum(map(len, piece)) <= RELAY_BYTES_MAX for piece in pieces)


@pytest.mark.parametrize(
    ("sizes", "groups"),
    [
        ([], []),
        ([3], [1]),
        ([4, 4, 4], [2, 1]),
        ([8, 1], [1, 1]),
        ([1, 99, 1], [1, 1, 1]),
    ],
)
def test_a_frame_holds_at_most_so_many_bytes_unless_one_alone_is_longer(
    sizes: list[int], groups: list[int]
) -> None:
    envelopes = [bytes(size) for size in sizes]
    made: list[tuple[bytes, ...]] = list(chunks(envelopes, 8))
    assert [len(group) for group in made] == groups
    assert [each for group in made for each in group] == envelopes
