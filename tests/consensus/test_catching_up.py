"""What a lagging node takes for final from anybody who proves it, and what it is sent."""

from collections.abc import Sequence
from itertools import pairwise

import pytest
from msgspec.structs import replace

from amanat.consensus import catching_up
from amanat.consensus.following import REFUSALS_MAX
from amanat.consensus.log import ENTRIES_MAX
from amanat.consensus.log_entry import Entry, Snapshot
from amanat.consensus.messages import (
    Append,
    AppendRefused,
    AppendReply,
    AskFinal,
    Finalized,
    OfferSnapshot,
)
from amanat.consensus.statements import (
    SIGNATURES_MAX,
    AuthoritySignature,
    CommitCertificate,
)
from amanat.ledger.authorities import QuorumRule
from amanat.ledger.encoding import EncodingError, decode, encode
from tests.consensus.deciding import COMPLETES, change_to
from tests.consensus.network import TIMING, Network, Node, follower, leading
from tests.consensus.register import Disk
from tests.consensus.signing import (
    GENESIS,
    LEADER,
    LOG,
    THREE,
    append,
    authority_set,
    block_after,
    commit_certificate,
    extended,
    leader_certificate,
)

STRANGER = AuthoritySignature("stranger", bytes(64))


def padded(certificate: CommitCertificate) -> CommitCertificate:
    return replace(certificate, acks=(*certificate.acks, STRANGER))


def test_final_blocks_are_taken_from_anybody_with_a_certificate() -> None:
    it = follower()
    it.answers("sbp", Finalized(1, tuple(LOG), commit_certificate(THREE), 3))
    assert (it.commit_height, it.faults) == (3, [])


def test_no_certificate_is_kept_with_a_signature_that_nobody_checked() -> None:
    """Others would refuse it from this node, and so would whoever gets a proof with it."""
    it = follower()
    it.answers("sbp", Finalized(1, tuple(LOG), padded(commit_certificate(THREE)), 3))
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


def test_nor_by_two_thirds_where_the_certificate_is_of_a_block_that_is_not_there_yet() -> None:
    network = Network(authority_set(quorum=4, rule=QuorumRule.TWO_THIRDS))
    network.elect("mof")
    network.cut = {"cdc"}
    for number in range(4):
        network.propose("mof", b"%d" % number)
        network.settle()
    it = network["cdc"]
    (sent,) = network["mof"].answers("cdc", AskFinal(1, 1))
    assert isinstance(sent, Finalized)
    assert sent.certificate.block.height > sent.entries[-1].block.height
    it.answers("sbp", replace(sent, certificate=padded(sent.certificate)))
    assert it.commit_height == 0
    assert [peer for peer, _ in it.faults] == ["sbp"]
    it.answers("sbp", sent)
    assert it.commit_height == sent.entries[-1].block.height


def test_by_two_thirds_who_lost_the_child_of_the_last_final_block_learns_its_certificate() -> None:
    """Whoever has neither can show no candidate's certificate, and elects nobody."""
    network = Network(authority_set(quorum=4, rule=QuorumRule.TWO_THIRDS))
    network.elect("mof")
    network.propose("mof", b"one")
    network.settle()
    it = network["cdc"]
    final = it.disk.log[it.commit_height - 1].block
    child = it.disk.log[it.commit_height]
    assert child.parent_certificate is not None
    assert child.parent_certificate.block == final
    del it.disk.log[final.height :]
    it.start()
    assert (it.commit_height, it.core.status.certified_height) == (final.height, final.height - 1)
    leader = network["mof"].elected[0]
    it.answers("mof", append(leader, final, [], child.parent_certificate))
    assert it.core.status.certified_height == final.height


OLD_SET = authority_set(quorum=4, rule=QuorumRule.TWO_THIRDS)
NEW_SET = authority_set(
    custodian=("bank-a", "bank-c", "bank-d", "cdc"), quorum=5, rule=QuorumRule.TWO_THIRDS
)
OF_OLD = ("bank-a", "bank-b", "mof", "sbp")
OF_BOTH = ("bank-a", "bank-b", "bank-c", "bank-d", "mof", "sbp")
ELECTED = leader_certificate("mof", 1, GENESIS, OF_OLD)
CHANGING = extended(GENESIS, ELECTED, b"opening", change_to(NEW_SET), b"three")
NEXT = block_after(CHANGING[-1].block, 1, b"four")
"""Of which nobody who lacks it knows whether it completes the change."""


