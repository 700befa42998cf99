"""What a lagging node takes for final from anybody who proves it."""

from itertools import pairwise

from msgspec.structs import replace

from amanat.consensus.log import ENTRIES_MAX
from amanat.consensus.messages import Append, Finalized
from amanat.consensus.statements import AuthoritySignature
from tests.consensus.network import TIMING, follower, leading
from tests.consensus.signing import LOG, THREE, commit_certificate


def test_final_blocks_are_taken_from_anybody_with_a_certificate() -> None:
    it = follower()
    it.answers("sbp", Finalized(1, tuple(LOG), commit_certificate(THREE), 3))
    assert (it.commit_height, it.faults) == (3, [])


def test_no_certificate_is_kept_with_a_signature_that_nobody_checked() -> None:
    """Others would refuse it from this node, and so would whoever gets a proof with it."""
    it = follower()
    genuine = commit_certificate(THREE)
    stranger = AuthoritySignature("stranger", bytes(64))
    padded = replace(genuine, acks=(*genuine.acks, stranger))
    it.answers("sbp", Finalized(1, tuple(LOG), padded, 3))
    assert it.commit_height == 0
    assert [peer for peer, _ in it.faults] == ["sbp"]


def test_who_catches_up_learns_on_the_way_what_of_it_is_final() -> None:
    network = leading("mof")
    network.cut = {"cdc"}
    for _ in range(2 * ENTRIES_MAX):
        network.propose("mof")
        network.settle()
    network.cut = set()
    network.tick("mof", TIMING.heartbeat)
    network.settle()
    network.heartbeat("mof")
    finals = [commit.block.height for commit in network["cdc"].finals]
    assert network["cdc"].commit_height == 2 * ENTRIES_MAX + 1
    gaps = [high - low for low, high in pairwise(finals)]
    assert max(gaps) <= ENTRIES_MAX


def test_a_message_holds_a_bounded_number_of_entries_however_small() -> None:
    network = leading("mof")
    network.cut = {"cdc"}
    for _ in range(2 * ENTRIES_MAX):
        network.propose("mof", b"")
    network.settle()
    network.cut = set()
    network.heartbeat("mof")
    network.heartbeat("mof")
    sizes = [
        len(letter.message.entries)
        for letter in network.delivered
        if letter.to == "cdc" and isinstance(letter.message, Append)
    ]
    assert max(sizes) == ENTRIES_MAX
    assert network["cdc"].last == network["mof"].last
