"""`amanat operation list`."""

import json

import pytest

from amanat.ledger.operations import OPERATIONS, Operation
from amanat.node.written.examples import example, options
from tests.node.cli.running import Amanat

EACH = pytest.mark.parametrize("operation", OPERATIONS, ids=lambda each: each.tag())


def test_all_are_listed_by_theme_in_a_line_each(amanat: Amanat) -> None:
    lines = amanat("operation", "list").out.splitlines()
    for operation in OPERATIONS:
        (line,) = [each for each in lines if each.startswith(f"  {operation.tag()} ")]
        assert len(line.split(maxsplit=1)[1]) > 10
    themes = [line for line in lines if line.endswith(":")]
    assert themes[0] == "Participants and their keys:"
    assert "Others:" not in themes


def test_programs_are_told_fields_with_type_unit_and_whether_they_may_lack(amanat: Amanat) -> None:
    listed = {each["name"]: each for each in amanat("operation", "list", "-o", "json").json}
    assert list(listed) == [operation.tag() for operation in OPERATIONS]
    fields = {each["name"]: each for each in listed["issue"]["fields"]}
    assert fields["amount"] == {
        "name": "amount",
        "type": "amount",
        "unit": "smallest unit",
        "nullable": False,
        "optional": False,
        "takes": "an amount in smallest units, a whole number, 1 to 9223372036854775807",
    }
    assert (fields["tranche"]["nullable"], fields["tranche"]["optional"]) == (True, True)
    close = listed["close-day"]["fields"][0]
    assert (close["type"], close["unit"]) == ("date", "day in Pakistan")
    assert listed["set-roles"]["fields"][1]["type"] == "list of choice"


@EACH
def test_one_is_shown_in_full(amanat: Amanat, operation: type[Operation]) -> None:
    shown = amanat("operation", "show", operation.tag()).out
    assert operation.signers in shown
    for field in operation.__struct_fields__:
        assert f"\n  {field}: " in shown
    assert (
        amanat("operation", "show", operation.tag(), "-o", "json").json["name"] == operation.tag()
    )


@EACH
def test_its_template_is_json(amanat: Amanat, operation: type[Operation]) -> None:
    shown = amanat("operation", "example", operation.tag()).out
    assert json.loads(shown) == example(operation)
    for option in options(operation):
        shown = amanat("operation", "example", operation.tag(), "--type", option).out
        assert json.loads(shown) == example(operation, option=option)


def test_what_is_not_known_is_answered_with_the_nearest(amanat: Amanat) -> None:
    assert amanat("operation", "show", "regster-order").failed(2) == (
        '"regster-order" is no operation here: did you mean register-order?'
    )
    reason = amanat("operation", "example", "register-order", "--type", "acount").failed(2)
    assert reason == '--type "acount" is no type for register-order here: did you mean account?'
    reason = amanat("operation", "example", "transfer", "--type", "cash").failed(2)
    assert reason == '--type "cash" is no type for transfer here: it takes nothing'
