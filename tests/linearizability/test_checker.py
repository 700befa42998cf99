"""The checker against the definition, tried in full on tiny histories."""

from collections.abc import Sequence
from itertools import combinations, permutations
from random import Random
from typing import TypeVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.linearizability.checker import check
from tests.linearizability.history import Operation, Recorder
from tests.linearizability.models import (
    FAILED,
    NIL,
    OK,
    Act,
    KeyCall,
    Register,
    RegisterCall,
    Texts,
)
from tests.linearizability.search import Model, State, Undecided

Call = TypeVar("Call")
Event = tuple[str, RegisterCall | str]
"""A client and what it calls, or what it is answered."""

READ = RegisterCall(Act.READ)
ONE, TWO = RegisterCall(Act.WRITE, "1"), RegisterCall(Act.WRITE, "2")


def is_linearizable(
    history: Sequence[Operation[Call, str]], model: Model[State, Call, str]
) -> bool:
    """The definition: some order of all that was answered and any of the rest explains it."""
    answered = [each for each in history if each.answered is not None]
    unanswered = [each for each in history if each.answered is None]
    return any(
        _explains(order, model)
        for count in range(len(unanswered) + 1)
        for some in combinations(unanswered, count)
        for order in permutations([*answered, *some])
    )


def _explains(order: Sequence[Operation[Call, str]], model: Model[State, Call, str]) -> bool:
    for place, later in enumerate(order):
        if any(each.invoked > (later.answered or 10**9) for each in order[:place]):
            return False
    states: dict[str, State] = {}
    for each in order:
        part = model.part(each.input)
        state = model.step(states.get(part, model.initial()), each.input, each.output)
        if state is None:
            return False
        states[part] = state
    return True


@st.composite
def histories(
    draw: st.DrawFn, calls: st.SearchStrategy[tuple[Call, str]]
) -> list[Operation[Call, str]]:
    """Draw up to five operations that overlap anyhow, some of them without an answer."""
    drawn = draw(st.lists(calls, max_size=5))
    events = draw(st.permutations([number for number in range(len(drawn)) for _ in range(2)]))
    unanswered = draw(st.sets(st.integers(0, 4), max_size=2))
    recorder = Recorder[Call, str]()
    numbers: dict[int, int] = {}
    for event in events:
        call, answer = drawn[event]
        if event not in numbers:
            numbers[event] = recorder.invoke(str(event), call)
        elif event not in unanswered:
            recorder.answer(numbers[event], answer)
    return recorder.history()


VALUES = st.sampled_from("12")
REGISTER = st.one_of(
    st.tuples(st.just(READ), st.sampled_from([NIL, "1", "2"])),
    st.tuples(st.builds(RegisterCall, st.just(Act.WRITE), VALUES), st.just(OK)),
    st.tuples(
        st.builds(RegisterCall, st.just(Act.CAS), VALUES, VALUES), st.sampled_from([OK, FAILED])
    ),
)
KEYS = st.sampled_from("ab")
TEXTS = st.one_of(
    st.tuples(
        st.builds(KeyCall, st.just(Act.GET), KEYS),
        st.sampled_from(["", "1", "2", "12", "21", "11"]),
    ),
    st.tuples(st.builds(KeyCall, st.just(Act.PUT), KEYS, VALUES), st.just(OK)),
    st.tuples(st.builds(KeyCall, st.just(Act.APPEND), KEYS, VALUES), st.just(OK)),
)


@settings(max_examples=400, deadline=None, derandomize=True)
@given(histories(REGISTER))
def test_of_a_register_the_verdict_is_that_of_the_definition(
    history: list[Operation[RegisterCall, str]],
) -> None:
    assert (check(history, Register()) is None) is is_linearizable(history, Register())


