"""What is seen on the stage, in words: one short line for whatever happens.

A block is called by its height and term: `3@2` is the block at height 3 that the leader of term 2
proposed. Another block at the same place, which only a liar can make, gets a prime: `3@2'`.
"""

from collections.abc import Iterable, Iterator, Sequence

from amanat.consensus.core import Status
from amanat.consensus.evidence import (
    DeniedAck,
    DoubleAck,
    DoubleProposal,
    DoubleVote,
    Evidence,
    InvalidBlock,
    UnelectedLeader,
)
from amanat.consensus.interface import Effects, Final, Persist, Promise, ReadIndex, Staged
from amanat.consensus.log_entry import Entry, Snapshot
from amanat.consensus.messages import (
    Append,
    AppendRefused,
    AppendReply,
    AskFinal,
    AskIndex,
    AskPiece,
    Confirm,
    Confirmed,
    Finalized,
    Index,
    Message,
    OfferSnapshot,
    Past,
    Piece,
    PreVote,
    PreVoteReply,
    RequestVote,
    SharedAcks,
    VoteReply,
)
from amanat.consensus.raft import Role
from amanat.consensus.statements import AuthoritySignature, BlockId
from amanat.ledger.authorities import AuthorityClass, AuthoritySet
from amanat.ledger.configurations import Configuration
from tests.consensus.register import Disk
from tests.consensus.signing import GENESIS


class Blocks:
    """The names of blocks, and what their proposers said that they are about."""

    def __init__(self) -> None:
        self._names = {GENESIS: "genesis"}
        self._blocks = {"genesis": GENESIS}
        self._abouts: dict[BlockId, str] = {}

    def introduce(self, block: BlockId, about: str) -> None:
        """Say what a block is about when it is listed."""
        self._abouts[block] = about

    def name(self, block: BlockId) -> str:
        """Return a block's name."""
        if block not in self._names:
            name = f"{block.height}@{block.term}"
            while name in self._blocks:
                name += "'"
            self._names[block], self._blocks[name] = name, block
        return self._names[block]

    def named(self, name: str) -> BlockId | None:
        """Return the block of that name, if one has been seen."""
        return self._blocks.get(name)

    def listed(self, blocks: Iterable[BlockId]) -> str:
        """Return the names of some blocks, with what they are about."""
        return ", ".join(f"{self.name(it)} {self._abouts.get(it, '')}".strip() for it in blocks)

    def entries(self, entries: Sequence[Entry]) -> str:
        """Return the blocks of some entries."""
        return self.listed(entry.block for entry in entries)

    # --- messages ---

    def message(self, message: Message) -> str:
        """Return what a message says."""
        said = self._of_election(message) or self._of_replication(message)
        said = said or self._of_snapshot(message) or _of_read(message)
        return f"{type(message).__name__} term {message.term}{said}"

    def _of_election(self, message: Message) -> str | None:
        match message:
            case RequestVote(_, last, _, handover) if handover is not None:
                return f", log ends at {self.name(last)}, by handover"
            case PreVote(_, last) | RequestVote(_, last):
                return f", log ends at {self.name(last)}"
            case PreVoteReply(_, granted, final):
                return f" {'yes' if granted else 'no'}, final to {final}"
            case VoteReply(_, signature):
                return " yes" if signature else " no"
        return None

    def _of_replication(self, message: Message) -> str | None:
        match message:
            case Append(_, _, previous, entries, certificate):
                certified = f" certified {self.name(certificate.block)}" if certificate else ""
                return f" after {self.name(previous)}: [{self.entries(entries)}]{certified}"
            case AppendReply(_, height, acks):
                acked = ", ".join(self.name(ack.block) for ack in acks)
                return f" holds to {height}" + (f", acks {acked}" if acked else "")
            case SharedAcks(_, acks, wanted):
                acked = ", ".join(self.name(ack.block) for ack in acks)
                return f" acked {acked}" + (", and you?" if wanted else "")
            case AppendRefused(_, height, held, fetching):
                taken = f", takes in state {fetching}" if fetching else ""
                return f" not at {height}, perhaps at {self.name(held)}{taken}"
            case Past(_, _, last):
                return f", log ends at {self.name(last)}"
            case AskFinal(_, height):
                return f" from {height}"
            case Finalized(_, entries, certificate, height):
                certified = self.name(certificate.block)
                return f": [{self.entries(entries)}] certified {certified}, final to {height}"
        return None

    def _of_snapshot(self, message: Message) -> str | None:
        match message:
            case OfferSnapshot(_, snapshot):
                certified = self.name(snapshot.certificate.block)
                return f": state {self.name(snapshot.block)} certified {certified}"
            case AskPiece(_, height, cursor) | Piece(_, height, cursor):
                number = int.from_bytes(cursor, "big") + 1
                return f": {number}/{height - 1} of state {height}"
        return None

    # --- what a node binds itself to and learns ---

    def promise(self, promise: Promise) -> str:
        """Return what a node has bound itself to."""
        vote = f", vote for {promise.vote.candidate}" if promise.vote else ""
        if promise.acked is None:
            acked = ", unsure of its past"
        else:
            acked = f", acked {self.name(promise.acked)}" if promise.acked.height else ""
        return f"term {promise.term}{vote}{acked}"

    def write(self, persist: Persist) -> str:
        """Return what a disk is given to write."""
        parts = []
        if persist.truncate_above is not None:
            parts.append(f"nothing above {persist.truncate_above}")
        if persist.entries:
            parts.append(self.entries(persist.entries))
        if persist.promise is not None:
            parts.append(self.promise(persist.promise))
        if persist.forget_below is not None:
            parts.append(f"nothing below {persist.forget_below}")
        parts += [self._staged(staged) for staged in persist.staged]
        return "; ".join(parts)

    def _staged(self, staged: Staged) -> str:
        if isinstance(staged, Snapshot):
            return f"the offer of state {self.name(staged.block)}"
        return f"piece {staged.number + 1}" + (", the last" if staged.is_last else "")

    def disk(self, disk: Disk) -> str:
        """Return what is on a disk."""
        said = f"{self.promise(disk.promise)}; log [{self.entries(disk.log)}]"
        if disk.staged is None:
            return said
        whole = disk.staged.block.height - 1
        return f"{said}; {len(disk.pieces)}/{whole} of state {self.name(disk.staged.block)}"

    def learnt(self, effects: Effects) -> Iterator[str]:
        """Yield what a node has learnt from a step."""
        if effects.final is not None:
            yield self.final(effects.final)
        for index in effects.reads:
            yield read(index)
        for fault in effects.faults:
            yield f"finds fault with {fault.peer}: {fault.reason}"
        for evidence in effects.evidence:
            yield f"has evidence against {evidence.authority}: {self.evidence(evidence)}"

    def final(self, final: Final) -> str:
        """Return which block is final, and who acked it or, by two thirds, its child."""
        certificate = final.certificate
        certified = "" if certificate.block == final.block else f"{self.name(certificate.block)} "
        return f"final {self.name(final.block)}, {certified}acked by {signers(certificate.acks)}"

    def evidence(self, evidence: Evidence) -> str:
        """Return what an authority did that it must not."""
        match evidence:
            case DoubleVote(_, first, second):
                votes = [
                    f"{each.vote.candidate} (log ends at {self.name(each.vote.last)})"
                    for each in (first, second)
                ]
                return f"it voted in term {first.vote.term} for {' and for '.join(votes)}"
            case DoubleAck(_, one, two):
                return f"it acked both {self.name(one.block)} and {self.name(two.block)}"
            case DoubleProposal(_, one, two):
                return f"it proposed both {self.name(one.block)} and {self.name(two.block)}"
            case InvalidBlock(_, offered):
                return f"it offered {self.name(offered.offer.block)}, which does not execute so"
            case UnelectedLeader(_, offered):
                return f"it offered {self.name(offered.offer.block)}, and nobody elected it to"
            case DeniedAck(_, ack, signed):
                vote = signed.vote
                return (
                    f"it acked {self.name(ack.block)}, then elected {vote.candidate}"
                    f" for term {vote.term} with a log that ends at {self.name(vote.last)}"
                )


