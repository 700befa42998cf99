"""The registry is complete, and each entry documents itself."""

import inspect
import pkgutil
from typing import get_args

import msgspec
import pytest

from amanat.ledger import operations
from amanat.ledger.encoding import EncodingError, decode, encode
from amanat.ledger.operations import (
    ACTS,
    OPERATIONS,
    AnyAct,
    AnyOperation,
    Issue,
    Operation,
    Transfer,
)
from amanat.ledger.rejections import RejectionCode

BY_NAME = {operation.__name__: operation for operation in OPERATIONS}


def tag_of(operation: type[Operation]) -> str:
    return str(operation.__struct_config__.tag)


def test_every_file_of_the_package_is_one_registered_operation() -> None:
    files = {module.name for module in pkgutil.iter_modules(operations.__path__)}
    files -= {"operation", "acts", "proposing", "registering"}
    assert files == {operation.__module__.rsplit(".", 1)[-1] for operation in OPERATIONS}
    assert files == {tag_of(operation).replace("-", "_") for operation in OPERATIONS}


def test_the_list_and_the_type_name_the_same_operations() -> None:
    assert get_args(AnyOperation) == OPERATIONS
    assert get_args(AnyAct) == ACTS


@pytest.mark.parametrize("name", BY_NAME)
def test_an_operation_says_what_it_does_who_signs_and_why_it_may_refuse(name: str) -> None:
    operation = BY_NAME[name]
    assert (inspect.getdoc(operation) or "") != (inspect.getdoc(Operation) or "")
    assert operation.signers
    assert operation.emits
    assert len(set(operation.codes())) == len(operation.codes())


def test_every_rule_is_some_operations() -> None:
    used = {code for operation in OPERATIONS for code in operation.codes()}
    assert used == set(RejectionCode)


def test_an_operation_travels_behind_its_tag() -> None:
    transfer = Transfer("alpha", "beta", "PKR", 1)
    wire = ["transfer", "alpha", "beta", "PKR", 1, None]
    assert msgspec.msgpack.decode(encode(transfer)) == wire
    assert decode(encode(transfer), AnyOperation) == transfer  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "wire",
    [
        ["mint", "alpha", "beta", "PKR", 1, None],
        ["transfer", "alpha", "beta", "PKR", None],
        ["transfer", "alpha", "beta", "PKR", 1],
        ["transfer", "alpha", "beta", "PKR", 1, None, None],
        ["transfer", "alpha", "beta", "PKR", 1, bytes(31)],
        ["transfer", "alpha", "beta", "PKR", 0, None],
        ["transfer", "alpha", "beta", "PKR", -1, None],
        ["transfer", "alpha", "beta", "PKR", 2**63, None],
        ["transfer", "alpha", "beta", "PKR", 1.0, None],
        ["transfer", "alpha", "beta", "PKR", "1", None],
        ["transfer", "alpha", "beta", "PKR", True, None],
        ["transfer", "alpha", "beta", "pkr", 1, None],
        ["transfer", "alpha", "beta", "PKR\n", 1, None],
        ["transfer", "Alpha", "beta", "PKR", 1, None],
        ["transfer", "alpha\n", "beta", "PKR", 1, None],
        ["transfer", "-alpha", "beta", "PKR", 1, None],
        ["transfer", "alpha", "", "PKR", 1, None],
        ["transfer", "a" * 65, "beta", "PKR", 1, None],
        ["transfer", None, "beta", "PKR", 1, None],
        ["transfer", b"alpha", "beta", "PKR", 1, None],
        {"source": "alpha", "target": "beta", "instrument": "PKR", "amount": 1},
        "transfer",
        [],
        None,
    ],
)
def test_what_is_no_operation_is_not_decoded(wire: object) -> None:
    with pytest.raises(EncodingError):
        decode(encode(wire), AnyOperation)  # type: ignore[arg-type]


def test_one_operations_fields_do_not_serve_another() -> None:
    wire = ["transfer", *msgspec.msgpack.decode(encode(Issue("PKR", "alpha", 1)))[1:]]
    with pytest.raises(EncodingError):
        decode(encode(wire), AnyOperation)  # type: ignore[arg-type]