@settings(max_examples=400, deadline=None, derandomize=True)
@given(histories(TEXTS), st.randoms(use_true_random=False))
def test_of_texts_the_verdict_is_that_of_the_definition_whatever_the_hint(
    history: list[Operation[KeyCall, str]], random: Random
) -> None:
    conflict = check(history, Texts(), hint=lambda _: random.randrange(5))
    assert (conflict is None) is is_linearizable(history, Texts())


def recorded(*events: Event) -> list[Operation[RegisterCall, str]]:
    """Return a history: each client calls, then is answered."""
    recorder = Recorder[RegisterCall, str]()
    under_way: dict[str, int] = {}
    for client, event in events:
        if isinstance(event, RegisterCall):
            under_way[client] = recorder.invoke(client, event)
        else:
            recorder.answer(under_way[client], event)
    return recorder.history()


def verdict(*events: Event) -> str:
    return str(check(recorded(*events), Register()))


def test_nothing_at_all_is_linearizable() -> None:
    assert verdict() == "None"


def test_what_was_answered_is_seen_by_whoever_asks_later() -> None:
    assert verdict(("a", ONE), ("a", OK), ("b", READ), ("b", NIL)) == (
        "no order explains b: read() -> nil; the answers before it are explained by 1 operations, "
        "the last: a: write(1) -> ok; they lead to 1"
    )


def test_what_is_under_way_may_be_seen_or_not() -> None:
    for seen in (NIL, "1"):
        assert verdict(("a", ONE), ("b", READ), ("b", seen), ("a", OK)) == "None"


def test_what_was_once_seen_is_not_unseen() -> None:
    told = verdict(("a", ONE), ("b", READ), ("b", "1"), ("b", READ), ("b", NIL), ("a", OK))
    assert "no order explains b: read() -> nil" in told
    assert "the last: a: write(1) -> unknown; b: read() -> 1" in told


def test_what_nobody_answered_may_take_effect_late_or_never() -> None:
    begun: list[Event] = [("a", ONE), ("b", TWO), ("b", OK), ("b", READ), ("b", "2"), ("b", READ)]
    assert verdict(*begun, ("b", "1")) == "None"
    assert verdict(*begun, ("b", "2")) == "None"


def test_what_nobody_answered_takes_effect_once() -> None:
    once: list[Event] = [
        ("a", ONE),
        ("b", READ),
        ("b", "1"),
        ("c", TWO),
        ("c", OK),
        ("b", READ),
        ("b", "2"),
    ]
    assert verdict(*once) == "None"
    assert "no order explains b: read() -> 1" in verdict(*once, ("b", READ), ("b", "1"))


def test_what_was_not_called_is_not_seen() -> None:
    assert "no order explains b: read() -> 2" in verdict(("a", ONE), ("b", READ), ("b", "2"))


def test_a_conflict_is_of_the_first_answer_that_cannot_be_explained() -> None:
    good: list[Event] = [("a", ONE), ("a", OK)]
    again: list[Event] = [("a", READ), ("a", NIL)]
    more: list[Event] = [("c", TWO), ("c", OK), ("a", READ), ("a", "1")]
    for later in ([], again, more):
        told = verdict(*good, ("b", READ), ("b", "2"), *later)
        assert told.startswith("no order explains b: read() -> 2;")


def test_nothing_is_answered_twice() -> None:
    with pytest.raises(ValueError, match="answered twice"):
        recorded(("a", ONE), ("a", OK), ("a", OK))


def test_a_search_ends_where_it_is_told_to() -> None:
    recorder = Recorder[KeyCall, str]()
    begun = [recorder.invoke(str(n), KeyCall(Act.APPEND, "k", str(n))) for n in range(9)]
    for number in begun:
        recorder.answer(number, OK)
    recorder.answer(recorder.invoke("r", KeyCall(Act.PUT, "k", "x")), OK)
    recorder.answer(recorder.invoke("r", KeyCall(Act.GET, "k")), "xy")
    with pytest.raises(Undecided, match="after 1000 steps: k"):
        check(recorder.history(), Texts(), steps_max=1_000)
