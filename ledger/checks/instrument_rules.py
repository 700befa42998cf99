"""The rules that governance has made for the instrument."""

from collections.abc import Iterator

from amanat.ledger.checks.check import Check
from amanat.ledger.holdings.movements import Movement
from amanat.ledger.operation_execution import Execution
from amanat.ledger.rejections import Refused
from amanat.ledger.rules import RULE_TYPES, rules_of


def _refusals(execution: Execution, movement: Movement) -> Iterator[Refused]:
    if movement.is_voluntary:
        for rule in rules_of(execution.state, movement.instrument.id):
            yield from rule.refusals(execution, movement)


INSTRUMENT_RULES = Check(
    "every rule of the instrument allows it, where the movement is voluntary",
    tuple(dict.fromkeys(code for rule in RULE_TYPES for code in rule.codes)),
    _refusals,
)