@pytest.mark.parametrize(
    ("signers", "known", "is_taken"),
    [
        ("bank-a bank-b mof sbp", 0, False),
        ("bank-a bank-b mof sbp", 2, False),
        ("bank-a bank-c bank-d mof sbp", 0, False),
        ("bank-a bank-c bank-d mof sbp", 2, True),
        ("bank-a bank-b bank-c bank-d mof sbp", 0, True),
    ],
)
def test_by_two_thirds_nothing_is_final_during_a_change_without_those_to_come(
    signers: str, known: int, is_taken: bool
) -> None:
    """Once it is complete they elect alone, and perhaps one that completed it in an earlier term.

    Whoever does not know yet that the change is final needs those before as well.
    """
    parents = [None, *(commit_certificate(each.block, OF_OLD) for each in CHANGING[:-1])]
    blocks = [
        replace(each, parent_certificate=parent)
        for each, parent in zip(CHANGING, parents, strict=True)
    ]
    it = Node("cdc", OLD_SET, Disk())
    if known:
        proof = commit_certificate(CHANGING[known].block, OF_BOTH)
        it.answers("bank-a", Finalized(1, tuple(blocks[:known]), proof, known))
    assert it.commit_height == known
    certificate = commit_certificate(NEXT, signers.split())
    it.answers("sbp", Finalized(1, tuple(blocks[known:]), certificate, 3))
    assert it.commit_height == (3 if is_taken else known)
    assert [peer for peer, _ in it.faults] == ([] if is_taken else ["sbp"])


def test_no_change_is_completed_by_a_certificate_with_a_signature_of_a_stranger() -> None:
    """It would stand in the chain for ever, and in every proof of who decides."""
    start = extended(GENESIS, LEADER, b"one", change_to(authority_set(custodian=("bank-a", "cdc"))))
    genuine = commit_certificate(start[-1].block)
    (end,) = extended(start[-1].block, LEADER, COMPLETES)
    for certificate, height in ((padded(genuine), 0), (genuine, 3)):
        it = follower()
        blocks = (*start, replace(end, change_certificate=certificate))
        it.answers("mof", Finalized(1, blocks, commit_certificate(end.block), 3))
        assert it.commit_height == height, it.faults


def test_certificates_have_no_more_signatures_than_two_authority_sets() -> None:
    most = replace(commit_certificate(THREE), acks=(STRANGER,) * SIGNATURES_MAX)
    decode(encode(most), CommitCertificate)
    with pytest.raises(EncodingError):
        decode(encode(replace(most, acks=(*most.acks, STRANGER))), CommitCertificate)


# --- what it is sent ---


def holding(blocks: Sequence[Entry], certified: int) -> Node:
    """sbp holds these blocks; of one alone it has a certificate, which is the last's."""
    it = follower(name="sbp")
    it.answers("mof", append(LEADER, GENESIS, blocks, commit_certificate(blocks[certified].block)))
    assert it.commit_height == certified + 1
    return it


LONG = extended(GENESIS, LEADER, *(b"%d" % number for number in range(100)))
SIZE = LONG[-1].size


