"""What an authority says of changes of the authorities in place of the truth.

It lies while a change is under way, of how one was completed, and as one without a vote: as a
learner, or once it is removed. It can do so in a run whose authorities change.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final

from msgspec.structs import replace

from amanat.consensus.log_entry import Entry
from amanat.consensus.messages import (
    Append,
    AppendReply,
    AskFinal,
    Finalized,
    Message,
    OfferSnapshot,
    RequestVote,
)
from amanat.consensus.statements import (
    Ack,
    AuthoritySignature,
    BlockId,
    CommitCertificate,
    Proposal,
)
from amanat.ledger.authorities import QuorumRule
from amanat.ledger.blocks import Block
from amanat.ledger.encoding import decode, encode
from amanat.node.eras import read_lineage, write_lineage
from tests.simulation.network import Forward

if TYPE_CHECKING:
    from tests.simulation.liar import Liar

    Said = Message | Forward

LEFT_OPEN: Final = "change left open"


# --- of the block that completes a change -----------------------------------------------------


def _completes_early(liar: Liar, _: str, said: Said) -> Sequence[Said] | None:
    """Its block ends a change under way, by acks that it signed itself."""
    if not isinstance(said, Append) or not said.offers:
        return None
    entry, parent = said.entries[-1], _parent(said, -1)
    joint = liar.beliefs.after(parent.height)
    if not joint.is_joint or entry.completes_change:
        return None
    true = decode(entry.payload, Block, bytes_max=len(entry.payload))
    completed = joint.completed(entry.block.height).digest()
    header = replace(true.header, configuration=completed)
    block = replace(entry.block, digest=header.digest())
    own = liar.sign(Ack(liar.chain, parent, parent).message())
    acks = tuple(AuthoritySignature(name, own) for name in liar.names)
    false = replace(
        entry,
        block=block,
        payload=encode(replace(true, header=header)),
        signature=liar.sign(Proposal(liar.chain, block).message()),
        change_certificate=CommitCertificate(parent, parent, acks),
    )
    offers = (*said.offers[:-1], liar.offers(parent, false))
    return [replace(said, entries=(*said.entries[:-1], false), offers=offers)]


def _pads_a_proof(liar: Liar, _: str, said: Said) -> Sequence[Said] | None:
    """The certificate that completes a change has a signature of a member, or of nobody."""
    place = _completion(said)
    if not isinstance(said, Append | Finalized) or place is None:
        return None
    certificate = said.entries[place].change_certificate
    assert certificate is not None
    stranger = AuthoritySignature("x-stranger", bytes(64))
    acks = liar.random.choice([liar.padded(certificate.acks), (*certificate.acks, stranger)])
    padded = replace(certificate, acks=acks)
    return [_with(said, place, replace(said.entries[place], change_certificate=padded))]


def _leaves_a_proof_out(liar: Liar, _: str, said: Said) -> Sequence[Said] | None:
    """A block that completes a change, as if it did not; its own it offers so."""
    place = _completion(said)
    if not isinstance(said, Append | Finalized) or place is None:
        return None
    false = replace(said.entries[place], change_certificate=None)
    sent = _with(said, place, false)
    if isinstance(sent, Append) and false.block.term == sent.term:
        offers = list(sent.offers)
        offers[place] = liar.offers(_parent(sent, place), false)
        sent = replace(sent, offers=tuple(offers))
    return [sent]


def _never_completes(_: Liar, __: str, said: Said) -> Sequence[Said] | None:
    """Nothing from the block on that completes a change."""
    place = _completion(said)
    if not isinstance(said, Append) or place is None:
        return None
    return [replace(said, entries=said.entries[:place], offers=said.offers[:place])]


def _says_what_is_true(_: Liar, __: str, ___: Said) -> None:
    """It serves everybody, but as a leader completes no change: see `Liar.leaves_open`."""


def _completion(said: Said) -> int | None:
    """Return where the last block of a message stands that completes a change, from its end."""
    if not isinstance(said, Append | Finalized):
        return None
    places = range(-len(said.entries), 0)
    return next((each for each in places[::-1] if said.entries[each].completes_change), None)


def _parent(said: Append, place: int) -> BlockId:
    """Return the block before that at `place`, which is counted from the end."""
    return said.entries[place - 1].block if -place < len(said.entries) else said.previous


def _with(said: Append | Finalized, place: int, entry: Entry) -> Append | Finalized:
    entries = list(said.entries)
    entries[place] = entry
    return replace(said, entries=tuple(entries))


# --- of who must agree while a change is under way --------------------------------------------


def _certifies_by_one_set(liar: Liar, _: str, said: Said) -> Sequence[Said] | None:
    """A certificate of a joint configuration has signatures of one of its sets alone."""
    if not isinstance(said, Append | Finalized | RequestVote) or said.certificate is None:
        return None
    true = said.certificate
    for each in liar.beliefs.after(true.parent.height).sets:
        acks = tuple(ack for ack in true.acks if each.get(ack.authority) is not None)
        if len(acks) < len(true.acks):
            return [replace(said, certificate=replace(true, acks=acks))]
    return None


def _leads_by_one_set(liar: Liar, _: str, said: Said) -> Sequence[Said] | None:
    """It leads once one of two sets has elected it; or both, but it has no vote itself."""
    election, heard = liar.election, liar.heard_append
    if election is None or heard is None:
        return None
    electorate = liar.beliefs.after(election.last.height)
    voters = [vote.authority for vote in election.votes]
    if electorate.get(liar.name) is None and electorate.may_elect(voters):
        return [said, Append(election.term, election, election.last, (), heard.certificate)]
    if electorate.is_quorum(voters) or not electorate.may_elect(voters):
        return None
    return [said, liar.opening(heard, election)]


# --- of one that has no vote ------------------------------------------------------------------


def _stands_without_a_vote(liar: Liar, _: str, said: Said) -> Sequence[Said] | None:
    """It asks for votes in a later term, by the last that its leader sent."""
    heard = liar.heard_append
    if not isinstance(said, AppendReply | AskFinal) or liar.votes or heard is None:
        return None
    term = said.term + 1
    if liar.rule is QuorumRule.MAJORITY:
        last = heard.entries[-1].block if heard.entries else heard.previous
        return [said, RequestVote(term, last)]
    certificate = liar.certificate
    return [said, RequestVote(term, certificate.block, certificate)] if certificate else None


def _acks_without_a_vote(liar: Liar, _: str, said: Said) -> Sequence[Said] | None:
    """It acks what its leader sent, and it has on its disk."""
    heard = liar.heard_append
    if not isinstance(said, AppendReply) or liar.votes or heard is None or not heard.entries:
        return None
    if said.term != heard.term or said.match < heard.entries[-1].block.height:
        return None
    return [replace(said, acks=liar.acks(heard))]


# --- of who decided before --------------------------------------------------------------------


def _keeps_back_an_era(_: Liar, __: str, said: Said) -> Sequence[Said] | None:
    """A snapshot, as if the last change of the authorities had not been."""
    if not isinstance(said, OfferSnapshot):
        return None
    eras = read_lineage(said.snapshot.lineage)
    if not eras:
        return None
    lineage = write_lineage(eras[:-1])
    return [replace(said, snapshot=replace(said.snapshot, lineage=lineage))]


CHANGE_LIES: Final[dict[str, Callable[[Liar, str, Said], Sequence[Said] | None]]] = {
    "change completed early": _completes_early,
    "padded proof of a change": _pads_a_proof,
    "proof of a change left out": _leaves_a_proof_out,
    "change never completed": _never_completes,
    LEFT_OPEN: _says_what_is_true,
    "certificate of one set alone": _certifies_by_one_set,
    "election by one set alone": _leads_by_one_set,
    "candidate without a vote": _stands_without_a_vote,
    "ack without a vote": _acks_without_a_vote,
    "snapshot of former authorities": _keeps_back_an_era,
}
"""What anybody may do by himself, by either rule, without forking a chain."""
