"""The search for an order of operations that explains their answers.

It is that of Wing and Gong ("Testing and Verifying Concurrent Objects", 1993): of all that may come
next, try one, and go back if nothing fits after it. Three things make it fast:

- It never enters a place twice: what is done and the state that it led to say all about a place
  (Lowe, "Testing for Linearizability", 2017). Nor does it enter a place that differs from one that
  it knows only in that more operations without an answer are done: it could do no more from there.
- What can change nothing, such as a read, is done as soon as it may be done with the answer that
  it got. In any order that fits it can be moved there: it changes nothing for what it passes.
- A place is given up from which the next of these cannot get the answer that it got, whatever is
  done before it. What may be done before it is known: that which was called before its answer.
"""

from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from tests.linearizability.history import Input, Operation, Output

State = TypeVar("State", bound=Hashable)
Given_contra = TypeVar("Given_contra", contravariant=True)
Told_contra = TypeVar("Told_contra", contravariant=True)


class Model(Protocol[State, Given_contra, Told_contra]):
    """What the object does when operations follow one another."""

    def part(self, what: Given_contra) -> str:
        """Return the name of what an operation concerns; no part may depend on another."""
        ...

    def initial(self) -> State:
        """Return the state of a part before any operation; None is no state."""
        ...

    def step(self, state: State, what: Given_contra, answer: Told_contra | None) -> State | None:
        """Return the state afterwards; None if it is not answered so. `answer` None: as it may."""
        ...

    def changes(self, what: Given_contra, answer: Told_contra | None) -> bool:
        """Return whether there is a state that an operation with this answer would change."""
        ...

    def may_reach(
        self, state: State, others: Sequence[Given_contra], what: Given_contra, answer: Told_contra
    ) -> bool:
        """Return False if, whichever of the others are done first, `what` is not answered so.

        It may say True where that is hard to tell; it is asked of what changes nothing.
        """
        ...

    def shown(self, state: State) -> str:
        """Return a state as a person would write it."""
        ...

    def told(self, what: Given_contra, answer: Told_contra | None) -> str:
        """Return the operation and its answer as a person would write them."""
        ...


Hint = Callable[[Operation[Input, Output]], int]
"""What to try first, the least number first. What is found does not depend on it."""


class Undecided(Exception):  # noqa: N818 - a verdict, not a mistake
    """The search was ended before it found an order, or that there is none."""


@dataclass(frozen=True, slots=True)
class Order(Generic[State, Input, Output]):
    """An order that explains every answer, and the state that it leads to."""

    operations: list[Operation[Input, Output]]
    state: State


@dataclass(slots=True)
class _Place(Generic[State]):
    """A place of the search: some operations are done, one after the other."""

    done: int
    """A set of operations, as bits by their numbers."""
    state: State
    open: list[int]
    """What may be done next: called before the first answer that is still to be explained."""
    called: int
    """How many operations have been called by then."""
    answer: int
    """Which answer that is."""
    order: list[int]
    """How it came here."""


class Search(Generic[State, Input, Output]):
    """The search for an order of the operations of one part."""

    def __init__(
        self,
        operations: Sequence[Operation[Input, Output]],
        model: Model[State, Input, Output],
        hint: Hint[Input, Output] | None,
    ) -> None:
        self._model = model
        self._operations = sorted(
            (each for each in operations if _matters(each, model)), key=lambda each: each.invoked
        )
        self._never = 1 + max(
            (max(each.invoked, each.answered or 0) for each in operations), default=0
        )
        self._due = [each.answered or self._never for each in self._operations]
        self._answers = sorted(
            (n for n, due in enumerate(self._due) if due < self._never), key=self._due.__getitem__
        )
        self._answered = sum(1 << number for number in self._answers)
        self._been: dict[tuple[int, State], list[int]] = {}
        """Places by what was answered and done there, and their states; of each, what else was."""
        self._rank = self._due if hint is None else [hint(each) for each in self._operations]
        self._changes = [model.changes(each.input, each.output) for each in self._operations]

    def run(self, steps_max: int | None) -> Order[State, Input, Output] | None:
        """Return an order that explains every answer, or None.

        Raises:
            Undecided: that would take more than `steps_max` steps.
        """
        place = self._advanced(_Place(0, self._model.initial(), [], 0, 0, []))
        ways = [self._ways(place)]
        steps = 0
        while place.answer < len(self._answers):
            following = next(ways[-1], None)
            if following is None:
                ways.pop()
                if not ways:
                    return None
                continue
            steps += 1
            if steps_max is not None and steps > steps_max:
                raise Undecided(f"after {steps_max} steps")
            place = self._advanced(following)
            if self._is_new(place) and self._may_go_on(place):
                ways.append(self._ways(place))
        return Order([self._operations[number] for number in place.order], place.state)

    def _ways(self, place: _Place[State]) -> Iterator[_Place[State]]:
        """Yield every place one operation further on; the likeliest first."""
        for number in sorted(place.open, key=self._rank.__getitem__):
            if self._changes[number]:
                state = self._after(place.state, number)
                if state is not None:
                    yield self._with(place, number, state)

    def _advanced(self, place: _Place[State]) -> _Place[State]:
        """Go on from a place, for as long as there is nothing to choose."""
        while True:
            while (
                place.answer < len(self._answers) and place.done >> self._answers[place.answer] & 1
            ):
                place.answer += 1
            last = place.answer == len(self._answers)
            due = self._never if last else self._due[self._answers[place.answer]]
            while place.called < len(self._operations):
                if self._operations[place.called].invoked > due:
                    break
                place.open.append(place.called)
                place.called += 1
            fits = [number for number in place.open if self._is_idle(place.state, number)]
            if not fits:
                return place
            for number in fits:
                place = self._with(place, number, place.state)

    def _is_new(self, place: _Place[State]) -> bool:
        """Note a place; return False if one was noted from which as much can be done."""
        answered = place.done & self._answered
        known = self._been.setdefault((answered, place.state), [])
        unanswered = place.done ^ answered
        if any(other & unanswered == other for other in known):
            return False
        known.append(unanswered)
        return True

    def _may_go_on(self, place: _Place[State]) -> bool:
        """Return False if the next that changes nothing cannot get its answer any more."""
        for number in self._answers[place.answer :]:
            if self._changes[number] or place.done >> number & 1:
                continue
            looked = self._operations[number]
            others = [self._operations[other].input for other in place.open]
            for operation in self._operations[place.called :]:
                if operation.invoked > self._due[number]:
                    break
                others.append(operation.input)
            assert looked.output is not None
            return self._model.may_reach(place.state, others, looked.input, looked.output)
        return True

    def _is_idle(self, state: State, number: int) -> bool:
        """Return whether an operation changes nothing and is answered so in this state."""
        return not self._changes[number] and self._after(state, number) is not None

    def _with(self, place: _Place[State], number: int, state: State) -> _Place[State]:
        return _Place(
            place.done | 1 << number,
            state,
            [other for other in place.open if other != number],
            place.called,
            place.answer,
            [*place.order, number],
        )

    def _after(self, state: State, number: int) -> State | None:
        operation = self._operations[number]
        return self._model.step(state, operation.input, operation.output)


def _matters(operation: Operation[Input, Output], model: Model[State, Input, Output]) -> bool:
    """Return False for a read without an answer: nobody can tell whether it took place."""
    return operation.answered is not None or model.changes(operation.input, None)
