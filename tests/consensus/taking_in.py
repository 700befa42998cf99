"""A node that takes in a snapshot, and a network in which one must."""

from typing import Any

from msgspec.structs import replace

from amanat.consensus.interface import Forget
from amanat.consensus.log_entry import Entry, Snapshot
from amanat.consensus.messages import (
    AskPiece,
    OfferSnapshot,
    Piece,
)
from amanat.ledger.authorities import QuorumRule
from amanat.ledger.encoding import encode
from tests.consensus.network import Network, Node, follower
from tests.consensus.signing import (
    GENESIS,
    LEADER,
    authority_set,
    commit_certificate,
    extended,
)

BLOCKS = extended(GENESIS, LEADER, b"opening", b"two", b"three", b"four", b"five")
LAST = BLOCKS[-1].block
LINEAGE = encode([entry.payload for entry in BLOCKS])


def offer(entry: Entry = BLOCKS[-1], **changes: Any) -> OfferSnapshot:
    """The offer of the state after a block, or a false one."""
    snapshot = Snapshot(entry, commit_certificate(entry.block), LINEAGE)
    return OfferSnapshot(1, replace(snapshot, **changes))


def piece(number: int) -> Piece:
    return Piece(1, LAST.height, number.to_bytes(8, "big"), encode(BLOCKS[number]))


def asked(number: int, term: int = 0) -> AskPiece:
    return AskPiece(term, LAST.height, number.to_bytes(8, "big"))


def taking(pieces: int = 0) -> Node:
    """cdc takes in the state after the last block, which mof offered, and has so many pieces."""
    it = follower()
    assert it.answers("mof", offer()) == [asked(0)]
    for number in range(pieces):
        it.answers("mof", piece(number))
    assert it.faults == []
    return it


def left_behind(rule: QuorumRule = QuorumRule.MAJORITY) -> Network:
    """cdc holds the first block alone; all others have forgotten what is before the last."""
    quorum = 4 if rule is QuorumRule.TWO_THIRDS else 3
    network = Network(authority_set(quorum=quorum, rule=rule))
    network.elect("mof")
    network.cut = {"cdc"}
    for number in range(5):
        network.propose("mof", b"%d" % number)
        network.settle()
    for name in network.nodes.keys() - network.cut:
        network.step(name, Forget(network[name].commit_height))
    network.settle()
    network.cut = set()
    return network


def caught_up(network: Network, name: str = "cdc") -> Node:
    """Let the leader send heartbeats until the node has its snapshot, and start it anew."""
    for _ in range(30):
        network.heartbeat("mof")
        if network[name].installs:
            network[name].start()
            network.heartbeat("mof")
            return network[name]
    raise AssertionError("no snapshot was taken in")
