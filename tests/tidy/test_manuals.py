"""The manuals name all that the program has: operations, codes, routes, exit codes."""

import re

import pytest

from amanat.ledger.operations import OPERATIONS
from amanat.ledger.operations.operation import Operation
from amanat.node import operation_manual
from amanat.node.api.application import ROUTES
from amanat.node.cli.failure import ExitCode
from amanat.node.submissions import TransactionState
from tests.tidy.tree import ROOT


def manual(name: str) -> str:
    return (ROOT / "docs" / name).read_text()


def test_the_manual_of_operations_is_what_the_registry_says() -> None:
    """To write it anew: `amanat operations --manual > docs/operations.md`."""
    assert manual("operations.md") == operation_manual.manual()


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda each: each.tag())
def test_every_operation_is_described_with_its_fields_signers_and_codes(
    operation: type[Operation],
) -> None:
    section = manual("operations.md").split(f"## `{operation.tag()}`\n")[1].split("\n## ")[0]
    assert f"Signed by: {operation.signers}." in section
    assert set(re.findall(r"`(\w+)`", section.split("Refused with:")[1].split("\n")[0])) == set(
        operation.codes()
    )
    for field in operation.__struct_fields__:
        assert f"`{field}`" in section


def test_every_route_is_described() -> None:
    described = set(re.findall(r"`(GET|POST) (/[^`]*)`", manual("api.md")))
    assert {(each.method, each.path) for each in ROUTES} <= described


def test_the_manual_says_for_whom_each_route_is() -> None:
    for each in ROUTES:
        assert f"| `{each.method} {each.path}` | {each.scope.name} |" in manual("api.md")
    for name in {each.scope.name for each in ROUTES}:
        assert re.search(rf"^\| {name} \| \w", manual("api.md"), re.MULTILINE)


def test_every_state_is_described() -> None:
    assert all(f"| `{state}` |" in manual("api.md") for state in TransactionState)


def test_every_exit_code_is_described() -> None:
    described = re.findall(r"^\| (\d) \|", manual("cli.md"), re.MULTILINE)
    assert described == [str(code.value) for code in ExitCode]
