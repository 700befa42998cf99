"""What the page about the API shows of each operation."""

from collections.abc import Sequence
from itertools import groupby
from typing import Any

from amanat.node.api.access.gate import Route
from amanat.node.api.contracts import Query
from amanat.node.api.parameters import IN_PATH
from amanat.node.api.problems import CATALOGUE
from amanat.node.api.reference import examples, python_snippets, snippets
from amanat.node.api.reference.meanings import declared_types, told
from amanat.node.api.reference.openapi import parts, problems_of, query_of, tag
from amanat.node.api.reference.schemas import single


def sections(routes: Sequence[Route]) -> list[tuple[str, list[dict[str, Any]]]]:
    """Return by what operations are listed under, in order of its name: what is shown of each."""
    ordered = sorted(routes, key=tag)
    return [(name, [_section(each) for each in group]) for name, group in groupby(ordered, key=tag)]


def _section(route: Route) -> dict[str, Any]:
    contract = route.handler.contract
    return {
        "id": contract.id,
        "method": route.method,
        "path": route.path,
        "text": route.handler.text,
        "readers": route.scope.readers,
        "parameters": [*_in_path(route), *(_row(each) for each in query_of(contract))],
        "body": None if contract.body is None else examples.text(contract.body.kind),
        "packed": contract.body.packed if contract.body is not None else "",
        "answer": None if contract.answer is None else examples.text(contract.answer),
        "fields": _meanings(contract.answer),
        "problems": [CATALOGUE[code] for code in problems_of(route)],
        "curl": snippets.curl(route),
        "python": python_snippets.python(route),
        "command": snippets.command(route),
    }


def _meanings(answer: Any) -> list[tuple[str, str, str]]:
    """Return what the fields of an answer mean, those within its parts too, where that is said."""
    kinds = {} if answer is None else declared_types([answer])
    return [
        (name, field, words)
        for name, declared in kinds.items()
        for field, words in told(declared).items()
    ]


def _in_path(route: Route) -> list[dict[str, str]]:
    return [
        {"name": name, "where": "path", "takes": _takes(kind), "text": text}
        for name, (kind, text, _) in ((each, IN_PATH[each]) for each in parts(route.path))
    ]


def _row(query: Query) -> dict[str, str]:
    default = "" if query.default is None else f"; {_said(query.default)} if left out"
    return {
        "name": query.name,
        "where": "query",
        "takes": _takes(query.kind) + default,
        "text": query.description,
    }


def _takes(kind: Any) -> str:
    schema = single(kind)
    if "enum" in schema:
        return " or ".join(schema["enum"])
    if "maximum" in schema:
        return f"{schema['type']}, {schema['minimum']:,} to {schema['maximum']:,}"
    return str(schema["type"]) + (f" like {schema['pattern']}" if "pattern" in schema else "")


def _said(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
