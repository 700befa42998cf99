"""Settle what is due: all that is matched for a date, in its turn, so many at a time."""

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Annotated

from msgspec import Meta

from amanat.ledger.authorization import ApprovalOf, Requirement
from amanat.ledger.dates import Date
from amanat.ledger.identifiers import Digest
from amanat.ledger.operation_execution import Execution
from amanat.ledger.operations.operation import Operation
from amanat.ledger.rejections import Refused, RejectionCode
from amanat.ledger.settlement.instructions import TURNS
from amanat.ledger.settlement.settlements import due, settlement_needed
from amanat.ledger.settlement.settling import EVENTS, Result, attempt, check_due
from amanat.ledger.state import State
from amanat.ledger.wording import day


class SettleDue(Operation, frozen=True, tag="settle-due"):
    """Settles what is matched for a settlement date: the most urgent first, then the oldest.

    It tries at most `limit` of them and says which is next; a later one goes on there. What cannot
    settle stays matched for its date, and says why.
    """

    signers = "whom the policy `settle-due` asks"
    acts = ("settle-due",)
    refusals = (RejectionCode.NOT_YET_DUE, RejectionCode.UNKNOWN_SETTLEMENT)
    emits = ("settlements-tried", *EVENTS)

    date: Date
    """A settlement date that has come."""
    start: Digest | None
    """The settlement with which to begin; null for the first of the date."""
    limit: Annotated[int, Meta(ge=1, le=1_000)]

    @property
    def weight(self) -> int:
        """As many as it may try."""
        return self.limit

    def requirements(self, execution: Execution) -> Iterable[Requirement]:
        """The policy."""
        del execution
        return (ApprovalOf("settle-due"),)

    def apply(self, execution: Execution) -> None:
        """Try one after the other."""
        check_due(execution, self.date)
        walk = self._walk(execution.state)
        results: Counter[Result] = Counter()
        for identifier in islice(walk, self.limit):
            settlement = settlement_needed(execution.state, bytes.fromhex(identifier))
            results[attempt(execution, settlement)] += 1
        execution.emit(
            "settlements-tried",
            date=self.date,
            **{result.value: results[result] for result in Result},
            next=next(walk, ""),
        )

    def _walk(self, state: State) -> Iterator[str]:
        """Yield what is due, in its turn, from `start` on."""
        turns, begin = TURNS, None
        if self.start is not None:
            first = settlement_needed(state, self.start)
            if first.settlement_date != self.date:
                raise Refused(
                    RejectionCode.UNKNOWN_SETTLEMENT,
                    settlement=self.start.hex(),
                    settlement_date=first.settlement_date,
                )
            turns, begin = TURNS[TURNS.index(first.priority) :], self.start.hex()
        for turn in turns:
            yield from due(self.date, turn).members(state, begin)
            begin = None

    def sentence(self, state: State) -> str:
        """Return what it would do."""
        count = sum(due(self.date, turn).count(state) for turn in TURNS)
        return f"settle up to {self.limit:,} of the {count:,} due on {day(self.date)}"
