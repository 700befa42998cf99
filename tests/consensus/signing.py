"""The authorities of the consensus tests, and what they sign: true statements and forged ones."""

from collections.abc import Sequence
from functools import cache
from hashlib import sha256
from typing import Final

from nacl.signing import SigningKey

from amanat.consensus.evidence import payload_digest
from amanat.consensus.log_entry import Entry
from amanat.consensus.messages import Append, AppendReply, VoteReply
from amanat.consensus.statements import (
    Ack,
    AuthoritySignature,
    BlockId,
    CommitCertificate,
    LeaderCertificate,
    Offer,
    Proposal,
    SignedAck,
    Vote,
    genesis_id,
)
from amanat.ledger.authorities import Authority, AuthorityClass, AuthoritySet, QuorumRule
from amanat.ledger.configurations import Configuration
from amanat.ledger.crypto import Sign
from amanat.ledger.identifiers import Signature

CHAIN: Final = sha256(b"the chain of the consensus tests").digest()
GENESIS: Final = genesis_id(CHAIN)

SOVEREIGN: Final = ("mof", "sbp")
CUSTODIAN: Final = ("bank-a", "bank-b", "cdc")
QUORUM: Final = ("cdc", "mof", "sbp")
"""Three of the five, one at least sovereign."""

_PARENTS: Final[dict[BlockId, BlockId]] = {}
"""Of every block that was made."""


@cache
def _key(name: str) -> SigningKey:
    return SigningKey(sha256(name.encode()).digest())


def signer(name: str) -> Sign:
    """Return the signing function of `name`."""
    return lambda message: bytes(_key(name).sign(message).signature)


def authority(name: str, authority_class: AuthorityClass) -> Authority:
    """Return the authority of that name, with its key."""
    return Authority(name, bytes(_key(name).verify_key), authority_class)


def authority_set(
    sovereign: Sequence[str] = SOVEREIGN,
    custodian: Sequence[str] = CUSTODIAN,
    quorum: int = 3,
    sovereign_min: int = 1,
    rule: QuorumRule = QuorumRule.MAJORITY,
) -> AuthoritySet:
    """Return a sound set of the named authorities."""
    classes = dict.fromkeys(sovereign, AuthorityClass.SOVEREIGN)
    classes |= dict.fromkeys(custodian, AuthorityClass.CUSTODIAN)
    members = tuple(authority(name, classes[name]) for name in sorted(classes))
    authorities = AuthoritySet(members, quorum, sovereign_min, rule)
    assert authorities.problems() == []
    return authorities


def signatures(message: bytes, signers: Sequence[str]) -> tuple[AuthoritySignature, ...]:
    """Return the signatures of `signers` under `message`, in the order given."""
    return tuple(AuthoritySignature(name, signer(name)(message)) for name in signers)


def leader_certificate(
    candidate: str, term: int, last: BlockId, voters: Sequence[str] = QUORUM
) -> LeaderCertificate:
    """Return the certificate that `voters` make when they elect `candidate`."""
    message = Vote(CHAIN, term, candidate, last).message()
    return LeaderCertificate(term, candidate, last, signatures(message, voters))


def commit_certificate(
    block: BlockId, signers: Sequence[str] = QUORUM, *, parent: BlockId | None = None
) -> CommitCertificate:
    """Return the certificate that `signers` make when they ack `block`, on its usual parent."""
    before = parent_of(block) if parent is None else parent
    message = Ack(CHAIN, before, block).message()
    return CommitCertificate(before, block, signatures(message, signers))


def configuration(authorities: AuthoritySet | None = None) -> Configuration:
    """Return the first configuration of these authorities, the usual five by default."""
    return Configuration.first(authorities or authority_set())


def block_after(previous: BlockId, term: int, payload: bytes) -> BlockId:
    """Return the id of the block with `payload` that follows `previous`."""
    block = BlockId(term, previous.height + 1, sha256(previous.digest + payload).digest())
    _PARENTS[block] = previous
    return block