def _of_read(message: Message) -> str:
    match message:
        case Confirm(_, round_) | Confirmed(_, round_):
            return f" round {round_}"
        case AskIndex(_, number):
            return f" read {number}"
        case Index(_, number, height):
            return f" read {number}: height {height}"
    return ""


def signers(signatures: Sequence[AuthoritySignature]) -> str:
    """Return who signed."""
    return " ".join(signed.authority for signed in signatures)


def standing(status: Status) -> str:
    """Return a node's role in its term."""
    match status.role:
        case Role.LEADER:
            return f"leader of term {status.term}"
        case Role.FOLLOWER if status.leader is not None:
            return f"follower of {status.leader} in term {status.term}"
        case role:
            return f"{role} in term {status.term}"


def read(index: ReadIndex) -> str:
    """Return how a read ended."""
    if index.height is None:
        return f"read {index.number}: cannot say, ask again"
    return f"read {index.number}: up to date at height {index.height}"


def voting(authorities: AuthoritySet) -> str:
    """Return how many of whom are a quorum, and how many of whom of them must be sovereign."""
    names = [member.name for member in authorities.members]
    sovereign = [
        member.name
        for member in authorities.members
        if member.authority_class is AuthorityClass.SOVEREIGN
    ]
    least = f" with {authorities.sovereign_min} of {' '.join(sovereign)}"
    quorum = f"{authorities.quorum} of {' '.join(names)}"
    return quorum if sovereign == names else quorum + least


def decided(configuration: Configuration) -> str:
    """Return by whose quorums a node goes, and who learns."""
    quorums = " and ".join(voting(each) for each in configuration.sets)
    learners = " ".join(each.name for each in configuration.learners)
    return quorums + (f", {learners} learning" if learners else "")
