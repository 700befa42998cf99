"""`amanat operations`."""

from typing import Any

from amanat.ledger.operations import OPERATIONS
from amanat.node import operation_manual
from amanat.node.cli.output import Format, say, show
from amanat.node.operation_manual import described


def operations(output: Format, *, manual: bool) -> None:
    """Print the registry of operations."""
    if manual:
        say(operation_manual.manual().rstrip("\n"))
        return
    listed = [described(operation) for operation in OPERATIONS]
    if output is Format.JSON:
        show(listed, output)
        return
    for number, told in enumerate(listed):
        if number:
            say("")
        show({"name": told["name"], "signers": told["signers"], **_joined(told)}, output)


def _joined(told: dict[str, Any]) -> dict[str, str]:
    shown = ("fields", "policies", "refusals", "events")
    joined = {name: ", ".join(told[name]) or "none" for name in shown}
    return {**joined, "cut_off": told["cut_off"] or "none"}
