"""Says in the log how each election goes: who stood and why, who voted, who refused and why.

A few lines for each election, from which `amanat node trace` tells it afterwards. Names, terms and
heights are in them, and nothing of what blocks hold.
"""

from typing import Final

import structlog

from amanat.consensus.notes import Answered, Entered, Lost, Note, Stood, Won
from amanat.consensus.statements import BlockId
from amanat.node.clock import TICK_SECONDS

log = structlog.get_logger(__name__)

LOST: Final = "election.leader-lost"
STOOD: Final = "election.stood"
VOTED: Final = "election.voted"
REFUSED: Final = "election.refused"
PRE_REFUSED: Final = "election.pre-refused"
ENTERED: Final = "election.entered"
WON: Final = "election.won"


class ElectionLog:
    """One node's lines about elections. What a candidate asks in vain again and again is one."""

    def __init__(self) -> None:
        self._refused: dict[str, tuple[int, str]] = {}
        """By candidate, the pre-vote that was last refused: its term, and why."""

    def noted(self, note: Note) -> None:
        """Log what the core says."""
        match note:
            case Lost():
                seconds = round(note.silence * TICK_SECONDS, 3)
                log.info(LOST, term=note.term, leader=note.leader, silence_seconds=seconds)
            case Stood():
                log.info(STOOD, term=note.term, cause=note.cause, **_last(note.last))
            case Won():
                log.info(WON, term=note.term, votes=list(note.votes), **_last(note.last))
            case Entered():
                log.info(ENTERED, term=note.term)
            case Answered():
                self._answered(note)

    def _answered(self, note: Answered) -> None:
        about = {"term": note.term, "candidate": note.candidate}
        if note.refusal is None:
            self._refused.clear()
            log.info(VOTED, **about)
            return
        if note.pre:
            again = (note.term, note.refusal.value)
            if self._refused.get(note.candidate) == again:
                return
            self._refused[note.candidate] = again
        event = PRE_REFUSED if note.pre else REFUSED
        log.info(event, **about, refusal=note.refusal, **_last(note.last))


def _last(block: BlockId) -> dict[str, int]:
    return {"last": block.height, "last_term": block.term}
