"""The registry of operations, checks and rules, as it explains itself."""

from collections.abc import Iterator
from typing import Any, Final

from amanat.ledger.checks import CHECKS
from amanat.ledger.operations import OPERATIONS, Operation
from amanat.ledger.rules import RULE_TYPES
from amanat.ledger.rules import rule as rule_module
from amanat.node.operation_themes import THEMES
from amanat.node.written.expecting import expected, type_of, unit_of
from amanat.node.written.kinds import Field, Nullable, kind_of

HEAD: Final = """# Operations

What a transaction can do. `amanat operation show NAME` prints the same of one of them, with what
each field takes, `example NAME` a template of it; the node lists all at `/v1/operations`. How they
are written is in [cli.md](cli.md#any-operation), how they travel in
[transactions.md](transactions.md). An operation is refused with one of the codes named; whoever
must sign and did not is named by the first of them.
"""


def described(operation: type[Operation]) -> dict[str, Any]:
    """Return what there is to know about an operation."""
    return {
        "name": operation.tag(),
        "description": _words(operation),
        "fields": [_field(each) for each in kind_of(operation).fields],
        "signers": operation.signers,
        "policies": list(operation.acts),
        "cut_off": operation.business and operation.business.value,
        "refusals": [code.value for code in operation.codes()],
        "events": list(operation.emits),
    }


def in_a_line(operation: type[Operation]) -> str:
    """Return the first sentence of what it does."""
    return _words(operation).split(". ")[0].rstrip(".")


def _field(field: Field) -> dict[str, Any]:
    """Return what there is to know about a field."""
    inner = field.kind.inner if isinstance(field.kind, Nullable) else field.kind
    return {
        "name": field.name,
        "type": type_of(inner),
        "unit": unit_of(inner),
        "nullable": isinstance(field.kind, Nullable),
        "optional": field.may_lack,
        "takes": expected(field.kind),
    }


def manual() -> str:
    """Return the whole manual, as Markdown."""
    return "\n".join([HEAD, *_themes(), *_operations(), *_checks(), *_rules()]) + "\n"


def _themes() -> Iterator[str]:
    for theme, operations in THEMES.items():
        names = ", ".join(f"[`{each.tag()}`](#{each.tag()})" for each in operations)
        yield f"- {theme}: {names}."
    yield ""


def _operations() -> Iterator[str]:
    for operation in OPERATIONS:
        told = described(operation)
        yield f"## `{told['name']}`\n"
        yield f"{told['description']}\n"
        yield f"- Fields: {_listed(each['name'] for each in told['fields'])}."
        yield f"- Signed by: {told['signers']}."
        if told["policies"]:
            yield f"- Policies: {_listed(told['policies'])}."
        if told["cut_off"]:
            yield f"- Cut-off: {_listed([told['cut_off']])}."
        yield f"- Refused with: {_listed(told['refusals'])}."
        yield f"- Events: {_listed(told['events'])}.\n"


def _checks() -> Iterator[str]:
    yield "## What every movement must pass\n"
    for check in CHECKS:
        yield f"- {check.meaning[0].upper()}{check.meaning[1:]}: {_listed(check.codes)}."
    yield ""


def _rules() -> Iterator[str]:
    yield "## Rules that an instrument may have\n"
    yield f"{' '.join((rule_module.__doc__ or '').split())}\n"
    for rule in RULE_TYPES:
        fields = _listed(rule.__struct_fields__)
        name = str(rule.__struct_config__.tag)
        yield f"- `{name}` ({fields}): {_words(rule)} {_listed(rule.codes)}."


def _words(documented: type) -> str:
    return " ".join((documented.__doc__ or "").split())


def _listed(names: Any) -> str:
    return ", ".join(f"`{name}`" for name in names)
