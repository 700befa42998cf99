"""What waits is handed to whoever leads, and again when that may have failed."""

import asyncio
from dataclasses import dataclass
from typing import cast

import pytest

from amanat.ledger.transactions import CheckedTransaction
from amanat.node.driver import Driver
from amanat.node.forwarder import RETRY_TICKS, Forwarder, chunks
from amanat.node.peer_frames import Forward
from amanat.node.pool import Pool
from tests.ledger.desk import opened
from tests.ledger.world import Writer, rupee


@dataclass
class Standing:
    leader: str | None


class Place:
    """A forwarder of the node `cdc`, and what it sent."""

    def __init__(self, leader: str | None) -> None:
        self.status = Standing(leader)
        self.pool = Pool()
        self.sent: list[tuple[str, tuple[bytes, ...]]] = []
        self.forwarder = Forwarder(
            name="cdc", driver=cast(Driver, self), pool=self.pool, send=self._send
        )
        self._writer = Writer(bytes(32))

    def _send(self, to: str, frame: Forward) -> None:
        self.sent.append((to, frame.transactions))

    def waits(self) -> CheckedTransaction:
        transaction = opened(self._writer.sign(["sbp"], rupee()))
        self.pool.add(transaction)
        return transaction


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
    place.status.leader = "sbp"
    place.forwarder.leader_changed()
    assert place.sent == [("sbp", tuple(waiting))]


async def test_what_still_waits_is_sent_again_after_a_while() -> None:
    place = Place("mof")
    envelope = place.waits().envelope
    for _ in range(RETRY_TICKS - 1):
        place.forwarder.tick()
    assert place.sent == []
    place.forwarder.tick()
    assert place.sent == [("mof", (envelope,))]
    for _ in range(RETRY_TICKS):
        place.forwarder.tick()
    assert len(place.sent) == 2


async def test_what_stands_in_a_block_is_not_sent_again() -> None:
    place = Place("mof")
    transaction = place.waits()
    place.pool.placed([transaction.id])
    for _ in range(2 * RETRY_TICKS):
        place.forwarder.tick()
    assert place.sent == []


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
