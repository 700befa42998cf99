"""Waiting for an outcome: everybody who waits is told, nobody waits for ever, nothing is left."""

import asyncio
from hashlib import sha256
from typing import Final

from amanat.node.finality import Finality

ONE: Final = sha256(b"one transaction").digest()
TWO: Final = sha256(b"another").digest()
LONG: Final = 10.0


async def waiting(finality: Finality, *transactions: bytes) -> list[asyncio.Task[bool]]:
    """Return tasks that wait for these by now."""
    tasks = [asyncio.create_task(finality.wait(each, LONG)) for each in transactions]
    await asyncio.wait(tasks, timeout=0)  # each runs to where it waits
    return tasks


async def test_everybody_who_waits_for_a_transaction_is_told() -> None:
    finality = Finality()
    tasks = await waiting(finality, ONE, ONE, ONE)
    finality.settle(ONE)
    assert await asyncio.gather(*tasks) == [True, True, True]


async def test_who_waits_for_another_transaction_is_not_told() -> None:
    finality = Finality()
    one, two = await waiting(finality, ONE, TWO)
    finality.settle(ONE)
    assert await one
    assert not two.done()
    finality.settle(TWO)
    assert await two


async def test_who_has_waited_long_enough_is_let_go() -> None:
    assert not await Finality().wait(ONE, 0)


async def test_one_who_is_let_go_or_gives_up_does_not_end_the_others_wait() -> None:
    finality = Finality()
    stays, gives_up = await waiting(finality, ONE, ONE)
    assert not await finality.wait(ONE, 0)
    gives_up.cancel()
    await asyncio.gather(gives_up, return_exceptions=True)
    assert gives_up.cancelled()
    assert not stays.done()
    finality.settle(ONE)
    assert await stays


async def test_settling_what_nobody_waits_for_does_nothing() -> None:
    finality = Finality()
    finality.settle(ONE)
    assert not await finality.wait(ONE, 0)


async def test_a_transaction_that_was_settled_can_be_waited_for_again() -> None:
    finality = Finality()
    for _ in range(2):
        (task,) = await waiting(finality, ONE)
        finality.settle(ONE)
        finality.settle(ONE)
        assert await task


async def test_nothing_is_kept_for_those_who_no_longer_wait() -> None:
    finality = Finality()
    gives_up, told = await waiting(finality, ONE, TWO)
    assert not await finality.wait(sha256(b"unheard of").digest(), 0)
    gives_up.cancel()
    finality.settle(TWO)
    await asyncio.gather(gives_up, told, return_exceptions=True)
    assert finality._waiters == {}


async def test_settling_what_somebody_is_just_giving_up_harms_nobody() -> None:
    for turns in range(4):  # of the event loop, between giving up and having given up
        finality = Finality()
        stays, gives_up = await waiting(finality, ONE, ONE)
        gives_up.cancel()
        for _ in range(turns):
            await asyncio.wait([stays], timeout=0)
        finality.settle(ONE)
        assert await stays
        await asyncio.gather(gives_up, return_exceptions=True)
