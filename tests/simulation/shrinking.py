"""Makes a failing run smaller: fewer faults, fewer authorities, less that clients do.

It leaves out as much as it can while the run still fails for the same reason (delta debugging:
Zeller and Hildebrandt, "Simplifying and Isolating Failure-Inducing Input", 2002), within a bounded
number of runs.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from tests.ledger import world
from tests.simulation.campaign import Ending, run_plan
from tests.simulation.plan import Plan

RUNS_MAX = 250

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Shrunk:
    """A smaller plan that fails for the same reason."""

    plan: Plan
    failure: str
    runs: int
    """How many runs it took."""


def reason(failure: str) -> str:
    """Return what two failures have in common if they fail for the same reason.

    That is the first thing that is said of them, whoever it befell and whatever the figures.
    """
    first = re.match(r"\w+: (?:\d+: )?[^:]*", failure)
    said = first[0] if first else failure
    return re.sub(rf"\b(?:{'|'.join(world.AUTHORITIES)}|[0-9a-f]*\d[0-9a-f]*)\b", "_", said)


def shrink(plan: Plan, ending: Ending, runs_max: int = RUNS_MAX) -> Shrunk:
    """Shrink a plan whose run ended with a failure."""
    search = _Search(plan, ending, runs_max)
    search.run()
    return Shrunk(search.plan, search.failure, search.runs)


class _Search:
    """The smallest plan found so far, and the runs that are left."""

    def __init__(self, plan: Plan, ending: Ending, runs_max: int) -> None:
        if ending.failure is None:
            raise ValueError(f"seed {plan.seed} does not fail")
        self.plan = plan
        self.failure = ending.failure
        self.runs = 0
        self._runs_max = runs_max
        self._end = ending.report.simulated_ms

    def run(self) -> None:
        """Leave out what can be left out, in turn, until nothing more can."""
        self._leave_out_what_comes_later()
        before = None
        while before != self.plan and self.runs < self._runs_max:
            before = self.plan
            # A network with fewer nodes runs faster, so those that can go do so first.
            for name in self.plan.names:
                smaller = self.plan.without(name)
                if smaller is not None:
                    self._try(smaller)
            reduced(self.plan.faults, lambda faults: self._try(replace(self.plan, faults=faults)))
            reduced(self.plan.acts, lambda acts: self._try(replace(self.plan, acts=acts)))

    def _leave_out_what_comes_later(self) -> None:
        end = self._end
        self._try(
            replace(
                self.plan,
                faults=tuple(fault for fault in self.plan.faults if fault.at <= end),
                acts=tuple(act for act in self.plan.acts if act.at <= end),
            )
        )

    def _try(self, plan: Plan) -> bool:
        """Return whether a plan fails for the same reason; go on with it if it does."""
        if self.runs >= self._runs_max:
            return False
        self.runs += 1
        failure = run_plan(plan).failure
        if failure is None or reason(failure) != reason(self.failure):
            return False
        self.plan, self.failure = plan, failure
        return True


def reduced(items: Sequence[Item], fails: Callable[[tuple[Item, ...]], bool]) -> tuple[Item, ...]:
    """Return some of `items` that still fail, of which no single one can be left out."""
    kept = tuple(items)
    if kept and fails(()):
        return ()
    size = len(kept) // 2
    while size:
        begin, left_out = 0, False
        while begin < len(kept):
            without = kept[:begin] + kept[begin + size :]
            if len(kept) > 1 and fails(without):
                kept, left_out = without, True
            else:
                begin += size
        # What one pass leaves out may let another one leave out more, at the finest grain too.
        size = 1 if size == 1 and left_out else size // 2
    return kept
