"""The description of the API: OpenAPI 3.1, made of the table of routes and their contracts.

What every operation may answer besides its own follows from what it is: whatever takes parameters
may find them malformed, whatever shows the ledger may be behind, whatever is not for anyone may
ask who reads.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

from amanat.node.api.access.gate import Route
from amanat.node.api.access.scopes import PUBLIC
from amanat.node.api.contracts import Contract, Lasts, Query
from amanat.node.api.parameters import IN_PATH, READING
from amanat.node.api.problems import CATALOGUE, Problem
from amanat.node.api.reference.examples import example
from amanat.node.api.reference.schemas import components, single
from amanat.node.version import VERSION

_SECURITY: Final = {
    "messageSignature": {
        "type": "apiKey",
        "in": "header",
        "name": "Signature",
        "description": "HTTP Message Signatures (RFC 9421) with Ed25519 by a key that the "
        "participant has on the ledger: `Signature-Input` and `Signature` over `@method`, "
        "`@authority`, `@path`, `@query` and, with a body, `content-digest`.",
    },
    "token": {
        "type": "http",
        "scheme": "bearer",
        "description": "A short-lived token of this node, which `POST /v1/tokens` gives for one "
        "signed request.",
    },
}

_HEADERS: Final = {
    "Ledger-Height": ("The final height that the answer speaks of.", {"type": "integer"}),
    "Ledger-Root": ("The state root at that height.", {"type": "string"}),
    "Request-Id": ("Of this request, for the node's operator.", {"type": "string"}),
    "ETag": ("The tag of this answer, for `If-None-Match`.", {"type": "string"}),
    "Retry-After": ("After how many seconds to ask again.", {"type": "integer"}),
    "Location": ("Where the transaction's status is.", {"type": "string"}),
}

_ALWAYS: Final = ("Ledger-Height", "Ledger-Root", "Request-Id")

_PART: Final = re.compile(r"\{(\w+)\}")


def parts(path: str) -> list[str]:
    """Return the names of the parameters in a path."""
    return _PART.findall(path)


def query_of(contract: Contract) -> tuple[Query, ...]:
    """Return all query parameters of a route."""
    return contract.query + (READING if contract.reads else ())


def problems_of(route: Route) -> list[str]:
    """Return the codes of all problems that a route may refuse with."""
    contract = route.handler.contract
    codes = set(contract.problems) | {"internal_error", "too_many_requests"}
    if contract.reads:
        codes |= {"malformed_request", "behind"}
    if contract.query or contract.body is not None or parts(route.path):
        codes.add("malformed_request")
    if route.scope is not PUBLIC:
        codes |= {"authentication_failed", "not_permitted", "too_many_signatures"}
        codes |= {"malformed_request", "body_too_large", "behind"}
        if not route.scope.is_partial:
            codes.add("authentication_required")
    return sorted(codes)


def describe(routes: Sequence[Route]) -> dict[str, Any]:
    """Return the OpenAPI document of these routes."""
    kinds: list[Any] = [Problem]
    for route in routes:
        contract = route.handler.contract
        kinds += [] if contract.answer is None else [contract.answer]
        kinds += [] if contract.body is None else [contract.body.kind]
    schemas, named = components(kinds)
    schema_of = {id(kind): schema for kind, schema in zip(kinds, schemas, strict=True)}
    paths: dict[str, Any] = {}
    for route in routes:
        described = _operation(route, schema_of)
        paths.setdefault(route.path, {})[route.method.lower()] = described
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Amanat",
            "version": VERSION,
            "summary": "The HTTP API of a node of a ledger for tokenized sovereign assets",
            "description": "Amounts are decimal strings in the instrument's smallest unit; digests "
            "and keys are lower-case hexadecimal; times are milliseconds since "
            '1970-01-01T00:00:00Z. A node with `readers = "anyone"` asks nobody who reads, '
            "except for a token.",
        },
        "servers": [{"url": "/"}],
        "tags": [{"name": name} for name in sorted({tag(route) for route in routes})],
        "paths": paths,
        "components": {
            "schemas": named,
            "securitySchemes": _SECURITY,
            "headers": {
                name: {"description": text, "schema": schema}
                for name, (text, schema) in _HEADERS.items()
            },
        },
    }


def tag(route: Route) -> str:
    """Return under what an operation is listed."""
    found = re.match(r"/v1/([a-z]+)", route.path)
    if found is None:
        return "health" if route.path.endswith("z") else "reference"
    return "reference" if found[1] in ("routes", "problems", "openapi") else found[1]


def _operation(route: Route, schema_of: dict[int, Any]) -> dict[str, Any]:
    contract = route.handler.contract
    described: dict[str, Any] = {
        "operationId": contract.id,
        "summary": route.handler.summary,
        "description": f"{route.handler.text}\n\nFor {route.scope.readers}.",
        "tags": [tag(route)],
        "parameters": [*_in_path(route), *(_in_query(each) for each in query_of(contract))],
        "responses": {**_answers(contract, schema_of), **_refusals(route)},
        "security": _security(route),
        "x-readers": route.scope.name,
    }
    if contract.lasts is not Lasts.A_MOMENT:
        described["parameters"].append(_IF_NONE_MATCH)
    if contract.body is not None:
        described["requestBody"] = _body(contract, schema_of)
    return described


_IF_NONE_MATCH: Final = {
    "name": "If-None-Match",
    "in": "header",
    "description": "The `ETag` of an answer that is at hand: 304 if it is still that.",
    "schema": {"type": "string"},
}


def _in_path(route: Route) -> Iterator[dict[str, Any]]:
    for name in parts(route.path):
        kind, description, shown = IN_PATH[name]
        schema = single(kind)
        value = int(shown) if schema.get("type") == "integer" else shown
        yield {
            "name": name,
            "in": "path",
            "required": True,
            "description": description,
            "schema": schema,
            "example": value,
        }


def _in_query(query: Query) -> dict[str, Any]:
    schema = single(query.kind)
    if query.default is not None:
        schema["default"] = query.default
    described = {
        "name": query.name,
        "in": "query",
        "description": query.description,
        "schema": schema,
    }
    return described if query.example is None else described | {"example": query.example}


def _body(contract: Contract, schema_of: dict[int, Any]) -> dict[str, Any]:
    body = contract.body
    if body is None:
        return {}
    content = {
        "application/json": {
            "schema": schema_of[id(body.kind)],
            "example": example(body.kind),
        }
    }
    if body.packed:
        raw = {"schema": {"type": "string", "format": "binary", "description": body.packed}}
        content |= {"application/msgpack": raw, "application/octet-stream": raw}
    described = {"required": body.is_required, "content": content}
    return described | {"description": f"At most {body.bytes_max:,} bytes."}


def _answers(contract: Contract, schema_of: dict[int, Any]) -> dict[str, Any]:
    content: dict[str, Any] = {}
    if contract.answer is not None:
        content["application/json"] = {
            "schema": schema_of[id(contract.answer)],
            "example": example(contract.answer),
        }
    if contract.binary:
        content["application/octet-stream"] = {
            "schema": {"type": "string", "format": "binary", "description": contract.binary}
        }
    content |= {media: {"schema": {"type": "string"}} for media in contract.also}
    is_kept = contract.lasts is not Lasts.A_MOMENT
    names = _ALWAYS + (("ETag",) if is_kept else ())
    if contract.body is not None and contract.id == "submitTransaction":
        names += ("Location",)
    answers = {
        str(status): {
            "description": _STATUSES[status],
            "headers": _headers(names + (("Retry-After",) if status == 503 else ())),
            "content": content,
        }
        for status in contract.statuses
    }
    if is_kept:
        answers["304"] = {
            "description": "What is at hand is still that",
            "headers": _headers(names),
        }
    return answers


_STATUSES: Final = {
    200: "The answer",
    202: "Taken, and not final yet",
    503: "The same, of a node that is not ready",
}


def _headers(names: Iterable[str]) -> dict[str, Any]:
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}


def _refusals(route: Route) -> dict[str, Any]:
    by_status: dict[int, list[str]] = {}
    for code in problems_of(route):
        by_status.setdefault(CATALOGUE[code].status.value, []).append(code)
    return {
        str(status): _refusal(status, codes)
        for status, codes in sorted(by_status.items())
        if status not in route.handler.contract.statuses
    }


def _refusal(status: int, codes: list[str]) -> dict[str, Any]:
    told = "; ".join(f"`{code}`: {CATALOGUE[code].title}" for code in codes)
    known = {"properties": {"code": {"enum": codes}, "status": {"const": status}}}
    names = _ALWAYS + (("Retry-After",) if status in (429, 503) else ())
    return {
        "description": told,
        "headers": _headers(names),
        "content": {
            "application/problem+json": {
                "schema": {"allOf": [{"$ref": "#/components/schemas/Problem"}, known]}
            }
        },
    }


def _security(route: Route) -> list[dict[str, list[str]]]:
    if route.scope is PUBLIC:
        return []
    proofs: list[dict[str, list[str]]] = [{"messageSignature": []}, {"token": []}]
    if route.handler.contract.keeps_secret:
        return proofs[:1]
    open_to_some = route.scope.is_partial or route.scope.may_be_public
    return [*proofs, {}] if open_to_some else proofs
