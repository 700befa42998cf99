"""Every kind of lie on the wire: what an authority sends in place of what it should.

A lie is a function of the liar, the receiver and the honest message. It returns what is sent in its
place, or None where it has nothing to lie about. The liar has its own key and no other.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final

from msgspec.structs import replace

from amanat.consensus.evidence import payload_digest
from amanat.consensus.log_entry import Entry
from amanat.consensus.messages import (
    Append,
    AppendRefused,
    AppendReply,
    Finalized,
    Message,
    PreVote,
    PreVoteReply,
    RequestVote,
    VoteReply,
)
from amanat.consensus.statements import (
    Ack,
    AuthoritySignature,
    BlockId,
    CommitCertificate,
    LeaderCertificate,
    Offer,
    Proposal,
    Vote,
)
from amanat.ledger.blocks import Block
from amanat.ledger.encoding import decode
from tests.ledger.false_blocks import FALSE_BLOCKS, false_payload
from tests.simulation.change_lies import CHANGE_LIES
from tests.simulation.network import Forward
from tests.simulation.snapshot_lies import SNAPSHOT_LIES

if TYPE_CHECKING:
    from tests.simulation.liar import Liar

Said = Message | Forward
Lie = Callable[["Liar", str, Said], Sequence[Said] | None]

FAR: Final = 1_000
"""How far a liar is from the truth where it claims a height."""


def _flipped(signature: bytes) -> bytes:
    return bytes([signature[0] ^ 1]) + signature[1:]


# --- it forges --------------------------------------------------------------------------------


def _forges_vote(liar: Liar, _: str, said: Said) -> Sequence[Said] | None:
    """A vote that is signed, but over something else."""
    if not isinstance(said, VoteReply):
        return None
    return [replace(said, signature=liar.sign(b"something else"))]


def _forges_ack(liar: Liar, _: str, said: Said) -> Sequence[Said] | None:
    """Acks of the right blocks without the right signatures."""
    if not isinstance(said, AppendReply) or not said.acks:
        return None
    forged = liar.sign(b"something else")
    return [replace(said, acks=tuple(replace(ack, signature=forged) for ack in said.acks))]


def _forges_election(liar: Liar, _: str, said: Said) -> Sequence[Said] | None:
    """It leads a later term by everybody's votes, all of which it signed itself."""
    if not isinstance(said, Append):
        return None
    term, last = said.term + 1, said.entries[-1].block if said.entries else said.previous
    own = liar.sign(Vote(liar.chain, term, liar.name, last).message())
    votes = tuple(AuthoritySignature(name, own) for name in liar.names)
    return [liar.opening(said, LeaderCertificate(term, liar.name, last, votes))]


def _usurps(liar: Liar, _: str, said: Said) -> Sequence[Said] | None:
    """A follower leads, in a later term, by its own vote alone."""
    heard = liar.heard_append
    if not isinstance(said, AppendReply) or heard is None or not heard.entries:
        return None
    term, last = heard.term + 1, heard.entries[-1].block
    own = liar.sign(Vote(liar.chain, term, liar.name, last).message())
    certificate = LeaderCertificate(term, liar.name, last, (AuthoritySignature(liar.name, own),))
    return [said, liar.opening(heard, certificate)]


def _poses(liar: Liar, _: str, said: Said) -> Sequence[Said] | None:
    """It sends on what its leader sent, as if it were the leader."""
    if not isinstance(said, AppendReply) or liar.heard_append is None:
        return None
    return [said, liar.heard_append]


def _pads_election(liar: Liar, _: str, said: Said) -> Sequence[Said] | None:
    """Its leader certificate has a signature of one that did not vote."""
    if not isinstance(said, Append):
        return None
    votes = liar.padded(said.leader_certificate.votes)
    return [replace(said, leader_certificate=replace(said.leader_certificate, votes=votes))]


def _forges_finality(liar: Liar, _: str, said: Said) -> Sequence[Said] | None:
    """A certificate of its newest block, of which it signed every ack."""
    if not isinstance(said, Append) or not said.entries:
        return None
    parent = said.entries[-2].block if len(said.entries) > 1 else said.previous
    block = said.entries[-1].block
    own = liar.sign(Ack(liar.chain, parent, block).message())
    acks = tuple(AuthoritySignature(name, own) for name in liar.names)
    return [replace(said, certificate=CommitCertificate(parent, block, acks))]


def _pads_finality(liar: Liar, _: str, said: Said) -> Sequence[Said] | None:
    """A certificate has a signature beside those of the quorum that is nobody's."""
    if not isinstance(said, Append | Finalized | RequestVote) or said.certificate is None:
        return None
    acks = liar.padded(said.certificate.acks)
    return [replace(said, certificate=replace(said.certificate, acks=acks))]


