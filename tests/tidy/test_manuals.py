"""The manuals name all that the program has: operations, codes, routes, exit codes."""

import re

import pytest

from amanat.ledger.operations import OPERATIONS
from amanat.ledger.operations.operation import Operation
from amanat.node.api.application import ROUTES
from amanat.node.cli.failure import ExitCode
from amanat.node.submissions import TransactionState
from tests.tidy.tree import ROOT


def manual(name: str) -> str:
    return (ROOT / "docs" / name).read_text()


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda each: each.__struct_config__.tag)
def test_every_operation_is_described_with_its_fields_signers_and_codes(
    operation: type[Operation],
) -> None:
    tag = operation.__struct_config__.tag
    section = manual("transactions.md").split(f"### `{tag}`\n")[1].split("\n### ")[0]
    assert " ".join((operation.__doc__ or "").split()) in section
    assert f"Signed by: {operation.signers}." in section
    assert set(re.findall(r"`(\w+)`", section.split("Refused with:")[1])) == set(operation.refusals)
    for field in operation.__struct_fields__:
        assert re.search(rf"`{field}\b", section), field


def test_every_route_is_described() -> None:
    described = set(re.findall(r"`(GET|POST) (/[^`]*)`", manual("api.md")))
    assert {(method, path) for method, path, _ in ROUTES} <= described


def test_every_state_is_described() -> None:
    assert all(f"| `{state}` |" in manual("api.md") for state in TransactionState)


def test_every_exit_code_is_described() -> None:
    described = re.findall(r"^\| (\d) \|", manual("cli.md"), re.MULTILINE)
    assert described == [str(code.value) for code in ExitCode]
