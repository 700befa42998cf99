"""The follower's rules: whom it follows, what it takes into its log, what it acks (Raft §5.3)."""

from typing import Final

from amanat.consensus import certainty
from amanat.consensus.asking import ask, ask_everybody
from amanat.consensus.elections import is_elected, release_promise
from amanat.consensus.entry_checks import entry_fault
from amanat.consensus.evidence import (
    DoubleProposal,
    SignedBlock,
    is_proven,
    of_two_elections,
)
from amanat.consensus.finality import accuse_deniers, learn
from amanat.consensus.log_entry import Entry
from amanat.consensus.messages import Append, AppendRefused, AppendReply
from amanat.consensus.offers import accuse_invalid, accuse_unelected, offer_fault, offered
from amanat.consensus.patience import ignores
from amanat.consensus.raft import Raft, Role
from amanat.consensus.statements import (
    Ack,
    AuthoritySignature,
    BlockId,
    CommitCertificate,
    LeaderCertificate,
    SignedAck,
    genesis_id,
)
from amanat.ledger.identifiers import Signature

REFUSALS_MAX: Final = 16
"""Messages in a row that bring nothing which is lacking; backing up takes a few at most."""


def on_append(raft: Raft, sender: str, message: Append) -> None:
    """Follow the leader, take the entries that re-execute rightly, reply once they are on disk."""
    if message.term < raft.term:
        raft.out.send(sender, AppendReply(term=raft.term, match=0, acks=()))
        return
    if ignores(raft, message.term):
        return
    if not _follow(raft, sender, message):
        return
    if not _holds(raft, sender, message.previous):
        return
    before, certified = raft.log.last, raft.certified
    replaced: list[Entry] = []
    fault = _take_entries(raft, message, replaced)
    if fault:
        _put_back(raft, replaced, certified)
        raft.distrusts, raft.answers = True, False
        raft.out.fault(sender, fault)
        return
    if raft.log.last != before:
        raft.trust()
    if not raft.answers:
        return
    _learn_shown(raft, sender, message.certificate, before)
    certainty.settle(raft)
    if not raft.votes and _is_in_step(raft, message):
        raft.settle(genesis_id(raft.me.chain))  # it has no vote to have given before
    # The reply covers what this message vouches for and no more: what the log holds beyond it
    # may be another leader's and yet be replaced.
    first = message.previous.height
    match = message.entries[-1].block.height if message.entries else first
    acks = _acks(raft, first, match, message.certificate)
    if acks:
        raft.promise_ack(acks[-1].block)
    raft.when_synced(lambda: _reply(raft, sender, match, acks))


def _is_in_step(raft: Raft, message: Append) -> bool:
    """Return whether the log ends where the leader's does, or where it did a moment ago."""
    shown = message.certificate.block.height if message.certificate is not None else 0
    last = raft.log.last
    return not message.entries and message.previous == last and shown <= last.height


def _follow(raft: Raft, sender: str, message: Append) -> bool:
    certificate = message.leader_certificate
    if certificate != raft.leader or message.term != raft.term:
        # Invariants 1 and 7: nobody follows a leader that no sovereign quorum elected.
        if (certificate.term, certificate.candidate) != (message.term, sender):
            raft.out.fault(sender, "the leader certificate is not for this leader and term")
            return False
        if not is_elected(raft, certificate):
            if raft.log.block_id(certificate.last.height) != certificate.last:
                ask(raft, sender)  # who elects on a block that this node lacks, it may not know
            else:
                raft.out.fault(sender, "the leader certificate is not a sovereign quorum of votes")
                for entry in message.entries[:1]:
                    signature = offered(message).get(entry.block)
                    accuse_unelected(raft, message.previous, entry, signature)
            return False
        known = raft.leader if message.term == raft.term else None
        if known and (known.candidate, known.last) != (sender, certificate.last):
            raft.out.evidence(of_two_elections(raft.me.chain, known, certificate))
            raft.out.fault(sender, f"a second election of term {raft.term}")
            return False
        _accuse_voters(raft, certificate)
        if raft.distrusts and message.term == raft.term:
            raft.leader = certificate  # whoever stands in its stead stands on
        else:
            raft.become_follower(message.term, certificate)
        accuse_deniers(raft)
        release_promise(raft, certificate, held=False)
    elif certificate.candidate != sender:
        raft.out.fault(sender, "it sends as if it were the leader")
        return False
    if not raft.distrusts:
        raft.restart_timeout()
    return True


