"""The manuals name all that the program has: operations, codes, routes, exit codes."""

import re
from collections.abc import Iterator

import pytest

from amanat.ledger.operations import OPERATIONS
from amanat.ledger.operations.operation import Operation
from amanat.node import operation_manual
from amanat.node.api.application import ROUTES
from amanat.node.cli.failure import ExitCode
from amanat.node.submissions import TransactionState
from amanat.node.written.kinds import Kind, Many, Nullable, OneOf, Record, kind_of
from tests.tidy.tree import ROOT


def manual(name: str) -> str:
    return (ROOT / "docs" / name).read_text()


def test_the_manual_of_operations_is_what_the_registry_says() -> None:
    """To write it anew: `amanat operation manual > docs/operations.md`."""
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


def structures() -> Iterator[tuple[str, Record]]:
    """Yield every structure that an operation may hold, and its name among several."""
    waiting: list[tuple[str, Kind]] = [("", kind_of(each)) for each in OPERATIONS]
    met: set[type] = set()
    while waiting:
        name, kind = waiting.pop()
        match kind:
            case Many():
                waiting.append((name, kind.item))
            case Nullable():
                waiting.append((name, kind.inner))
            case OneOf():
                waiting += kind.options.items()
            case Record() if kind.type not in met:
                met.add(kind.type)
                yield name, kind
                waiting += (("", field.kind) for field in kind.fields)


STRUCTURES = [(name, each) for name, each in structures() if each.type not in OPERATIONS]


@pytest.mark.parametrize(
    ("name", "structure"), STRUCTURES, ids=[each.type.__name__ for _, each in STRUCTURES]
)
def test_every_structure_of_an_operation_is_described_with_its_fields(
    name: str, structure: Record
) -> None:
    """Rules have their page among the operations."""
    text = manual("transactions.md") + manual("operations.md")
    assert f"`{name}`" in text or f'"{name}"' in text or not name
    for field in structure.fields:
        assert re.search(rf"\b{field.name}\b", text), field.name
