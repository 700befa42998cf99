"""Blocks that no honest leader makes: each kind of lie that a block can hold."""

from collections.abc import Callable
from typing import Final

from msgspec.structs import replace

from amanat.ledger.blocks import Block
from amanat.ledger.encoding import encode
from amanat.ledger.operations import Transfer
from tests.ledger import world


def _flipped(data: bytes) -> bytes:
    return data[:-1] + bytes([data[-1] ^ 1])


def _header(block: Block, **fields: object) -> Block:
    return replace(block, header=replace(block.header, **fields))


def _another_state(block: Block) -> Block:
    return _header(block, state_root=_flipped(block.header.state_root))


def _another_outcome(block: Block) -> Block:
    return _header(block, transactions_root=_flipped(block.header.transactions_root))


def _another_time(block: Block) -> Block:
    return _header(block, time=1)


def _another_configuration(block: Block) -> Block:
    return _header(block, configuration=bytes(32))


def _another_chain(block: Block) -> Block:
    return _header(block, chain=bytes(32))


def _another_proposer(block: Block) -> Block:
    return _header(block, proposer="somebody-else")


def _overdraft(block: Block) -> Block:
    """An account gives what it does not have, and the block's roots do not say so."""
    writer = world.Writer(block.header.chain, first=block.header.height * 7_919)
    envelope = writer.sign(["alpha"], Transfer("alpha", "beta", world.RUPEE, 2**62))
    return replace(block, transactions=(*block.transactions, envelope))


def _forged(block: Block) -> Block:
    """A transaction that is not signed by whom it names."""
    writer = world.Writer(block.header.chain, first=block.header.height * 7_919)
    envelope = writer.sign(["alpha"], Transfer("alpha", "beta", world.RUPEE, 1))
    return replace(block, transactions=(*block.transactions, _flipped(envelope)))


def _expired(block: Block) -> Block:
    writer = world.Writer(block.header.chain, valid_until=1, first=block.header.height * 7_919)
    envelope = writer.sign(["alpha"], Transfer("alpha", "beta", world.RUPEE, 1))
    return replace(block, transactions=(*block.transactions, envelope))


def _repeated(block: Block) -> Block:
    """Each transaction twice; an empty block gets a new one twice."""
    twice = block.transactions or _overdraft(block).transactions
    return replace(block, transactions=(*twice, *twice))


def _too_many(block: Block) -> Block:
    one = _overdraft(block).transactions
    return replace(block, transactions=one * 5_000)


def _garbage(block: Block) -> Block:
    return replace(block, transactions=(*block.transactions, b"garbage"))


FALSE_BLOCKS: Final[dict[str, Callable[[Block], Block]]] = {
    "another state": _another_state,
    "another outcome": _another_outcome,
    "a time before its parent's": _another_time,
    "another configuration": _another_configuration,
    "another chain": _another_chain,
    "another proposer": _another_proposer,
    "a double spend": _overdraft,
    "a forged signer": _forged,
    "an expired transaction": _expired,
    "a transaction twice": _repeated,
    "more than a block may hold": _too_many,
    "garbage": _garbage,
}


def false_payload(kind: str, block: Block) -> tuple[bytes, bytes]:
    """Return the payload and the digest of a block like this one, with a lie of that kind."""
    false = FALSE_BLOCKS[kind](block)
    assert encode(false) != encode(block)
    return encode(false), false.header.digest()
