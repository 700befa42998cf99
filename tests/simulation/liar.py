"""An authority that lies: an honest program with its own key, behind a mouth that tampers.

What it hears is the truth and what it thinks is honest; what it says is not. So it knows all that
an authority knows, and its lies are close enough to the truth to be believed if anything were.
"""

from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from random import Random
from typing import Final

from msgspec.structs import replace

from amanat.consensus.log_entry import Entry
from amanat.consensus.messages import Append, AskPiece, PreVote, RequestVote, VoteReply
from amanat.consensus.statements import (
    Ack,
    AuthoritySignature,
    BlockId,
    CommitCertificate,
    LeaderCertificate,
    Proposal,
    SignedAck,
    Vote,
)
from amanat.ledger.authorities import QuorumRule
from amanat.ledger.blocks import Block
from amanat.ledger.encoding import decode, encode
from amanat.ledger.identifiers import Digest, Signature
from tests.ledger import world
from tests.simulation.beliefs import Beliefs
from tests.simulation.change_lies import LEFT_OPEN
from tests.simulation.lies import ALL_LIES, Said, offer_of
from tests.simulation.snapshot_lies import SNAPSHOT_LIES, offer_of_the_end

MEMORY_MAX: Final = 300
"""Messages that a liar remembers, to say them again."""

ENTRIES_MAX: Final = 50
"""Blocks that it remembers, to offer the state after one."""

BAITS: Final = 0.1
"""How often, for each message, it offers a snapshot while it lies about snapshots."""


@dataclass(slots=True)
class Habit:
    """A kind of lie that a liar tells for a while."""

    kind: str
    share: float
    """Of the messages that it could falsify so, how many it does."""


