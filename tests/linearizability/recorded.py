"""Reads histories that others recorded."""

import re
from collections.abc import Iterator
from pathlib import Path

from tests.linearizability.history import Operation, Recorder
from tests.linearizability.models import FAILED, OK, Act, KeyCall, RegisterCall

_JEPSEN = re.compile(r"^INFO\s+jepsen\.util - (\d+)\s+:(\w+)\s+:(\w+)\s+(.*)$")
_TEXTS = re.compile(
    r'^\{:process (\d+), :type :(\w+), :f :(\w+), :key "(.*)", :value (?:nil|"(.*)")\}$'
)


def jepsen_register(path: Path) -> list[Operation[RegisterCall, str]]:
    """Return the history of a log of Jepsen's register test.

    An operation that ends as `:info`, or not at all, is one without an answer, and so is a read
    that timed out; a compare-and-set that ends as `:fail` is known to have found another value.
    """
    recorder = Recorder[RegisterCall, str]()
    under_way: dict[str, int] = {}
    for client, kind, act, said in _matches(_JEPSEN, path):
        values = re.findall(r"\d+|nil", said)
        if kind == "invoke":
            under_way[client] = recorder.invoke(client, _register_call(Act(act), values))
            continue
        number = under_way.pop(client, None)
        if number is None or kind == "info" or ":timed-out" in said:
            continue
        answer = values[0] if act == Act.READ else OK if kind == "ok" else FAILED
        recorder.answer(number, answer)
    return recorder.history()


def _register_call(act: Act, values: list[str]) -> RegisterCall:
    match act:
        case Act.WRITE:
            return RegisterCall(act, values[0])
        case Act.CAS:
            return RegisterCall(act, value=values[1], expected=values[0])
        case _:
            return RegisterCall(act)


def texts(path: Path) -> list[Operation[KeyCall, str]]:
    """Return the history of a log of gets, puts and appends."""
    recorder = Recorder[KeyCall, str]()
    under_way: dict[str, int] = {}
    for client, kind, act, key, value in _matches(_TEXTS, path):
        if kind == "invoke":
            call = KeyCall(Act(act), key, value or "")
            under_way[client] = recorder.invoke(client, call)
        else:
            recorder.answer(under_way.pop(client), value if act == Act.GET else OK)
    return recorder.history()


def _matches(pattern: re.Pattern[str], path: Path) -> Iterator[tuple[str, ...]]:
    for line in path.read_text(encoding="utf-8").splitlines():
        found = pattern.match(line)
        if found is not None:
            yield found.groups()
