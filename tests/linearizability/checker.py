"""Judges whether a history is linearizable (Herlihy and Wing 1990).

It is if every operation can be given one instant between its call and its answer so that, one after
the other, each gets the answer that it got. An operation without an answer may be given an instant
at any time after its call, or none.

Objects that do not depend on one another are judged one by one (P-compositionality: Horn and
Kroening, "Faster Linearizability Checking via P-Compositionality", 2015).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from tests.linearizability.history import Input, Operation, Output
from tests.linearizability.search import Hint, Model, Search, State, Undecided

STEPS_FIRST: Final = 1_000
"""Steps that each part is given at first; those that need more get ten times as many, and so on. A
history whose fault is plain in one part is thus judged though another part is hard."""
HALVING_STEPS_MAX: Final = 20_000
"""Steps that are spent on whether one beginning of a history is linearizable."""


@dataclass(frozen=True, slots=True)
class Conflict:
    """Why a history is not linearizable."""

    part: str
    order: tuple[str, ...]
    """An order that explains the longest beginning of the history for which there is one: all that
    was answered up to then, and what must have happened meanwhile."""
    state: str
    """What that leads to."""
    misfit: str
    """The operation whose answer came next, and fits nowhere: no order explains it too."""

    def __str__(self) -> str:
        last = "; ".join(self.order[-3:]) or "nothing"
        of_part = f" of {self.part}" if self.part else ""
        return (
            f"no order{of_part} explains {self.misfit}; the answers before it are explained by "
            f"{len(self.order)} operations, the last: {last}; they lead to {self.state}"
        )


def check(
    history: Iterable[Operation[Input, Output]],
    model: Model[State, Input, Output],
    *,
    hint: Hint[Input, Output] | None = None,
    steps_max: int | None = None,
) -> Conflict | None:
    """Return None if the history is linearizable, else a conflict.

    Without a hint, what was answered first is tried first.

    Raises:
        Undecided: that would take more than `steps_max` steps of the search for one part.
    """
    parts: dict[str, list[Operation[Input, Output]]] = {}
    for operation in history:
        parts.setdefault(model.part(operation.input), []).append(operation)
    open_parts, steps = sorted(parts), STEPS_FIRST
    while open_parts:
        if steps_max is not None and steps > steps_max:
            raise Undecided(f"after {steps // 10} steps: {', '.join(open_parts)}")
        undecided = []
        for part in open_parts:
            try:
                if Search(parts[part], model, hint).run(steps) is None:
                    return _conflict(part, parts[part], model, hint)
            except Undecided:
                undecided.append(part)
        open_parts, steps = undecided, 10 * steps
    return None


def _conflict(
    part: str,
    operations: Sequence[Operation[Input, Output]],
    model: Model[State, Input, Output],
    hint: Hint[Input, Output] | None,
) -> Conflict:
    """Find the shortest beginning of the history that is not linearizable.

    A beginning of a linearizable history is linearizable, so halving finds it. One that cannot be
    decided is passed over; then a somewhat longer one may be found.
    """
    ends = sorted(each.answered for each in operations if each.answered is not None)
    good, bad = 0, len(ends)
    found = Search([], model, hint).run(None)
    while bad - good > 1:
        middle = (good + bad) // 2
        try:
            beginning = _until(ends[middle - 1], operations)
            order = Search(beginning, model, hint).run(HALVING_STEPS_MAX)
        except Undecided:
            good = middle
            continue
        if order is None:
            bad = middle
        else:
            good, found = middle, order
    assert found is not None, "nothing is always linearizable"
    misfit = next(each for each in operations if each.answered == ends[bad - 1])
    return Conflict(
        part,
        tuple(_told(each, model) for each in found.operations),
        model.shown(found.state),
        _told(misfit, model),
    )


def _until(
    end: int, operations: Sequence[Operation[Input, Output]]
) -> list[Operation[Input, Output]]:
    """Return what was known at an instant."""
    return [
        each if (each.answered or end + 1) <= end else replace(each, output=None, answered=None)
        for each in operations
        if each.invoked <= end
    ]


def _told(operation: Operation[Input, Output], model: Model[State, Input, Output]) -> str:
    return f"{operation.client}: {model.told(operation.input, operation.output)}"