def test_where_the_next_certificate_is_far_the_answer_is_still_bounded(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(catching_up, "BYTES_MAX", 5 * SIZE)
    monkeypatch.setattr(catching_up, "BYTES_LIMIT", 20 * SIZE)
    it = holding(LONG, 99)
    (sent,) = it.answers("cdc", AskFinal(1, 98))
    assert isinstance(sent, Finalized)
    assert len(sent.entries) == 3
    (sent,) = it.answers("cdc", AskFinal(1, 83))
    assert isinstance(sent, Finalized), "further than usual, but not too far"
    assert len(sent.entries) == 18
    read: list[Entry] = []
    entries = it.disk.entries

    def counted(first: int, last: int, bytes_max: int) -> Sequence[Entry]:
        read.extend(entries(first, last, bytes_max))
        return entries(first, last, bytes_max)

    monkeypatch.setattr(it.disk, "entries", counted)
    (sent,) = it.answers("cdc", AskFinal(1, 2))
    assert isinstance(sent, OfferSnapshot)
    assert len(read) < 40
    assert sent.snapshot.block == LONG[-1].block


def test_by_two_thirds_every_stretch_is_proved_by_what_its_blocks_carry(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    network = Network(authority_set(quorum=4, rule=QuorumRule.TWO_THIRDS))
    network.elect("mof")
    for number in range(20):
        network.propose("mof", b"%d" % number)
        network.settle()
    size = network["mof"].disk.log[-1].size
    monkeypatch.setattr(catching_up, "BYTES_MAX", 5 * size)
    it = Node("cdc", network.authorities, Disk())
    while it.commit_height < 18:
        (sent,) = network["sbp"].answers("cdc", AskFinal(1, it.commit_height + 1))
        assert isinstance(sent, Finalized)
        assert len(sent.entries) <= 5
        before = it.commit_height
        it.answers("sbp", sent)
        assert it.commit_height > before
    assert it.faults == []


# --- an archive ---


def test_an_archive_that_is_offered_snapshots_asks_everybody_only_now_and_then(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Each of them may answer with an offer again: else every round would be longer."""
    it = follower()
    monkeypatch.setattr(it.application, "begin", lambda _: False)  # as an archive does
    lineage = encode([entry.payload for entry in LONG])
    snapshot = Snapshot(LONG[-1], commit_certificate(LONG[-1].block), lineage)
    sent = [each for _ in range(9) for each in it.answers("mof", OfferSnapshot(1, snapshot))]
    assert sent == [AskFinal(0, 1)] * 4
    it.tick(TIMING.election)
    assert it.answers("mof", OfferSnapshot(1, snapshot)) == [AskFinal(0, 1)] * 4


# --- an election that could not be checked at first ---


def test_no_block_opens_a_term_by_a_vote_of_a_stranger_though_its_leader_is_followed() -> None:
    """Whoever holds what the leader was elected on would refuse that block for ever."""
    genuine = leader_certificate("mof", 2, THREE)
    false = replace(genuine, votes=(*genuine.votes, STRANGER))
    for certificate, height in ((false, 3), (genuine, 4)):
        it = follower()
        opening = extended(THREE, certificate, b"opening")
        it.answers("mof", append(certificate, THREE, []))
        assert it.leader == "mof"
        it.answers("mof", append(certificate, GENESIS, [*LOG, *opening]))
        assert it.last.height == height, it.faults


def test_who_is_sent_nothing_that_goes_on_from_its_log_asks_everybody_else() -> None:
    it = follower(LOG[:1])
    far = append(LEADER, LOG[2].block)
    for _ in range(REFUSALS_MAX - 1):
        assert [type(each) for each in it.answers("mof", far)] == [AppendRefused]
    assert it.answers("mof", far)[1:] == [AskFinal(1, 1)] * 4
    it.answers("mof", append(LEADER, LOG[0].block, LOG[1:]))
    assert [type(each) for each in it.answers("mof", far)] == [AppendReply]


def test_who_is_shown_a_certificate_and_never_the_blocks_asks_everybody_else() -> None:
    """Its leader goes back to where the logs agree, and then sends nothing from there on."""
    it = follower(LOG[:1])
    shown = commit_certificate(THREE)
    turns = append(LEADER, THREE, [], shown), append(LEADER, LOG[0].block, [], shown)
    for number in range(REFUSALS_MAX - 1):
        assert len(it.answers("mof", turns[number % 2])) == 1
    assert it.answers("mof", turns[1]).count(AskFinal(1, 1)) == 4


def test_who_is_sent_a_block_now_and_then_asks_nobody() -> None:
    it = follower(LOG[:1])
    shown = commit_certificate(THREE)
    for held in (0, 1):
        for _ in range(REFUSALS_MAX - 1):
            assert len(it.answers("mof", append(LEADER, LOG[held].block, [], shown))) == 1
        it.answers("mof", append(LEADER, LOG[held].block, [LOG[held + 1]], shown))
    assert it.commit_height == 3
