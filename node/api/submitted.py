"""The one transaction that a request holds: as it is, in JSON, or as a body with signatures."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from aiohttp import web

from amanat.ledger.dry_run import Draft
from amanat.ledger.encoding import encode
from amanat.ledger.identifiers import PublicKey, Signature
from amanat.ledger.rejections import DoorRefusal
from amanat.ledger.transactions import open_body
from amanat.node.api.messages import Submission
from amanat.node.api.problems import ApiProblem
from amanat.node.api.requests import SINGLE_BYTES_MAX, body, from_base64, from_json

MSGPACK: Final = ("application/msgpack", "application/octet-stream")

FORMS: Final = "send transaction, or body with signatures"


async def envelope_in(request: web.Request) -> bytes:
    """Return the one transaction in a request; some signatures may lack.

    Raises:
        ApiProblem: `unsupported_media_type`, `malformed`, or as `body` and `from_json` do.
    """
    data = await body(request, SINGLE_BYTES_MAX)
    if request.content_type in MSGPACK:
        return data
    if request.content_type != "application/json":
        raise unsupported(request)
    submission = from_json(data, Submission)
    if submission.transaction is not None:
        if submission.body is not None or submission.signatures is not None:
            raise ApiProblem("malformed_request", f"{FORMS}, not both")
        return from_base64(submission.transaction, "transaction")
    if submission.body is None:
        raise ApiProblem("malformed_request", FORMS)
    return _put_together(from_base64(submission.body, "body"), submission.signatures or {})


def unsupported(request: web.Request) -> ApiProblem:
    """Return the problem of a request that holds something else."""
    return ApiProblem(
        "unsupported_media_type",
        f"{request.content_type} is not accepted; send application/json or application/msgpack",
    )


@contextmanager
def refusing() -> Iterator[None]:
    """Answer what the door refuses with the problem of that code."""
    try:
        yield
    except DoorRefusal as refusal:
        raise ApiProblem(refusal.code.value, refusal.detail, refusal.figures) from refusal


def _put_together(encoded: bytes, given: dict[str, str]) -> bytes:
    with refusing():
        signers = open_body(encoded).signers
    signed: dict[PublicKey, Signature] = {}
    for name, text in given.items():
        try:
            key = bytes.fromhex(name)
        except ValueError as error:
            raise ApiProblem("malformed_request", f"signatures: {name!r} is no key") from error
        if key not in signers:
            detail = f"signatures: the key {name} is none of the signers in the body"
            raise ApiProblem("malformed_request", detail)
        signed[key] = from_base64(text, f"signatures.{name}")
        if len(signed[key]) != 64:
            raise ApiProblem("malformed_request", f"signatures.{name} has not 64 bytes")
    return encode(Draft(encoded, tuple(signed[key] for key in signers if key in signed)))
