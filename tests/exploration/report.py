"""Explores a named scope and says what was found."""

import resource
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.exploration.exploring import Exploration
from tests.exploration.scope import SCOPES
from tests.exploration.telling import story


@dataclass(frozen=True, slots=True)
class Count:
    """How far an exploration is."""

    states: int
    transitions: int
    depth: int


def explore(name: str, progress: Callable[[Count], None]) -> dict[str, Any]:
    """Explore the scope called `name`; return what was found, as it is printed.

    `progress` is called now and then. An interrupt from the keyboard ends it with what is done.

    Raises:
        KeyError: no scope has that name.
    """
    scope = SCOPES[name]
    exploration = Exploration(scope)
    started = time.perf_counter()
    exploration.run(lambda it: progress(Count(it.states, it.transitions, it.depth)))
    seconds = time.perf_counter() - started
    broken = exploration.broken
    violations = []
    if broken is not None:
        told = story(scope, broken.path)
        violations = [{"reason": broken.reason, "acts": len(broken.path), "story": told}]
    return {
        "scope": name,
        "about": scope.about,
        "authorities": scope.names,
        "quorum": scope.quorum,
        "sovereign_min": scope.sovereign_min,
        "rule": scope.rule.value,
        "complete": exploration.is_complete,
        "states": exploration.states,
        "transitions": exploration.transitions,
        "deepest": exploration.depth,
        "node_states": len(exploration.parts),
        "steps": exploration.parts.steps,
        "violations": violations,
        "seconds": round(seconds, 1),
        "memory_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }
