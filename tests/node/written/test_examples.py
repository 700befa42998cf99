"""Every operation can be written: its template is read, encoded, decoded and written again."""

import json
from typing import get_args

import msgspec
import pytest

from amanat.ledger.encoding import decode, encode
from amanat.ledger.operations import OPERATIONS, AnyOperation, Operation
from amanat.ledger.orders.legal_orders import Scope
from amanat.ledger.rules import RULE_TYPES
from amanat.ledger.state import State
from amanat.ledger.terms import KINDS
from amanat.node.written.examples import example, options
from amanat.node.written.reading import parse
from amanat.node.written.writing import written

EVERY = [(each, option) for each in OPERATIONS for option in (None, *options(each))]


@pytest.mark.parametrize(
    ("operation", "option"), EVERY, ids=[f"{each.tag()}-{option}" for each, option in EVERY]
)
def test_a_template_comes_back_as_it_was(operation: type[Operation], option: str | None) -> None:
    template = example(operation, option=option)
    (read,) = parse(json.dumps(template))
    assert type(read) is operation
    assert decode(encode(read), AnyOperation) == read  # type: ignore[arg-type]
    assert written(read) == template
    assert list(template) == ["operation", *operation.__struct_fields__]


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda each: each.tag())
def test_its_sentence_needs_nothing_to_be_known(operation: type[Operation]) -> None:
    (read,) = parse(json.dumps(example(operation)))
    assert read.sentence(State(lambda _: None))


def test_whoever_has_to_choose_is_shown_what_there_is() -> None:
    by_name = {each.tag(): each for each in OPERATIONS}
    assert options(by_name["register-instrument"]) == list(KINDS)
    scopes = [str(each.__struct_config__.tag) for each in get_args(Scope)]
    assert options(by_name["register-order"]) == scopes
    rules = [str(each.__struct_config__.tag) for each in RULE_TYPES]
    assert options(by_name["set-rules"]) == rules
    assert options(by_name["transfer"]) == options(by_name["propose"]) == []


@pytest.mark.parametrize("kind", KINDS)
def test_a_template_shows_the_type_that_was_chosen(kind: str) -> None:
    register = next(each for each in OPERATIONS if each.tag() == "register-instrument")
    assert example(register, option=kind)["terms"]["type"] == kind


def test_templates_are_json_that_other_programs_read() -> None:
    for operation in OPERATIONS:
        text = json.dumps(example(operation))
        assert msgspec.json.decode(text) == example(operation)
