"""What a leader offers is held against it, and against nobody else."""

import pytest
from msgspec.structs import replace

from amanat.consensus.evidence import (
    Evidence,
    InvalidBlock,
    SignedOffer,
    UnelectedLeader,
    is_proven,
)
from amanat.consensus.log_entry import Entry
from amanat.consensus.messages import Append
from amanat.consensus.statements import BlockId, LeaderCertificate, Offer
from amanat.ledger.encoding import decode, encode
from tests.consensus.deciding import change_to
from tests.consensus.network import Node, follower, leading, says_so
from tests.consensus.signing import (
    CHAIN,
    CUSTODIAN,
    GENESIS,
    LEADER,
    LOG,
    ONE,
    TWO,
    append,
    authority_set,
    commit_certificate,
    configuration,
    entry_after,
    leader_certificate,
    offer_of,
    signatures,
    signer,
)

AUTHORITIES = configuration()
BAD = entry_after(TWO, LEADER, b"invalid")
CHANGE = entry_after(ONE, LEADER, change_to(authority_set(quorum=4)))


def signed(offer: Offer, by: str = "mof") -> SignedOffer:
    return SignedOffer(offer, signer(by)(offer.message()))


def unelected(
    entry: Entry, previous: BlockId, certificate: LeaderCertificate | None
) -> UnelectedLeader:
    return UnelectedLeader(
        entry.proposer, signed(offer_of(previous, entry), entry.proposer), certificate
    )


def without_certificate() -> UnelectedLeader:
    entry = replace(entry_after(TWO, leader_certificate("sbp", 2, TWO)), leader_certificate=None)
    return unelected(entry, TWO, None)


def elected_by(*voters: str, forged: int = 0) -> UnelectedLeader:
    good = leader_certificate("sbp", 2, TWO, sorted(voters))
    votes = signatures(b"something else", voters[:forged]) + good.votes[forged:]
    certificate = replace(good, votes=votes)
    return unelected(entry_after(TWO, certificate), TWO, certificate)


def opened(certificate: LeaderCertificate) -> UnelectedLeader:
    """A block of sbp that opens term 2 after TWO and carries this certificate."""
    entry = entry_after(TWO, replace(certificate, candidate="sbp", term=2))
    return unelected(replace(entry, leader_certificate=certificate), TWO, certificate)


def needless() -> UnelectedLeader:
    entry = replace(entry_after(TWO, LEADER), leader_certificate=LEADER)
    return unelected(entry, TWO, LEADER)


PROVEN: dict[str, Evidence] = {
    "a block that does not execute": InvalidBlock("mof", signed(offer_of(TWO, BAD)), BAD.payload),
    "no certificate": without_certificate(),
    "too few voters": elected_by("mof", "sbp"),
    "no sovereign voter": elected_by(*CUSTODIAN),
    "a forged vote": elected_by("cdc", "mof", "sbp", forged=1),
    "a quorum, and a forged vote beside it": elected_by("bank-a", "cdc", "mof", "sbp", forged=1),
    "another's certificate": opened(leader_certificate("mof", 2, TWO)),
    "a certificate of another term": opened(leader_certificate("sbp", 3, TWO)),
    "a certificate of another log": opened(leader_certificate("sbp", 2, ONE)),
    "a certificate where none may be": needless(),
}

GOOD = entry_after(TWO, leader_certificate("sbp", 2, TWO))

NOT_PROVEN: dict[str, Evidence] = {
    "a block that executes": InvalidBlock("mof", signed(offer_of(ONE, LOG[1])), LOG[1].payload),
    "another payload than was offered": InvalidBlock(
        "mof", signed(offer_of(ONE, LOG[1])), b"invalid"
    ),
    "an offer of another": InvalidBlock("mof", signed(offer_of(TWO, BAD), "sbp"), BAD.payload),
    "a proposal taken for an offer": InvalidBlock(
        "mof", SignedOffer(offer_of(TWO, BAD), BAD.signature), BAD.payload
    ),
    "an offer to other authorities": InvalidBlock(
        "mof",
        signed(offer_of(TWO, BAD, authority_set(quorum=4))),
        BAD.payload,
    ),
    "a leader that was elected": unelected(GOOD, TWO, GOOD.leader_certificate),
    "one whose certificate is kept back": unelected(GOOD, TWO, None),
    "one whose certificate was exchanged": unelected(
        GOOD, TWO, leader_certificate("sbp", 2, TWO, CUSTODIAN)
    ),
    "a later block of the term": unelected(LOG[1], ONE, None),
    "a stranger": replace(without_certificate(), authority="stranger"),
}


@pytest.mark.parametrize("what", PROVEN)
def test_what_no_honest_leader_offers_is_proven_to_anyone(what: str) -> None:
    evidence = PROVEN[what]
    assert is_proven(evidence, CHAIN, AUTHORITIES, says_so)
    assert decode(encode(evidence), Evidence) == evidence  # type: ignore[arg-type]
    assert not is_proven(evidence, bytes(32), AUTHORITIES, says_so)


@pytest.mark.parametrize("what", NOT_PROVEN)
def test_what_an_honest_leader_may_offer_proves_nothing(what: str) -> None:
    assert not is_proven(NOT_PROVEN[what], CHAIN, AUTHORITIES, says_so)


