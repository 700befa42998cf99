"""Between consensus and ledger: blocks that agree go in, and whoever watches is told."""

from collections.abc import Callable, Iterable
from typing import Final

import msgspec
import pytest

from amanat.consensus.log_entry import Entry
from amanat.consensus.statements import BlockId
from amanat.ledger.blocks import Block, BlockHeader
from amanat.ledger.encoding import decode, encode
from amanat.ledger.identifiers import Digest
from amanat.node.application import LedgerApplication, header_fault
from tests.consensus.register import Disk, Register
from tests.consensus.signing import authority_set
from tests.ledger.desk import NEVER, opened
from tests.ledger.world import START, NoHistory, chain
from tests.node.history import History, market_history

HISTORY: Final = market_history()
ENTRIES, BLOCKS = HISTORY.entries, HISTORY.blocks
OTHER: Final = bytes(31) + b"\x01"


class Observer:
    """Writes down what it is told."""

    def __init__(self) -> None:
        self.told: list[tuple[str, tuple[Digest, ...]]] = []

    def placed(self, transactions: Iterable[Digest]) -> None:
        self.told.append(("placed", tuple(transactions)))

    def displaced(self, transactions: Iterable[Digest]) -> None:
        self.told.append(("displaced", tuple(transactions)))


class Follower:
    """A node's ledger that starts at genesis."""

    def __init__(self, latest: int = NEVER) -> None:
        self.chain = chain(HISTORY.document)
        self.observer = Observer()
        self.latest = latest
        self.application = LedgerApplication(
            self.chain,
            states=Register(Disk(), authority_set()),
            history=NoHistory(),
            latest=lambda: self.latest,
            observer=self.observer,
        )

    def extend(self, *entries: Entry) -> None:
        for entry in entries:
            assert self.application.extend(entry) is None


def replaced(entry: Entry, **fields: object) -> Entry:
    """Return the entry with other fields; the block's place is given as `term`, `height` or so."""
    place = {name: fields.pop(name) for name in ("term", "height", "digest") if name in fields}
    block: BlockId = msgspec.structs.replace(entry.block, **place)
    return msgspec.structs.replace(entry, block=block, **fields)


# What is executed.


def test_blocks_that_agree_move_the_tip_and_their_transactions_are_told() -> None:
    follower = Follower()
    follower.extend(*ENTRIES)
    assert follower.chain.tip.digest == BLOCKS[-1].digest
    assert follower.chain.tip.tree.root == BLOCKS[-1].tree.root
    assert follower.observer.told == [("placed", block.ids) for block in BLOCKS]


def test_what_is_truncated_is_told_block_by_block() -> None:
    follower = Follower()
    follower.extend(*ENTRIES[:5])
    follower.observer.told.clear()
    follower.application.truncate(3)
    assert follower.chain.tip.height == 3
    assert follower.observer.told == [("displaced", block.ids) for block in BLOCKS[3:5]]
    follower.application.truncate(3)
    assert len(follower.observer.told) == 2
    follower.extend(*ENTRIES[3:5])
    assert follower.chain.tip.digest == BLOCKS[4].digest


def test_a_leader_moves_the_tip_to_its_own_block_and_its_transactions_are_told() -> None:
    follower = Follower()
    follower.extend(ENTRIES[0])
    built = follower.chain.build(
        term=1,
        proposer="mof",
        time=START,
        leader_certificate=b"",
        candidates=[opened(envelope) for envelope in BLOCKS[1].block.transactions],
    ).block
    assert built.digest == BLOCKS[1].digest
    follower.application.append(built)
    assert follower.chain.tip.digest == built.digest
    assert follower.observer.told == [("placed", ()), ("placed", built.ids)]


@pytest.mark.parametrize("latest", [-1, 0])
def test_the_clock_is_asked_anew_for_every_block(latest: int) -> None:
    follower = Follower()
    follower.extend(ENTRIES[0])
    follower.latest = BLOCKS[1].block.header.time + latest
    fault = follower.application.extend(ENTRIES[1])
    assert (fault is None) == (latest == 0)


# What is refused.


def faults() -> dict[str, tuple[Entry, str]]:
    """Return entries that must not follow block 1, and what is said of them."""
    entry, block = ENTRIES[1], decode(ENTRIES[1].payload, Block)
    cut = entry.payload[:-1]
    root = msgspec.structs.replace(block.header, state_root=OTHER)
    executed_wrongly = encode(msgspec.structs.replace(block, header=root))
    return {
        "no block": (msgspec.structs.replace(entry, payload=cut), "the block is not a valid"),
        "another block": (
            msgspec.structs.replace(entry, payload=ENTRIES[2].payload),
            "its header's hash",
        ),
        "another place": (replaced(entry, height=3), "its header's height"),
        "another outcome": (
            replaced(entry, payload=executed_wrongly, digest=root.digest()),
            "its state re-executes to",
        ),
        "a later block": (ENTRIES[2], "it does not follow the tip at height 1"),
        "a block twice": (ENTRIES[0], "it does not follow the tip at height 1"),
    }


@pytest.mark.parametrize("case", faults())
def test_what_does_not_agree_moves_nothing_and_is_told_to_nobody(case: str) -> None:
    entry, said = faults()[case]
    follower = Follower()
    follower.extend(ENTRIES[0])
    fault = follower.application.extend(entry)
    assert fault is not None
    assert fault.reason.startswith(said)
    assert follower.chain.tip.digest == BLOCKS[0].digest
    assert follower.observer.told == [("placed", ())]
    assert follower.application.refused_height == (2 if fault.is_lasting else 0)
    follower.extend(ENTRIES[1])


# The header and the log entry.


def headers() -> list[tuple[Entry, BlockHeader]]:
    history = History(HISTORY.document)
    history.grow()
    history.grow()
    history.grow(term=4)
    return [
        (entry, block.block.header)
        for entry, block in zip(history.entries, history.blocks, strict=True)
    ]


def test_a_header_agrees_with_its_own_entry_and_no_other() -> None:
    pairs = headers()
    for number, (entry, _) in enumerate(pairs):
        agree = [header_fault(header, entry) is None for _, header in pairs]
        assert agree == [each == number for each in range(len(pairs))]


def mismatches() -> dict[str, Callable[[Entry], Entry]]:
    """For each thing that header and entry both say: how to make the entry say another."""
    return {
        "hash": lambda entry: replaced(entry, digest=OTHER),
        "term": lambda entry: replaced(entry, term=entry.block.term + 1),
        "height": lambda entry: replaced(entry, height=entry.block.height + 1),
        "parent": lambda entry: replaced(entry, parent=OTHER),
        "proposer": lambda entry: replaced(entry, proposer="sbp"),
    }


@pytest.mark.parametrize("name", mismatches())
def test_a_header_that_says_otherwise_than_its_entry_is_a_fault(name: str) -> None:
    for entry, header in headers():
        fault = header_fault(header, mismatches()[name](entry))
        assert fault == f"its header's {name} is not the log entry's"


def test_a_header_names_the_leader_certificate_that_its_entry_carries_and_no_other() -> None:
    pairs = headers()
    opening, second, later = (entry.leader_certificate for entry, _ in pairs)
    assert second is None
    for (entry, header), own in zip(pairs, (opening, second, later), strict=True):
        for carried in (opening, second, later):
            fault = header_fault(header, replaced(entry, leader_certificate=carried))
            assert fault == (
                None if carried == own else "its header's leader certificate is not the log entry's"
            )