def _accuse_voters(raft: Raft, won: LeaderCertificate) -> None:
    """Hold it against voters of the winner if they have voted for this node in its term too."""
    own = raft.promise.vote
    if raft.role is not Role.CANDIDATE or own is None:
        return
    votes = tuple(AuthoritySignature(n, s) for n, s in sorted(raft.supporters.items()))
    lost = LeaderCertificate(own.term, own.candidate, own.last, votes)
    raft.out.evidence(
        evidence
        for evidence in of_two_elections(raft.me.chain, lost, won)
        if is_proven(evidence, raft.me.chain, raft.electorate)
    )


def _holds(raft: Raft, sender: str, previous: BlockId) -> bool:
    """Return whether the log holds the block that a message goes on from; if not, say so."""
    if previous.height < raft.log.base:
        # What is gone here was final, and every leader holds all that is (invariant 4).
        match = raft.final.height
        raft.when_synced(lambda: _reply(raft, sender, match, []))
        return False
    if raft.log.block_id(previous.height) != previous:
        _refuse(raft, sender, previous)
        return False
    return True


def _refuse(raft: Raft, sender: str, previous: BlockId) -> None:
    """Say where the leader's log may agree with this one."""
    if previous.height <= raft.commit_height and previous.height <= raft.log.last.height:
        # Invariant 4: whoever was elected holds every final block.
        raft.out.fault(sender, f"it has another block at {previous.height}, which is final")
        return
    held = raft.log.block_id(raft.log.last_not_after(previous.term, previous.height - 1))
    if held is None or not raft.answers:
        return
    raft.out.send(sender, AppendRefused(raft.term, previous.height, held, raft.fetching))
    _gains_nothing(raft)


def _learn_shown(
    raft: Raft, sender: str, certificate: CommitCertificate | None, before: BlockId
) -> None:
    """Learn what the leader shows to be certified; mind whether it sends those blocks as well."""
    shown = 0
    if certificate is not None:
        learn(raft, sender, certificate)
        shown = certificate.block.height
    if raft.log.last == before and before.height < shown:
        _gains_nothing(raft)
    else:
        raft.refusals = 0


def _gains_nothing(raft: Raft) -> None:
    """Ask the others, if that is so for long: a leader that lies may never send what is lacking."""
    raft.refusals += 1
    if raft.refusals >= REFUSALS_MAX and not raft.fetching:
        ask_everybody(raft)


def _take_entries(raft: Raft, message: Append, replaced: list[Entry]) -> str | None:
    """Add what is new, replacing what conflicts. Return what is wrong with the first bad entry.

    What conflicts is added to `replaced`.
    """
    previous, offers = message.previous, offered(message)
    for entry in message.entries:
        if raft.log.block_id(entry.block.height) != entry.block:
            held = not raft.abstains
            fault = _entry_fault(raft, previous, entry, offers.get(entry.block))
            if fault is None and entry.block.height <= raft.log.last.height:
                fault = _replace_from(raft, entry, replaced)
            if fault is None:
                # The entry is valid, whether or not its block will execute here. The present leader
                # may have been elected with more than this node acked, but one in between without.
                release_promise(raft, raft.leader, held=held)
                release_promise(raft, entry.leader_certificate, held=held)
            # Invariant 8: nothing is acked that this node did not execute to the same state.
            disagreement = None if fault else raft.application.extend(entry)
            if disagreement:
                fault = disagreement.reason
                signature = offers.get(entry.block)
                if disagreement.is_lasting and signature is not None:
                    accuse_invalid(raft, previous, entry, signature)
            if fault:
                return f"block {entry.block.height}: {fault}"
            raft.append(entry)
            if entry.parent_certificate is not None:
                learn(raft, entry.proposer, entry.parent_certificate)
        previous = entry.block
    return None


def _entry_fault(
    raft: Raft, previous: BlockId, entry: Entry, signature: Signature | None
) -> str | None:
    """Return what is wrong with an entry, or with how this term's leader offers it; or None."""
    fault = entry_fault(raft, previous, entry)
    if entry.block.term != raft.term:
        return fault
    if fault:
        accuse_unelected(raft, previous, entry, signature)
        return fault
    return offer_fault(raft, previous, entry, signature)