class Liar:
    """The mouth of one lying authority, and one thing that it leaves undone."""

    def __init__(
        self,
        name: str,
        chain: Digest,
        rule: QuorumRule,
        beliefs: Beliefs,
        *,
        random: Random,
        counts: Counter[str],
        tell: Callable[[str], None],
    ) -> None:
        """`beliefs` are its honest program's.

        `counts` is told each lie by its kind, and `tell` who lies to whom.
        """
        self.name, self.chain, self.rule = name, chain, rule
        self.beliefs = beliefs
        self.random = random
        self.memory: deque[Said] = deque(maxlen=MEMORY_MAX)
        self.habits: list[Habit] = []
        self.heard_append: Append | None = None
        """The last that a leader sent it."""
        self.asked_vote: dict[str, RequestVote] = {}
        self.asked_pre_vote: dict[str, int] = {}
        """For which term each candidate last asked."""
        self.entries: dict[BlockId, Entry] = {}
        """Blocks that it heard of or spoke of lately."""
        self.certificate: CommitCertificate | None = None
        """The last such certificate."""
        self.wanted: AskPiece | None = None
        """The last piece of a snapshot that anybody wanted of it."""
        self._stood: Vote | None = None
        self._gained: dict[str, Signature] = {}
        self._key = world.key(f"authority {name}")
        self._counts = counts
        self._tell = tell

    @property
    def names(self) -> list[str]:
        """All who vote, as it knows them: while they change, those of both sets."""
        sets = self.beliefs.configuration.sets
        return sorted({member.name for each in sets for member in each.members})

    @property
    def votes(self) -> bool:
        """Whether it is one of them."""
        return self.name in self.names

    @property
    def quorum(self) -> int:
        """How many of them are a quorum of some set at least."""
        return min(each.quorum for each in self.beliefs.configuration.sets)

    def begin(self, habit: Habit) -> None:
        """Tell lies of a kind from now on."""
        self.habits.append(habit)

    def end(self, habit: Habit) -> None:
        """Tell them no more."""
        self.habits.remove(habit)

    def hears(self, sender: str, message: Said) -> None:
        """Remember what arrives."""
        self.memory.append(message)
        self._notes(message)
        match message:
            case Append():
                self.heard_append = message
            case AskPiece():
                self.wanted = message
            case RequestVote():
                self.asked_vote[sender] = message
            case PreVote():
                self.asked_pre_vote[sender] = message.term
            case VoteReply() if self._stood is not None and message.term == self._stood.term:
                if message.signature is not None:
                    self._gained[sender] = message.signature

    def says(self, to: str, message: Said) -> Sequence[Said]:
        """Return what it sends in place of an honest message."""
        self.memory.append(message)
        self._notes(message)
        said = self._falsified(to, message)
        for each in said:
            if isinstance(each, RequestVote):
                self._stands(each)
        return said

    def _falsified(self, to: str, message: Said) -> Sequence[Said]:
        for habit in self.habits:
            if self.random.random() >= habit.share:
                continue
            false = ALL_LIES[habit.kind](self, to, message)
            if false is not None:
                self._counts[habit.kind] += 1
                self._tell(f"{self.name} lies to {to}: {habit.kind}")
                return false
        return [message]

    def baits(self) -> Iterator[tuple[str, Said]]:
        """Yield what it sends besides, and to whom: offers of snapshots, while it lies about them.

        For who takes a true one asks the liar for the pieces, and else it would seldom be asked.
        """
        lies = any(habit.kind in SNAPSHOT_LIES for habit in self.habits)
        if lies and self.random.random() < BAITS:
            offer = offer_of_the_end(self, self.heard_append.term if self.heard_append else 0)
            if offer is not None:
                everybody = self.beliefs.configuration.everybody()
                to = self.random.choice([e.name for e in everybody if e.name != self.name])
                yield from ((to, said) for said in self.says(to, offer))

    def leaves_open(self) -> bool:
        """Return whether it completes no change, which its program asks when one is due."""
        left = any(habit.kind == LEFT_OPEN for habit in self.habits)
        self._counts[LEFT_OPEN] += left
        return left

    def _notes(self, message: Said) -> None:
        if not isinstance(message, Append):
            return
        self.certificate = message.certificate or self.certificate
        for entry in message.entries:
            self.entries[entry.block] = entry
            if len(self.entries) > ENTRIES_MAX:
                del self.entries[next(iter(self.entries))]

    def _stands(self, asks: RequestVote) -> None:
        """Count from now on who elects it for this."""
        vote = Vote(self.chain, asks.term, self.name, asks.last)
        if vote != self._stood:
            self._stood = vote
            self._gained = {self.name: self.sign(vote.message())} if self.votes else {}

    @property
    def election(self) -> LeaderCertificate | None:
        """The votes that it was given when it last stood, however few."""
        if self._stood is None:
            return None
        votes = tuple(AuthoritySignature(n, s) for n, s in sorted(self._gained.items()))
        return LeaderCertificate(self._stood.term, self.name, self._stood.last, votes)

    # --- what it can make -------------------------------------------------------------------------

    def sign(self, message: bytes) -> Signature:
        """Sign anything with its own key."""
        return self._key.sign(message).signature

    def offers(self, parent: BlockId, entry: Entry) -> Signature:
        """Sign the offer of an entry that follows `parent`."""
        return self.sign(offer_of(self, parent, entry).message())

    def acks(self, heard: Append) -> tuple[SignedAck, ...]:
        """Ack all entries of a message."""
        parents = [heard.previous, *(entry.block for entry in heard.entries)]
        pairs = [
            (parent, entry.block) for parent, entry in zip(parents, heard.entries, strict=False)
        ]
        return tuple(
            SignedAck(parent, block, self.sign(Ack(self.chain, parent, block).message()))
            for parent, block in pairs
        )

    def padded(self, signed: tuple[AuthoritySignature, ...]) -> tuple[AuthoritySignature, ...]:
        """Add a false signature of somebody who has not signed; if all have, spoil one."""
        absent = [name for name in self.names if name not in {each.authority for each in signed}]
        forged = AuthoritySignature((absent or self.names)[0], self.sign(b"something else"))
        kept = [each for each in signed if each.authority != forged.authority]
        return tuple(sorted([*kept, forged], key=lambda each: each.authority))

    def opening(self, heard: Append, certificate: LeaderCertificate) -> Append:
        """Return the block that opens a term after what a leader sent, by this certificate.

        The block is a copy of another one with another header: nobody looks at what it holds.
        """
        last, like = certificate.last, heard.entries[-1] if heard.entries else None
        if like is None:
            return Append(certificate.term, certificate, last, (), heard.certificate)
        header = replace(
            decode(like.payload, Block).header,
            term=certificate.term,
            height=last.height + 1,
            parent=last.digest,
            leader_certificate=certificate.digest(),
            proposer=self.name,
        )
        block = BlockId(certificate.term, last.height + 1, header.digest())
        entry = Entry(
            block=block,
            parent=last.digest,
            proposer=self.name,
            leader_certificate=certificate,
            parent_certificate=None,
            change_certificate=None,
            signature=self.sign(Proposal(self.chain, block).message()),
            payload=encode(Block(header, ())),
        )
        offers = (self.offers(last, entry),)
        return Append(certificate.term, certificate, last, (entry,), heard.certificate, offers)
