"""JSON Schema of the types that are sent and answered."""

from collections.abc import Iterable
from typing import Any, Final

import msgspec

from amanat.node.api.reference.meanings import declared_types, told

_TEMPLATE: Final = "#/components/schemas/{name}"


def components(kinds: Iterable[Any]) -> tuple[list[Any], dict[str, Any]]:
    """Return the schema of each type, and those that they refer to, by name."""
    kinds = list(kinds)
    schemas, named = msgspec.json.schema_components(kinds, ref_template=_TEMPLATE)
    for name, declared in declared_types(kinds).items():
        for field, words in told(declared).items():
            named[name]["properties"][field]["description"] = words
    return [_portable(each) for each in schemas], {
        name: _portable(each) for name, each in sorted(named.items())
    }


def single(kind: Any) -> dict[str, Any]:
    """Return the schema of a type that refers to no other."""
    schema: dict[str, Any] = _portable(msgspec.json.schema(kind))
    return schema


def _portable(schema: Any) -> Any:
    """Return a schema with its patterns as ECMA-262 writes them, which JSON Schema asks for."""
    if isinstance(schema, list):
        return [_portable(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    return {
        name: _pattern(value) if name == "pattern" and isinstance(value, str) else _portable(value)
        for name, value in schema.items()
    }


def _pattern(python: str) -> str:
    return python.replace(r"\A", "^").replace(r"\Z", "$")
