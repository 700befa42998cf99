"""What authorities send one another. All are bounded and strictly decoded before they get here."""

from typing import Annotated, Final

from msgspec import Meta

from amanat.consensus.log_entry import Entry, Snapshot
from amanat.consensus.statements import (
    BlockId,
    CommitCertificate,
    LeaderCertificate,
    SignedAck,
)
from amanat.ledger.encoding import Structure
from amanat.ledger.identifiers import Height, Signature, Term

Round = Annotated[int, Meta(ge=0, le=2**63 - 1)]
"""Tells questions of one node from one another."""


class PreVote(Structure, frozen=True, tag="pre-vote"):
    """Would you elect me for `term`? Binds nobody (Ongaro's dissertation, §9.6)."""

    term: Term
    last: BlockId


class PreVoteReply(Structure, frozen=True, tag="pre-vote-reply"):
    """I would, or would not; `term` is the asked one if granted, else the replier's own."""

    term: Term
    granted: bool
    final: Height = 0
    """What the replier knows to be final: whoever lacks it may ask for it."""


class RequestVote(Structure, frozen=True, tag="request-vote"):
    """Elect me for `term`; my log ends with `last` (Raft §5.2, Figure 2: RequestVote).

    The sender is candidateId; `last` holds lastLogIndex and lastLogTerm. By two thirds it is the
    highest block of the log that is certified.
    """

    term: Term
    last: BlockId
    certificate: CommitCertificate | None = None
    """By two thirds: the one of `last`, unless that is genesis."""
    handover: Signature | None = None
    """The signature of the leader of the term before, if it asked for this election itself."""


class VoteReply(Structure, frozen=True, tag="vote-reply"):
    """My signed vote, or None for a refusal (voteGranted is false)."""

    term: Term
    signature: Signature | None


class Append(Structure, frozen=True, tag="append"):
    """Replicates entries; empty, it is a heartbeat (Raft §5.3, Figure 2: AppendEntries)."""

    term: Term
    leader_certificate: LeaderCertificate
    """Names the leader (leaderId). Nobody follows one without it."""
    previous: BlockId
    """The block just before `entries` (prevLogIndex, prevLogTerm); the follower must hold it."""
    entries: tuple[Entry, ...]
    certificate: CommitCertificate | None
    """The leader's highest (leaderCommit, with its proof), or the highest that `entries` need; None
    while nothing but genesis is certified."""
    offers: tuple[Signature, ...] = ()
    """The leader's, over an `Offer` of each of `entries` that is of its own term."""


class AppendReply(Structure, frozen=True, tag="append-reply"):
    """The follower holds everything up to `match`, on disk, in agreement with the leader."""

    term: Term
    match: Height
    acks: tuple[SignedAck, ...]
    """Of blocks of this term that the follower does not yet know to be certified, and of `match`
    unless the leader has shown that it is."""


SHARED_ACKS_MAX: Final = 2


class SharedAcks(Structure, frozen=True, tag="shared-acks"):
    """What I acked to our leader, which shows no certificate: to put one together without it."""

    term: Term
    acks: Annotated[tuple[SignedAck, ...], Meta(max_length=SHARED_ACKS_MAX)]
    wanted: bool
    """Whether to answer with one's own acks of these blocks."""


class AppendRefused(Structure, frozen=True, tag="append-refused"):
    """The follower does not hold `previous`: back up to `held` (Raft §5.3, conflict by term)."""

    term: Term
    previous: Height
    """The height that was refused, so that a late refusal is recognised as late."""
    held: BlockId
    """The last block before it that the follower holds and whose term is not after `previous`'s;
    the leader skips in turn what it has of later terms: one message per term, not per entry."""
    fetching: Height = 0
    """The block whose snapshot the follower is taking in, and needs no other one; 0 if none."""


class AskFinal(Structure, frozen=True, tag="ask-final"):
    """Send me what is final from `height` on: I cannot tell yet who leads, or I lag behind."""

    term: Term
    height: Height


class Finalized(Structure, frozen=True, tag="finalized"):
    """Successive entries that are final, which `certificate` proves; from anybody who has them."""

    term: Term
    entries: tuple[Entry, ...]
    certificate: CommitCertificate
    """Makes the last of `entries` final."""
    final: Height
    """What the sender knows to be final: there may be more to ask for."""


class OfferSnapshot(Structure, frozen=True, tag="offer-snapshot"):
    """I no longer hold what you lack; take the state after this block, which is final."""

    term: Term
    snapshot: Snapshot


class AskPiece(Structure, frozen=True, tag="ask-piece"):
    """Send me the piece that begins at `cursor` of the state after the block at `height`."""

    term: Term
    height: Height
    cursor: Annotated[bytes, Meta(max_length=64)]


class Piece(Structure, frozen=True, tag="piece"):
    """Here it is; from anybody who has it."""

    term: Term
    height: Height
    cursor: Annotated[bytes, Meta(max_length=64)]
    content: bytes


class AskPast(Structure, frozen=True, tag="ask-past"):
    """I run on a disk that knows nothing: in which term are you, and where does your log end?"""

    term: Term
    life: Round
    """Tells this start of the node from all others: what an earlier one asked is no answer now."""


class Past(Structure, frozen=True, tag="past"):
    """In this term, and what I offer as a candidate ends with `last`."""

    term: Term
    life: Round
    last: BlockId


class TimeoutNow(Structure, frozen=True, tag="timeout-now"):
    """Stand for election now: I go, and this signs it (dissertation §3.10)."""

    term: Term
    signature: Signature
    """Over a `Handover` to the receiver."""


class Confirm(Structure, frozen=True, tag="confirm"):
    """Asks: do I still lead `term`? (Ongaro's dissertation, §6.4)."""

    term: Term
    round: Round


class Confirmed(Structure, frozen=True, tag="confirmed"):
    """You do, as far as I know; or `term` is a later one."""

    term: Term
    round: Round
    shared: Height = 0
    """Up to where I have shown others my acks: so far they may know of more that is final."""


class AskIndex(Structure, frozen=True, tag="ask-index"):
    """At which height is a read of mine up to date?"""

    term: Term
    number: Round


class Index(Structure, frozen=True, tag="index"):
    """At this one."""

    term: Term
    number: Round
    height: Height


Message = (
    PreVote
    | PreVoteReply
    | RequestVote
    | VoteReply
    | Append
    | AppendReply
    | SharedAcks
    | AppendRefused
    | AskFinal
    | Finalized
    | OfferSnapshot
    | AskPiece
    | Piece
    | AskPast
    | Past
    | TimeoutNow
    | Confirm
    | Confirmed
    | AskIndex
    | Index
)
"""Every message between cores."""
