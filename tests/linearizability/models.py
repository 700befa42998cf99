"""Objects that others' histories are about: a register, and a store of texts by key."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

NIL = "nil"
"""What a register holds before anything was written."""


class Act(StrEnum):
    """What may be done to a register or to a key."""

    READ = "read"
    WRITE = "write"
    CAS = "cas"
    GET = "get"
    PUT = "put"
    APPEND = "append"


@dataclass(frozen=True, slots=True)
class RegisterCall:
    """Read; or write `value`; or write it if the register holds `expected` (cas)."""

    act: Act
    value: str = ""
    expected: str = ""


OK, FAILED = "ok", "failed"
"""Answers to a write and to a cas. A read is answered with what it read."""


class Register:
    """One register. Its state is what it holds."""

    def part(self, what: RegisterCall) -> str:
        """There is one only."""
        del what
        return ""

    def initial(self) -> str:
        return NIL

    def step(self, state: str, what: RegisterCall, answer: str | None) -> str | None:
        if what.act is Act.READ:
            return state if answer in (None, state) else None
        if what.act is Act.WRITE:
            return what.value
        matches = state == what.expected
        if answer is not None and (answer == OK) is not matches:
            return None
        return what.value if matches else state

    def changes(self, what: RegisterCall, answer: str | None) -> bool:
        return what.act is not Act.READ and answer != FAILED

    def may_reach(
        self, state: str, others: Sequence[RegisterCall], what: RegisterCall, answer: str
    ) -> bool:
        if what.act is not Act.READ:
            return True
        return answer == state or any(
            other.value == answer for other in others if other.act is not Act.READ
        )

    def shown(self, state: str) -> str:
        return state

    def told(self, what: RegisterCall, answer: str | None) -> str:
        given = {Act.READ: "", Act.WRITE: what.value, Act.CAS: f"{what.expected}, {what.value}"}
        return f"{what.act}({given[what.act]}) -> {answer or 'unknown'}"


@dataclass(frozen=True, slots=True)
class KeyCall:
    """Get a key's text, put another in its place, or append to it."""

    act: Act
    key: str
    value: str = ""


class Texts:
    """Texts by key, each empty at first. A part is a key, and its state the text."""

    def part(self, what: KeyCall) -> str:
        return what.key

    def initial(self) -> str:
        return ""

    def step(self, state: str, what: KeyCall, answer: str | None) -> str | None:
        if what.act is Act.GET:
            return state if answer in (None, state) else None
        return what.value if what.act is Act.PUT else state + what.value

    def changes(self, what: KeyCall, answer: str | None) -> bool:
        del answer
        return what.act is not Act.GET

    def may_reach(self, state: str, others: Sequence[KeyCall], what: KeyCall, answer: str) -> bool:
        del what
        begins = [state, *(other.value for other in others if other.act is Act.PUT)]
        return any(answer.startswith(begin) for begin in begins)

    def shown(self, state: str) -> str:
        return state

    def told(self, what: KeyCall, answer: str | None) -> str:
        said = f"{what.act}({what.key!r}{f', {what.value!r}' if what.value else ''})"
        return f"{said} -> {repr(answer) if answer is not None else 'unknown'}"
