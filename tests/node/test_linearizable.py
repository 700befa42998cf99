"""Which reads may share a question to consensus, and what happens to lost answers."""

import asyncio

import pytest

from amanat.consensus.interface import Read, ReadIndex
from amanat.node.linearizable import ReadIndexes


class Consensus:
    """Notes what is asked."""

    def __init__(self) -> None:
        self.asked: list[int] = []
        self.indexes = ReadIndexes(self._ask, first=1)

    def _ask(self, read: Read) -> None:
        self.asked.append(read.number)

    def answer(self, number: int, height: int | None) -> None:
        self.indexes.found(ReadIndex(number, height))

    async def begin(self) -> "asyncio.Task[int | None]":
        reading = asyncio.create_task(self.indexes.height(60))
        await asyncio.sleep(0)
        return reading


async def test_a_read_gets_the_height_that_consensus_answers() -> None:
    consensus = Consensus()
    reading = await consensus.begin()
    consensus.answer(1, 7)
    assert await reading == 7


async def test_reads_that_begin_during_a_question_share_the_next_one() -> None:
    consensus = Consensus()
    first = await consensus.begin()
    others = [await consensus.begin() for _ in range(3)]
    assert consensus.asked == [1]
    consensus.answer(1, 7)
    assert consensus.asked == [1, 2]
    consensus.answer(2, 9)
    assert await first == 7
    assert [await other for other in others] == [9, 9, 9]


async def test_an_answer_to_a_question_that_was_not_asked_in_this_life_serves_no_read() -> None:
    consensus = Consensus()
    reading = await consensus.begin()
    for other in (0, 2):
        consensus.answer(other, 3)
    await asyncio.sleep(0)
    assert not reading.done()
    consensus.answer(1, 7)
    assert await reading == 7


async def test_an_answer_to_an_earlier_question_does_not_serve_a_later_read() -> None:
    consensus = Consensus()
    first = await consensus.begin()
    consensus.answer(1, 7)
    later = await consensus.begin()
    consensus.answer(1, 7)
    await asyncio.sleep(0)
    assert not later.done()
    consensus.answer(2, 9)
    assert (await first, await later) == (7, 9)


async def test_what_was_lost_is_asked_again_and_any_answer_since_serves() -> None:
    consensus = Consensus()
    reading = await consensus.begin()
    consensus.indexes.tick()
    consensus.indexes.tick()
    assert consensus.asked == [1, 2, 3]
    consensus.answer(2, 8)
    assert await reading == 8


async def test_without_a_leader_it_is_asked_again_at_the_next_tick() -> None:
    consensus = Consensus()
    reading = await consensus.begin()
    consensus.answer(1, None)
    consensus.indexes.tick()
    consensus.answer(2, 5)
    assert await reading == 5


async def test_when_nobody_reads_nothing_is_asked() -> None:
    consensus = Consensus()
    consensus.indexes.tick()
    consensus.answer(1, 5)
    assert consensus.asked == []


async def test_one_reader_that_gives_up_does_not_end_the_others_wait() -> None:
    consensus = Consensus()
    await consensus.begin()
    consensus.answer(1, 1)
    await consensus.begin()
    patient, hasty = await consensus.begin(), await consensus.begin()
    hasty.cancel()
    with pytest.raises(asyncio.CancelledError):
        await hasty
    consensus.answer(2, 2)
    consensus.answer(3, 3)
    assert await patient == 3


async def test_a_read_that_nobody_answers_ends_without_a_height() -> None:
    assert await Consensus().indexes.height(0.01) is None