def _thins_finality(liar: Liar, _: str, said: Said) -> Sequence[Said] | None:
    """A certificate lacks a signature, so that it is no quorum's."""
    if not isinstance(said, Append | Finalized | RequestVote) or said.certificate is None:
        return None
    acks = said.certificate.acks[: liar.quorum - 1]
    return [replace(said, certificate=replace(said.certificate, acks=acks))]


def _forges_entry(_: Liar, __: str, said: Said) -> Sequence[Said] | None:
    """An entry that its proposer did not sign."""
    if not isinstance(said, Append | Finalized) or not said.entries:
        return None
    last = said.entries[-1]
    forged = replace(last, signature=_flipped(last.signature))
    return [replace(said, entries=(*said.entries[:-1], forged))]


def _forges_handover(liar: Liar, _: str, said: Said) -> Sequence[Said] | None:
    """It stands for election as if the leader had asked for it."""
    if not isinstance(said, RequestVote | PreVote):
        return None
    certificate = said.certificate if isinstance(said, RequestVote) else None
    signature = liar.sign(b"something else")
    return [RequestVote(said.term, said.last, certificate, signature)]


def _forges_transaction(_: Liar, __: str, said: Said) -> Sequence[Said] | None:
    """A client's transaction, changed on its way."""
    if not isinstance(said, Forward):
        return None
    return [Forward(said.envelope[:-1] + bytes([said.envelope[-1] ^ 1]))]


# --- it replays -------------------------------------------------------------------------------


def _replays(liar: Liar, _: str, said: Said) -> Sequence[Said] | None:
    """Something that it, or anybody else, once sent to somebody."""
    return [said, liar.random.choice(liar.memory)] if liar.memory else None


# --- it withholds -----------------------------------------------------------------------------


def _withholds(_: Liar, __: str, ___: Said) -> Sequence[Said] | None:
    """Silence."""
    return []


def _withholds_acks(_: Liar, __: str, said: Said) -> Sequence[Said] | None:
    return [replace(said, acks=())] if isinstance(said, AppendReply) and said.acks else None


def _withholds_certificates(_: Liar, __: str, said: Said) -> Sequence[Said] | None:
    if not isinstance(said, Append) or said.certificate is None:
        return None
    return [replace(said, certificate=None)]


def _withholds_entries(_: Liar, __: str, said: Said) -> Sequence[Said] | None:
    if not isinstance(said, Append) or not said.entries:
        return None
    return [replace(said, entries=(), offers=())]


def _withholds_offers(_: Liar, __: str, said: Said) -> Sequence[Said] | None:
    return [replace(said, offers=())] if isinstance(said, Append) and said.offers else None


# --- it lies about its log --------------------------------------------------------------------


def _claims_match(_: Liar, __: str, said: Said) -> Sequence[Said] | None:
    """It claims to hold more, or less, than it does."""
    if not isinstance(said, AppendReply):
        return None
    return [replace(said, match=max(said.match + (1 if said.acks else -1), 0))]


def _claims_everything(_: Liar, __: str, said: Said) -> Sequence[Said] | None:
    if not isinstance(said, AppendReply):
        return None
    return [replace(said, match=said.match + FAR)]


def _refuses_what_it_holds(liar: Liar, _: str, said: Said) -> Sequence[Said] | None:
    heard = liar.heard_append
    if not isinstance(said, AppendReply) or heard is None or said.term != heard.term:
        return None
    return [AppendRefused(said.term, heard.previous.height, BlockId(0, 0, liar.chain))]


def _claims_final(liar: Liar, _: str, said: Said) -> Sequence[Said] | None:
    """It knows of more that is final, or of less."""
    if not isinstance(said, PreVoteReply | Finalized):
        return None
    return [replace(said, final=liar.random.choice([0, said.final + 1, said.final + FAR]))]


def _holds_back_the_tail(_: Liar, __: str, said: Said) -> Sequence[Said] | None:
    if not isinstance(said, Append | Finalized) or len(said.entries) < 2:
        return None
    kept = said.entries[:-1]
    if isinstance(said, Finalized):
        return [replace(said, entries=kept)]
    return [replace(said, entries=kept, offers=said.offers[:-1])]


def _offers_a_short_log(liar: Liar, _: str, said: Said) -> Sequence[Said] | None:
    if not isinstance(said, PreVote | RequestVote) or said.last.height == 0:
        return None
    return [replace(said, last=BlockId(0, 0, liar.chain))]


