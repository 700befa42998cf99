"""Holds what a node answers against what its API says of itself."""

import gzip
import re
from functools import cache
from typing import Any, Final

import msgspec
from jsonschema import Draft202012Validator

from amanat.node.api.application import ROUTES
from amanat.node.api.reference.openapi import describe

DOCUMENT: Final[dict[str, Any]] = msgspec.json.decode(msgspec.json.encode(describe(ROUTES)))

GZIP: Final = b"\x1f\x8b"
"""With this begins what is compressed, and was not unpacked by who asked."""

_OUTSIDE: Final = {"no_such_route", "method_not_allowed"}
"""Problems of requests that reach no operation."""


def check(method: str, path: str, status: int, headers: dict[str, str], body: bytes) -> None:
    """Fail unless an answer is one that the description promises."""
    operation = operation_of(method, path.split("?", maxsplit=1)[0])
    if operation is None:
        return
    names = {name.lower() for name in headers}
    media = headers.get("Content-Type", "").split(";")[0]
    problem = msgspec.json.decode(body) if media == "application/problem+json" else {}
    if problem.get("code") in _OUTSIDE or (status == 400 and not media.endswith("json")):
        return  # what is no HTTP never reaches the API
    promised = operation["responses"].get(str(status))
    assert promised is not None, f"{method} {path} answers {status}, which is not described"
    for name in promised.get("headers", {}):
        assert name.lower() in names, f"{method} {path} answers {status} without {name}"
    if status == 304:
        assert body == b""
        return
    assert media in promised["content"], f"{method} {path} answers {media}"
    schema = promised["content"][media]["schema"]
    if "content-encoding" in names and body.startswith(GZIP):
        body = gzip.decompress(body)
    if media in ("application/json", "application/problem+json"):
        errors = list(
            _validator(msgspec.json.encode(schema)).iter_errors(msgspec.json.decode(body))
        )
        assert not errors, f"{method} {path}: {[error.message for error in errors]}"


def operation_of(method: str, path: str) -> dict[str, Any] | None:
    """Return what the description says of a request, None if it is none of its operations."""
    found = [
        (template.count("{"), operations[method.lower()])
        for template, operations in DOCUMENT["paths"].items()
        if method.lower() in operations and _pattern(template).fullmatch(path)
    ]
    return min(found, key=lambda each: each[0])[1] if found else None


@cache
def _pattern(template: str) -> "re.Pattern[str]":
    return re.compile(re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(template)))


@cache
def _validator(schema: bytes) -> Draft202012Validator:
    """Return what checks an answer; a field that the description lacks is a fault too."""
    named = {
        name: each | {"additionalProperties": False} if "properties" in each else each
        for name, each in DOCUMENT["components"]["schemas"].items()
    }
    whole = msgspec.json.decode(schema) | {"components": {"schemas": named}}
    return Draft202012Validator(whole)
