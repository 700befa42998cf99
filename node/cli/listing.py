"""`amanat operation list`."""

import json
from typing import Any

from amanat.ledger.operations import OPERATIONS, Operation
from amanat.node import operation_manual
from amanat.node.cli.failure import Failure
from amanat.node.cli.output import Format, say, show
from amanat.node.operation_manual import described
from amanat.node.operation_themes import THEMES
from amanat.node.written.examples import example, options
from amanat.node.written.nearest import unknown


def manual() -> None:
    """Print the manual of operations, as Markdown."""
    say(operation_manual.manual().rstrip("\n"))


def all_operations(output: Format) -> None:
    """Print the registry: by theme and in a line each, or with JSON in full."""
    if output is not Format.TABLE:
        show([described(operation) for operation in OPERATIONS], output)
        return
    width = max(len(each.tag()) for each in OPERATIONS)
    for number, (theme, operations) in enumerate(THEMES.items()):
        if number:
            say("")
        say(f"{theme}:")
        for each in operations:
            say(f"  {each.tag():{width}}  {operation_manual.in_a_line(each)}")
    say("")
    say("`amanat operation show NAME` shows one in full, `example NAME` its template.")


def one(name: str, output: Format) -> None:
    """Print one operation in full."""
    told = described(_named(name))
    if output is not Format.TABLE:
        show(told, output)
        return
    show({**_joined(told), "example": f"amanat operation example {name}"}, output)
    say("")
    for field in told["fields"]:
        lacks = " (may be left out)" if field["optional"] else ""
        say(f"  {field['name']}: {field['takes']}{lacks}")


def template(name: str, of_type: str | None) -> None:
    """Print a template of an operation, which is signed once it is filled in."""
    operation = _named(name)
    known = options(operation)
    if of_type is not None and of_type not in known:
        raise Failure(f"--type {unknown(of_type, known, f'type for {name}')}")
    say(json.dumps(example(operation, option=of_type), indent=2, ensure_ascii=False))


def _named(name: str) -> type[Operation]:
    by_name = {each.tag(): each for each in OPERATIONS}
    if name not in by_name:
        raise Failure(unknown(name, by_name, "operation"))
    return by_name[name]


def _joined(told: dict[str, Any]) -> dict[str, str]:
    shown = ("policies", "refusals", "events")
    joined = {each: ", ".join(told[each]) or "none" for each in shown}
    first = {each: told[each] for each in ("name", "description", "signers")}
    return {**first, **joined, "cut_off": told["cut_off"] or "none"}
