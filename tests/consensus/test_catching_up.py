"""What a lagging node takes for final from anybody who proves it."""

from msgspec.structs import replace

from amanat.consensus.messages import Finalized
from amanat.consensus.statements import AuthoritySignature
from tests.consensus.network import follower
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
