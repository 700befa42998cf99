"""Programs with one safety rule switched off, to see whether the simulator sees it.

A mutant replaces a piece of a function's source text and swaps the compiled code in place, so every
reference to the function runs the mutated one until it is restored.
"""

import inspect
import textwrap
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import CodeType, FunctionType


@dataclass(frozen=True)
class Edit:
    """In `function`, put `new` for `old`, which must stand there exactly once."""

    function: Callable[..., object]
    old: str
    new: str


@dataclass(frozen=True)
class Mutant:
    """One rule switched off, and the invariants (DESIGN) that may fall for it."""

    rule: str
    edits: tuple[Edit, ...]
    found_as: str
    """A pattern of what the simulator then says; a number is that of the invariant."""
    seeds: int
    """It is found within so many seeds, from `first` on. 0: it takes more runs than a test may
    have; then the stories under `tests/scenarios` hold the rule, or the exploration does."""
    first: int = 0
    """Not 0 for what it takes hundreds of runs to find."""


def mutant(rule: str, found_as: str, seeds: int, *edits: Edit, first: int = 0) -> Mutant:
    """Return a mutant, in the order in which a list of them is best read."""
    return Mutant(rule, edits, found_as, seeds, first)


def code_of(function: Callable[..., object]) -> CodeType:
    """Return the code that a call of `function` runs now."""
    return _function(function).__code__


@contextmanager
def mutated(mutant: Mutant) -> Iterator[None]:
    """Run the program with `mutant`'s edits."""
    functions = {_function(edit.function): code_of(edit.function) for edit in mutant.edits}
    try:
        for function in functions:
            edits = [edit for edit in mutant.edits if edit.function is function]
            function.__code__ = _edited(function, edits)
        yield
    finally:
        for function, code in functions.items():
            function.__code__ = code


def _function(function: object) -> FunctionType:
    assert isinstance(function, FunctionType)
    return function


def _edited(function: FunctionType, edits: Iterable[Edit]) -> CodeType:
    source = textwrap.dedent(inspect.getsource(function))
    for edit in edits:
        if source.count(edit.old) != 1:
            raise AssertionError(f"{function.__qualname__} has {edit.old!r} not exactly once")
        source = source.replace(edit.old, edit.new)
    place = f"<mutant of {function.__qualname__}>"
    names: dict[str, object] = {}
    exec(compile(source, place, "exec"), function.__globals__, names)  # noqa: S102 - its own source
    made = names[function.__name__]
    return _function(made.fget if isinstance(made, property) else made).__code__


def getter(owner: type, name: str) -> Callable[..., object]:
    """Return the function behind a property."""
    return _function(vars(owner)[name].fget)