def test_who_cannot_execute_a_block_takes_nobodys_word_for_it() -> None:
    assert not is_proven(PROVEN["a block that does not execute"], CHAIN, AUTHORITIES)


# --- what a node notices ---


def test_a_block_that_does_not_execute_is_noticed_once_what_it_follows_is_final() -> None:
    it = follower()
    it.answers("mof", append(LEADER, GENESIS, LOG[:2]))
    it.answers("mof", append(LEADER, TWO, [BAD]))
    assert it.evidence == [], "nobody could execute it again if this came to nothing"
    it.answers("mof", append(LEADER, ONE, LOG[1:3], commit_certificate(TWO)))
    (evidence,) = it.evidence
    assert evidence == PROVEN["a block that does not execute"]


def test_what_follows_a_block_that_came_to_nothing_is_forgotten() -> None:
    it = follower()
    it.answers("mof", append(LEADER, GENESIS, LOG[:2]))
    it.answers("mof", append(LEADER, TWO, [BAD]))
    leader = leader_certificate("sbp", 2, ONE)
    other = entry_after(ONE, leader, b"another way")
    it.answers("sbp", append(leader, ONE, [other], commit_certificate(ONE)))
    it.answers("sbp", append(leader, other.block, [], commit_certificate(other.block)))
    assert (it.commit_height, it.evidence) == (2, [])


@pytest.mark.parametrize("what", ["too few voters", "a forged vote"])
def test_who_offers_a_block_without_having_been_elected_is_noticed(what: str) -> None:
    evidence = PROVEN[what]
    assert isinstance(evidence, UnelectedLeader)
    certificate = evidence.certificate
    assert certificate is not None
    it = follower(log=LOG[:2])
    assert it.answers("sbp", append(certificate, TWO, [entry_after(TWO, certificate)])) == []
    assert it.evidence == [evidence]


def unelected_by_those_to_come() -> tuple[Node, UnelectedLeader]:
    """A node that holds a change which is not final, and what sbp offers it after that, unelected.

    Whose quorum would elect it follows from the change; who does not hold that cannot tell.
    """
    it = follower(log=[LOG[0], CHANGE])
    certificate = leader_certificate("sbp", 2, CHANGE.block, ["mof", "sbp"])
    entry = entry_after(CHANGE.block, certificate)
    joint = it.application.configuration(2)
    assert joint is not None
    assert joint.is_joint
    offer = signed(replace(offer_of(CHANGE.block, entry), electorate=joint.digest()), "sbp")
    message = append(certificate, CHANGE.block, [entry])
    assert it.answers("sbp", replace(message, offers=(offer.signature,))) == []
    return it, UnelectedLeader("sbp", offer, certificate)


def test_whom_those_to_come_did_not_elect_is_noticed_once_the_change_is_final() -> None:
    it, evidence = unelected_by_those_to_come()
    assert it.evidence == [], "nobody could check it if the change came to nothing"
    it.answers("mof", append(LEADER, CHANGE.block, [], commit_certificate(CHANGE.block)))
    assert it.evidence == [evidence]


def test_whom_those_did_not_elect_who_never_came_is_forgotten() -> None:
    it, _ = unelected_by_those_to_come()
    leader = leader_certificate("bank-a", 3, ONE)
    other = entry_after(ONE, leader, b"another way")
    it.answers("bank-a", append(leader, ONE, [other]))
    it.answers("bank-a", append(leader, other.block, [], commit_certificate(other.block)))
    assert (it.commit_height, it.evidence) == (2, [])


def test_a_leader_whose_first_block_shows_no_certificate_is_noticed() -> None:
    it = follower(log=LOG[:2])
    leader = leader_certificate("sbp", 2, TWO)
    bare = replace(entry_after(TWO, leader), leader_certificate=None)
    it.answers("sbp", append(leader, TWO, [bare]))
    assert it.evidence == [without_certificate()]


@pytest.mark.parametrize("payload", [b"opening", b"invalid"])
def test_a_block_that_its_leader_does_not_offer_is_refused_and_held_against_nobody(
    payload: bytes,
) -> None:
    entry = entry_after(GENESIS, LEADER, payload)
    good = append(LEADER, GENESIS, [entry])
    for offers in ((), (bytes(64),), good.offers * 2, (entry.signature,)):
        it = follower()
        assert it.answers("mof", replace(good, offers=offers)) == []
        assert it.faults == [("mof", "block 1: mof does not sign what it offers")]
        assert (it.last, it.evidence) == (GENESIS, [])


def test_a_block_sent_on_by_a_later_leader_is_held_against_nobody() -> None:
    it = follower(log=LOG[:1])
    leader = leader_certificate("sbp", 2, TWO)
    tampered = replace(LOG[1], payload=b"invalid")
    message = append(leader, ONE, [tampered])
    assert message.offers == ()
    assert it.answers("sbp", message) == []
    assert [peer for peer, _ in it.faults] == ["sbp"]
    assert it.evidence == []


def test_a_leader_offers_each_block_of_its_own_to_everybody() -> None:
    network = leading("mof")
    network.propose("mof", b"x")
    network.settle()
    sent = [letter.message for letter in network.delivered if isinstance(letter.message, Append)]
    own = [message for message in sent if message.entries]
    assert own
    assert all(len(message.offers) == len(message.entries) for message in own)
