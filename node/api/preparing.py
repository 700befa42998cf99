"""Making a transaction's body from operations as people write them: the exact bytes to sign.

Whoever has no MessagePack and no client of ours signs `message` with Ed25519 and sends the body
back with the signatures. What is signed can be checked before: the sentences say what it does, and
docs/transactions.md says how the message follows from the body, byte by byte.
"""

import json
import secrets
from typing import Annotated, Any, Final

import msgspec
from aiohttp import web
from msgspec import Meta

from amanat.ledger.encoding import encode
from amanat.ledger.operations import AnyOperation
from amanat.ledger.state import State, parameters_of
from amanat.ledger.transactions import (
    SIGNERS_MAX,
    Body,
    check_size,
    signed_message,
    transaction_id,
)
from amanat.node.api.access.gate import GATE
from amanat.node.api.contracts import Body as RequestBody
from amanat.node.api.contracts import Contract, Lasts, described
from amanat.node.api.messages import base64_text
from amanat.node.api.notation import Base64Text, Hex32Text, TimeMs
from amanat.node.api.problems import ApiProblem
from amanat.node.api.requests import NODE, SINGLE_BYTES_MAX, answer, body, from_json
from amanat.node.api.submitted import refusing
from amanat.node.written.reading import WrittenError, parse

VALID_FOR_MS: Final = 3_600_000
"""How long a transaction may take to be in a block, if nothing is said: an hour."""

NONCE_BYTES: Final = 16


class Preparation(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a transaction is to do, and who is to sign it."""

    operations: Annotated[list[dict[str, Any]], Meta(min_length=1)]
    """As `amanat transaction sign` takes them; docs/operations.md has every one."""
    signers: Annotated[list[Hex32Text], Meta(min_length=1, max_length=SIGNERS_MAX)]
    """The public keys of all who sign it, in any order."""
    valid_until: TimeMs | None = None
    """The latest ledger time at which it may be in a block; in an hour, if not said."""
    nonce: Annotated[str, Meta(pattern=r"\A(?:[0-9a-f]{2}){8,32}\Z")] | None = None
    """8 to 32 bytes in hexadecimal, so that two equal acts are two transactions; random, if not
    said. The same preparation with the same nonce and end gives the same bytes."""


class PreparedView(msgspec.Struct, frozen=True):
    """A body, and what to sign."""

    id: Hex32Text
    body: Base64Text
    """The body, to be sent back as it is with the signatures."""
    message: Base64Text
    """What each signer signs, by pure Ed25519 (RFC 8032)."""
    signers: list[Hex32Text]
    valid_until: TimeMs
    sentences: list[str]
    """What each operation would do, in plain words."""


@described(
    Contract(
        "prepareTransaction",
        PreparedView,
        body=RequestBody(Preparation, bytes_max=SINGLE_BYTES_MAX),
        problems=("unsupported_media_type", "body_too_large", "too_large"),
        lasts=Lasts.A_MOMENT,
        command="amanat transaction sign order.json --key client-a.json --save order.tx",
    )
)
async def prepare(request: web.Request) -> web.Response:
    """Return the exact bytes to sign for these operations, and in plain words what they do.

    Nothing is submitted, and nothing is kept.
    """
    node = request.app[NODE]
    if request.content_type != "application/json":
        detail = f"{request.content_type} is not accepted; send application/json"
        raise ApiProblem("unsupported_media_type", detail)
    wanted = from_json(await body(request, SINGLE_BYTES_MAX), Preparation)
    made = _body(node.chain_id, wanted, _operations(wanted), now=node.now())
    encoded = encode(made)
    with refusing():
        check_size(encoded, parameters_of(State(node.chain.final.tree.get)).transaction_bytes_max)
    identifier, telling = transaction_id(encoded), request.app[GATE].telling(request)
    view = PreparedView(
        id=identifier.hex(),
        body=base64_text(encoded),
        message=base64_text(signed_message(identifier)),
        signers=[key.hex() for key in made.signers],
        valid_until=made.valid_until,
        sentences=[telling.sentence(each) for each in made.operations],
    )
    return answer(node, view)


def _operations(wanted: Preparation) -> tuple[AnyOperation, ...]:
    try:
        return tuple(parse(json.dumps(wanted.operations)))
    except WrittenError as error:
        raise ApiProblem("malformed_request", f"operations{error}") from error


def _body(
    chain: bytes, wanted: Preparation, operations: tuple[AnyOperation, ...], *, now: int
) -> Body:
    signers = sorted({bytes.fromhex(each) for each in wanted.signers})
    nonce = (
        secrets.token_bytes(NONCE_BYTES) if wanted.nonce is None else bytes.fromhex(wanted.nonce)
    )
    until = now + VALID_FOR_MS if wanted.valid_until is None else wanted.valid_until
    return Body(chain, until, nonce, tuple(signers), operations)
