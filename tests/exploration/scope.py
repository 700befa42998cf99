"""What is explored: how many authorities, and how far everything may go."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from amanat.ledger.authorities import AuthoritySet, QuorumRule
from tests.consensus.signing import authority_set


class Disks(StrEnum):
    """How long a write takes."""

    QUICK = "quick"
    """It ends in the step that asks for it, unless the node crashes in between."""
    SLOW = "slow"
    """It ends whenever it likes, in order; anything may happen meanwhile."""


class PreVotes(StrEnum):
    """What becomes of pre-votes, which bind nobody."""

    GRANTED = "granted"
    """All are granted at once, so whoever misses its leader may stand: no election is left out."""
    SENT = "sent"
    """They are messages as any other; refused and late ones too."""


@dataclass(frozen=True, slots=True)
class Scope:
    """Bounds. Within them everything that can happen is tried, in every order."""

    about: str
    """What is explored, in a line."""
    sovereign: Sequence[str]
    custodian: Sequence[str]
    quorum: int
    blocks: Sequence[int]
    """How many blocks the leader of each term may propose; so also how many terms there are."""
    crashes: int = 0
    """How many times a node ends and starts again, of all nodes together."""
    crashing: Sequence[str] | None = None
    """Who may crash; everybody if None."""
    standing: Sequence[Sequence[str]] | None = None
    """Who may stand for election in each term; everybody if None."""
    elections: int | None = None
    """How many elections may be begun, of all nodes together; None: as many as the terms allow."""
    reads: int = 0
    """How many reads each of the readers is asked for."""
    reading: Sequence[str] | None = None
    """Who is asked for reads; everybody if None."""
    heartbeats: bool = False
    """Whether leaders send heartbeats. Nothing needs them here to be sent again: what was sent may
    arrive at any time."""
    step_downs: bool = False
    """Whether leaders that hear no quorum step down. They do in any case for a higher term."""
    shares: bool = False
    """Whether followers show one another their acks, as if their leader showed no certificate."""
    handovers: bool = False
    """Whether leaders may be told to hand over."""
    rule: QuorumRule = QuorumRule.MAJORITY
    sovereign_min: int = 1
    disks: Disks = Disks.QUICK
    pre_votes: PreVotes = PreVotes.GRANTED

    @property
    def hears(self) -> bool:
        """Whether it matters who hears a leader.

        A vote that is refused for the sake of a leader that is heard is as good as a request that
        is lost. So it matters only to who answers pre-votes and to who is handed over to.
        """
        return self.handovers or self.pre_votes is PreVotes.SENT

    @property
    def names(self) -> list[str]:
        """All authorities, sorted."""
        return [member.name for member in self.authorities.members]

    @property
    def readers(self) -> Sequence[str]:
        """Who is asked for reads."""
        return self.reading or self.names

    def may_stand(self, name: str, term: int) -> bool:
        """Return whether `name` may stand for election in `term`."""
        if term > len(self.blocks):
            return False
        return self.standing is None or name in self.standing[term - 1]

    def suffices(self, names: Sequence[str]) -> bool:
        """Return whether these are a sovereign quorum.

        It counts by itself, lest a mistake in the quorum rule judge itself.
        """
        sovereign = [name for name in names if name in self.sovereign]
        enough = len(names) >= self.quorum and len(sovereign) >= self.sovereign_min
        return enough and len(set(names)) == len(names)

    @property
    def authorities(self) -> AuthoritySet:
        """The authority set; it never changes."""
        return authority_set(
            self.sovereign, self.custodian, self.quorum, self.sovereign_min, self.rule
        )


_THREE: Final = ("mof", "sbp"), ("cdc",)

_FOUR: Final = ("mof", "sbp"), ("bank-a", "cdc")

SCOPES: Final = {
    "tiny": Scope("three authorities, one term", *_THREE, 2, (1,)),
    "small": Scope("three authorities, two terms with a block each", *_THREE, 2, (1, 1)),
    "crash": Scope("the same, and one crash", *_THREE, 2, (1, 1), crashes=1),
    "one-crash": Scope(
        "two terms, for which one authority each stands, and one crash at any write",
        *_THREE,
        2,
        (1, 1),
        crashes=1,
        standing=(("mof",), ("sbp",)),
    ),
    "shares": Scope("the same as small, and acks that are shared", *_THREE, 2, (1, 1), shares=True),
    "slow-disks": Scope(
        "two terms with a block each, and writes that take their time",
        *_THREE,
        2,
        (1, 1),
        disks=Disks.SLOW,
    ),
    "blocks": Scope("two terms, two blocks in the first", *_THREE, 2, (2, 1)),
    "blocks-crash": Scope("the same, and one crash", *_THREE, 2, (2, 1), crashes=1),
    "terms": Scope("three terms with a block each", *_THREE, 2, (1, 1, 1)),
    "reads": Scope(
        "two terms with a block each, and a read at each of two authorities",
        *_THREE,
        2,
        (1, 1),
        reads=1,
        reading=("mof", "sbp"),
    ),
    "two-thirds": Scope(
        "four authorities by two thirds, two terms",
        *_FOUR,
        3,
        (2, 1),
        rule=QuorumRule.TWO_THIRDS,
        standing=(("mof",), ("sbp",)),
    ),
}