def _replace_from(raft: Raft, entry: Entry, replaced: list[Entry]) -> str | None:
    """Make room for `entry` where the log holds another one, if that may be replaced.

    What has to go is added to `replaced`.
    """
    block, held = entry.block, raft.log.entry(entry.block.height)
    if held is not None and held.block.term == block.term and held.proposer == entry.proposer:
        first, second = (SignedBlock(each.block, each.signature) for each in (held, entry))
        raft.out.evidence([DoubleProposal(entry.proposer, first, second)])
    # Invariant 3: what is final is never replaced.
    if block.height <= raft.commit_height:
        return "it would replace a final block"
    # Invariant 6: this leader's own blocks, once acked, stay. Of an earlier leader that proposed
    # two, the present one shows which was taken.
    if held is not None and held.block.term == raft.term:
        return f"a second block at this height in place of one of term {held.block.term}"
    heights = range(block.height, raft.log.last.height + 1)
    replaced += [each for height in heights if (each := raft.log.entry(height)) is not None]
    raft.truncate(block.height - 1)
    return None


def _put_back(raft: Raft, replaced: list[Entry], certified: CommitCertificate | None) -> None:
    """Restore what a message replaced before it came to a bad block, if the log ended later then.

    Whether a block executes is seen only once it has been made room for. Were the room left empty,
    this node could lack what it acked, and elect nobody but the leader whose blocks it refuses
    (invariant 14). `certified` is what was known to be certified before.
    """
    if not replaced or raft.log.last.position >= replaced[-1].block.position:
        return
    below = replaced[0].block.height - 1
    if raft.log.last.height > below:
        raft.truncate(below)
    for entry in replaced:
        if raft.application.extend(entry) is not None:
            break  # a clock has been set back meanwhile
        raft.append(entry)
    if certified is not None and raft.log.block_id(certified.block.height) == certified.block:
        raft.certified = certified


def _acks(raft: Raft, first: int, last: int, certificate: CommitCertificate | None) -> list[Ack]:
    """Return the acks due for this term's blocks `first` to `last` that the leader may lack.

    They are chosen when the message arrives: what this node acks later, once they are on disk,
    is what the message vouched for, whatever has happened to the log by then.
    """
    if raft.abstains or raft.is_unsure:
        return []  # invariants 3, 4 and 6: see `Raft.abstains`, and `certainty`
    shown = _shown(raft, certificate)
    heights = set(range(max(raft.certified_height, shown, first - 1) + 1, last + 1))
    if last > shown:
        heights.add(last)  # the leader may not know what followers have certified themselves
    return [ack for height in sorted(heights) if (ack := ack_of(raft, height)) is not None]


def _shown(raft: Raft, certificate: CommitCertificate | None) -> int:
    """Return up to which height a leader has shown that no ack is needed, by what it sent.

    One whose certificates are not valid would else keep this node from acking, and so from ever
    finding out that nothing is certified (invariant 14).
    """
    height = certificate.block.height if certificate is not None else 0
    if certificate is None or height <= raft.certified_height:
        return height
    is_ahead = height > raft.log.last.height  # what is in the log has been checked by now
    return height if is_ahead and certificate.is_proof(raft.me.chain, raft.configuration) else 0


def ack_of(raft: Raft, height: int) -> Ack | None:
    """Return this node's ack of the block that its log holds at `height`, if it owes one."""
    block, parent = raft.log.block_id(height), raft.log.block_id(height - 1)
    certifier = raft.application.certifier(height)
    # Invariant 2 (Raft Figure 8): blocks of earlier terms are not final by counting.
    if block is None or parent is None or block.term != raft.term:
        return None
    if certifier is None or certifier.get(raft.me.name) is None:
        return None  # a learner, or one that this very block removes
    return Ack(raft.me.chain, parent, block)


def _reply(raft: Raft, sender: str, match: int, acks: list[Ack]) -> None:
    """Say what this node holds on disk, and sign its acks."""
    signed = tuple(SignedAck(a.parent, a.block, raft.me.sign(a.message())) for a in acks)
    raft.out.send(sender, AppendReply(term=raft.term, match=match, acks=signed))
