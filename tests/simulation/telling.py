"""Tells the story of one seed; of one that fails, the smallest that still fails."""

from dataclasses import dataclass, fields
from typing import Any

from tests.simulation.campaign import run_plan
from tests.simulation.fault import Fault
from tests.simulation.plan import Plan, draw_plan
from tests.simulation.shrinking import shrink
from tests.simulation.story import words


@dataclass(frozen=True, slots=True)
class Telling:
    """A story, and what it is the story of."""

    seed: int
    plan: Plan
    failure: str | None
    left_out: str | None
    """How it was shrunk; None if it is told whole."""
    story: list[str]

    def record(self) -> dict[str, Any]:
        """Return all of it under names, as it is printed."""
        return {
            "seed": self.seed,
            "failure": self.failure,
            "left_out": self.left_out,
            "authorities": self.plan.names,
            "quorum": self.plan.authorities.quorum,
            "sovereign_min": self.plan.authorities.sovereign_min,
            "faults": [fault_text(fault) for fault in self.plan.faults],
            "story": self.story,
        }


def tell(seed: int, *, whole: bool) -> Telling:
    """Run a seed and tell what happens; shrink it first if it fails, unless it is told `whole`."""
    plan = draw_plan(seed)
    left_out = None
    ending = run_plan(plan)
    if ending.failure is not None and not whole:
        shrunk = shrink(plan, ending)
        left_out = _left_out(plan, shrunk.plan, shrunk.runs)
        plan = shrunk.plan
    story: list[str] = []
    ending = run_plan(plan, story.append)
    return Telling(seed, plan, ending.failure, left_out, story)


def fault_text(fault: Fault) -> str:
    """Return a fault on one line."""
    said = [f"{each.name} {getattr(fault, each.name)}" for each in fields(fault)[1:]]
    return f"{fault.at:6} ms  {words(type(fault).__name__)}: {', '.join(said)}".rstrip(": ")


def _left_out(before: Plan, after: Plan, runs: int) -> str:
    counts = [
        (len(before.names), len(after.names), "authorities"),
        (len(before.faults), len(after.faults), "faults"),
        (len(before.acts), len(after.acts), "acts of clients"),
    ]
    told = ", ".join(f"{left} of {whole} {what}" for whole, left, what in counts)
    return f"shrunk in {runs} runs to {told}; all of it is told with --whole"