def parent_of(block: BlockId) -> BlockId:
    """Return the block that `block` was made to follow; genesis for one that was never made."""
    return _PARENTS.get(block, GENESIS)


def entry_after(
    previous: BlockId,
    leader: LeaderCertificate,
    payload: bytes = b"",
    *,
    signed_by: str | None = None,
) -> Entry:
    """Return the entry with which the elected `leader` extends `previous`."""
    block = block_after(previous, leader.term, payload)
    return Entry(
        block=block,
        parent=previous.digest,
        proposer=leader.candidate,
        leader_certificate=leader if previous.term < leader.term else None,
        parent_certificate=None,
        change_certificate=None,
        signature=signer(signed_by or leader.candidate)(Proposal(CHAIN, block).message()),
        payload=payload,
    )


def log_of(
    terms: Sequence[int], leader: str = "mof", voters: Sequence[str] = QUORUM
) -> list[Entry]:
    """Return a log whose entries have these terms; logs with a common prefix of terms share it."""
    entries: list[Entry] = []
    previous = GENESIS
    certificate = leader_certificate(leader, 0, GENESIS)
    for term in terms:
        if term > previous.term:
            certificate = leader_certificate(leader, term, previous, voters)
        entries.append(entry_after(previous, certificate, b"%d in term %d" % (len(entries), term)))
        previous = entries[-1].block
    return entries


def blocks_of(entries: Sequence[Entry]) -> list[BlockId]:
    """Return the ids of `entries`."""
    return [entry.block for entry in entries]


def ack_of(name: str, block: BlockId, *, signed_by: str | None = None) -> SignedAck:
    """Return what `name` sends when it acks `block`."""
    parent = parent_of(block)
    signature = signer(signed_by or name)(Ack(CHAIN, parent, block).message())
    return SignedAck(parent, block, signature)


def reply_of(name: str, term: int, *blocks: BlockId) -> AppendReply:
    """Return the reply in which `name` acks `blocks` and holds all up to the last."""
    return AppendReply(term, blocks[-1].height, tuple(ack_of(name, block) for block in blocks))


def offer_of(previous: BlockId, entry: Entry, authorities: AuthoritySet | None = None) -> Offer:
    """Return the offer of an entry that follows `previous`, on the usual network or another."""
    election = entry.leader_certificate
    return Offer(
        CHAIN,
        configuration(authorities).digest(),
        previous,
        entry.block,
        election.digest() if election else b"",
        entry.completes_change,
        payload_digest(entry.payload),
    )


def append(
    leader: LeaderCertificate,
    previous: BlockId,
    entries: Sequence[Entry] = (),
    commit: CommitCertificate | None = None,
    authorities: AuthoritySet | None = None,
) -> Append:
    """Return what `leader` sends in its term."""
    offers: list[Signature] = []
    before = previous
    for entry in entries:
        if entry.block.term == leader.term:
            offer = offer_of(before, entry, authorities)
            offers.append(signer(leader.candidate)(offer.message()))
        before = entry.block
    return Append(leader.term, leader, previous, tuple(entries), commit, tuple(offers))


def extended(previous: BlockId, leader: LeaderCertificate, *payloads: bytes) -> list[Entry]:
    """What `leader` appends after `previous`."""
    entries: list[Entry] = []
    for payload in payloads:
        entries.append(entry_after(previous, leader, payload))
        previous = entries[-1].block
    return entries


def vote_of(voter: str, term: int, candidate: str, last: BlockId) -> VoteReply:
    """Return the reply in which `voter` elects `candidate`."""
    return VoteReply(term, signer(voter)(Vote(CHAIN, term, candidate, last).message()))


def refusal(term: int) -> VoteReply:
    """Return the reply of a voter that refuses."""
    return VoteReply(term, None)


LEADER: Final = leader_certificate("mof", 1, GENESIS)
LOG: Final = extended(GENESIS, LEADER, b"opening", b"two", b"three")
ONE, TWO, THREE = blocks_of(LOG)
"""Three blocks of one term, led by mof; they are used wherever any log will do."""
