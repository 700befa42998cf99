"""Authorities that lie, as faults: who, how, for how long."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING, Final

from amanat.ledger.authorities import QuorumRule
from tests.simulation.change_lies import CHANGE_LIES
from tests.simulation.fault import Fault, OfOne
from tests.simulation.liar import Habit
from tests.simulation.lies import CONTRADICTIONS, LIES
from tests.simulation.snapshot_lies import SNAPSHOT_LIES

if TYPE_CHECKING:
    from tests.simulation.cluster import Cluster

LASTS_MS: Final = (500, 2_000, 5_000, 60_000)
"""How long an authority goes on lying; the longest outlasts the run."""


@dataclass(frozen=True, slots=True)
class Lying(OfOne):
    """An authority tells lies of one kind for a while. It does not stop when the faults do."""

    kind: str
    percent: int
    """Of the messages that it could falsify so."""
    lasts: int

    def strike(self, cluster: Cluster) -> None:
        liar = cluster.liars[self.name]
        habit = Habit(self.kind, self.percent / 100)
        liar.begin(habit)
        cluster.timeline.after(self.lasts, lambda: liar.end(habit))


def draw_lies(
    random: Random,
    rule: QuorumRule,
    spare: Sequence[str],
    until: int,
    *,
    snapshots: bool,
    changes: bool,
) -> list[Fault]:
    """Draw what some authorities lie; none where the others cannot do without anybody.

    They lie about snapshots, and often, where there are any; and about changes of the authorities.

    They are as many as the others are a quorum without. By `two_thirds` the rule bears so many, and
    they also sign what contradicts itself. By `majority` they do all but that.
    """
    if not spare:
        return []
    liars = random.sample(spare, random.randint(1, len(spare)))
    by_two_thirds = rule is QuorumRule.TWO_THIRDS
    kinds = [*LIES, *CONTRADICTIONS, *CONTRADICTIONS] if by_two_thirds else [*LIES]
    if snapshots:
        kinds += [*SNAPSHOT_LIES, *SNAPSHOT_LIES]
    if changes:
        # Who tells no other lies is believed until then, and may lead when a change is decided.
        others = kinds if random.random() < 0.5 else []
        kinds = [*others, *CHANGE_LIES, *CHANGE_LIES, *CHANGE_LIES]
    found: list[Fault] = []
    at = random.randint(1, 1_000)
    while at < until:
        percent = random.choice([5, 30, 100])
        lasts = random.choice(LASTS_MS)
        liar, kind = random.choice(liars), random.choice(kinds)
        if kind in CHANGE_LIES:
            percent, lasts = 100, LASTS_MS[-1]  # occasions are few
        found.append(Lying(at, liar, kind, percent, lasts))
        at += random.randint(100, 1_500)
    return found


def liars_of(faults: Sequence[Fault]) -> frozenset[str]:
    """Return who lies."""
    return frozenset(fault.name for fault in faults if isinstance(fault, Lying))