def _offers_a_long_log(_: Liar, __: str, said: Said) -> Sequence[Said] | None:
    """It claims a block of the newest term that nobody has."""
    if not isinstance(said, PreVote | RequestVote):
        return None
    return [replace(said, last=BlockId(said.term - 1, said.last.height + 1, bytes(32)))]


def _claims_a_later_term(_: Liar, __: str, said: Said) -> Sequence[Said] | None:
    if not isinstance(said, AppendReply | VoteReply | PreVoteReply):
        return None
    return [replace(said, term=said.term + 1)]


def _grants_every_pre_vote(liar: Liar, to: str, said: Said) -> Sequence[Said] | None:
    if not isinstance(said, PreVoteReply) or to not in liar.asked_pre_vote:
        return None
    return [PreVoteReply(liar.asked_pre_vote[to], granted=True, final=0)]


# --- it proposes what is not valid ------------------------------------------------------------


def _proposes(kind: str) -> Lie:
    def lie(liar: Liar, _: str, said: Said) -> Sequence[Said] | None:
        if not isinstance(said, Append) or not said.offers:
            return None
        entry = said.entries[-1]
        payload, digest = false_payload(kind, decode(entry.payload, Block))
        block = replace(entry.block, digest=digest)
        signature = liar.sign(Proposal(liar.chain, block).message())
        false = replace(entry, block=block, signature=signature, payload=payload)
        parent = said.entries[-2].block if len(said.entries) > 1 else said.previous
        offers = (*said.offers[:-1], liar.offers(parent, false))
        return [replace(said, entries=(*said.entries[:-1], false), offers=offers)]

    return lie


# --- it signs against what it signed ----------------------------------------------------------


def _votes_for_everybody(liar: Liar, to: str, said: Said) -> Sequence[Said] | None:
    asked = liar.asked_vote.get(to)
    if not isinstance(said, VoteReply) or asked is None:
        return None
    vote = Vote(liar.chain, asked.term, to, asked.last)
    return [VoteReply(asked.term, liar.sign(vote.message()))]


def _acks_everything(liar: Liar, _: str, said: Said) -> Sequence[Said] | None:
    """It acks what it was sent, whatever that is and whether or not it is on its disk."""
    heard = liar.heard_append
    if not isinstance(said, AppendReply | AppendRefused) or heard is None or not heard.entries:
        return None
    return [AppendReply(heard.term, heard.entries[-1].block.height, liar.acks(heard))]


LIES: Final[dict[str, Lie]] = {
    "forged vote": _forges_vote,
    "forged ack": _forges_ack,
    "forged election": _forges_election,
    "usurped term": _usurps,
    "leader's message sent on": _poses,
    "padded leader certificate": _pads_election,
    "forged commit certificate": _forges_finality,
    "padded commit certificate": _pads_finality,
    "thinned commit certificate": _thins_finality,
    "forged entry": _forges_entry,
    "forged handover": _forges_handover,
    "forged transaction": _forges_transaction,
    "replayed message": _replays,
    "withheld message": _withholds,
    "withheld acks": _withholds_acks,
    "withheld certificate": _withholds_certificates,
    "withheld entries": _withholds_entries,
    "withheld offers": _withholds_offers,
    "wrong match": _claims_match,
    "match far too high": _claims_everything,
    "refused what it holds": _refuses_what_it_holds,
    "wrong final height": _claims_final,
    "tail held back": _holds_back_the_tail,
    "short log offered": _offers_a_short_log,
    "long log offered": _offers_a_long_log,
    "later term claimed": _claims_a_later_term,
    "pre-vote for everybody": _grants_every_pre_vote,
    **{f"false block: {kind}": _proposes(kind) for kind in FALSE_BLOCKS},
}
"""What any authority may do by itself without forking a chain, under either rule."""

CONTRADICTIONS: Final[dict[str, Lie]] = {
    "vote for everybody": _votes_for_everybody,
    "ack of everything": _acks_everything,
}
"""What makes a liar's signatures contradict one another; a majority does not bear it."""

ALL_LIES: Final = {**LIES, **CONTRADICTIONS, **SNAPSHOT_LIES, **CHANGE_LIES}


def offer_of(liar: Liar, parent: BlockId, entry: Entry) -> Offer:
    """Return the offer of an entry that follows `parent`."""
    election = entry.leader_certificate
    return Offer(
        liar.chain,
        liar.beliefs.after(parent.height).digest(),
        parent,
        entry.block,
        election.digest() if election else b"",
        entry.completes_change,
        payload_digest(entry.payload),
    )
