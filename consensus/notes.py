"""What a core says of elections, for whoever wants to know afterwards why a leader changed.

Notes bind nobody and nothing depends on them. There are a few for each election, none for a block.
"""

from dataclasses import dataclass
from enum import StrEnum

from amanat.consensus.statements import BlockId
from amanat.ledger.identifiers import Name, Term


class Cause(StrEnum):
    """Why a node stands for election."""

    SILENCE = "silence"
    """It heard no leader for its election timeout, and a quorum said that it would vote so."""
    GAVE_UP = "gave-up"
    """It gave up its leader, which left out what it owed."""
    HANDOVER = "handover"
    """The leader itself asked it to."""


class Refusal(StrEnum):
    """Why a node does not vote for a candidate."""

    HEARS_LEADER = "hears-leader"
    """It hears a leader that works."""
    GAVE_UP = "gave-up"
    """It gave up this one as its leader, and lets others come first."""
    NO_VOTE = "no-vote"
    """The candidate has no vote where its log ends."""
    PAST_TERM = "past-term"
    """The term is not after, or not as high as, its own."""
    VOTED = "voted"
    """It has voted for another in this term."""
    LOG_BEHIND = "log-behind"
    """The candidate's log is less complete than what it has acked or holds."""
    UNSURE = "unsure"
    """Its disk is new, and it has not heard from all others what it may have promised."""
    NOT_CERTIFIED = "not-certified"
    """By two thirds: the candidate does not prove that its last block is certified."""


@dataclass(frozen=True, slots=True)
class Lost:
    """This node has not heard its leader for its election timeout, and asks for pre-votes."""

    term: Term
    leader: Name
    silence: int
    """For how many ticks."""


@dataclass(frozen=True, slots=True)
class Stood:
    """This node stands for election in `term`."""

    term: Term
    cause: Cause
    last: BlockId
    """Where its log ends, as far as that counts."""


@dataclass(frozen=True, slots=True)
class Answered:
    """This node was asked for its vote; with `pre` for one that binds nobody."""

    term: Term
    candidate: Name
    refusal: Refusal | None
    """None: it votes for it."""
    pre: bool
    last: BlockId
    """Where the candidate's log ends."""


@dataclass(frozen=True, slots=True)
class Entered:
    """This node went into `term` because a peer spoke of it (`later_terms`)."""

    term: Term


@dataclass(frozen=True, slots=True)
class Won:
    """This node leads `term`, by these authorities' votes."""

    term: Term
    votes: tuple[Name, ...]
    last: BlockId
    """The block after which the votes let it go on."""


Note = Lost | Stood | Answered | Entered | Won
