"""A join request: a signed file in which a node says who it is, where it is, and what it runs."""

import json
from pathlib import Path
from typing import Annotated, Any, Final

import msgspec
from msgspec import Meta

from amanat.ledger.crypto import Domain, Sign, domain_message, is_valid_key, verify
from amanat.ledger.encoding import Structure, encode
from amanat.ledger.identifiers import Digest, Name, PublicKey

KIND: Final = "amanat-join-request-v1"
BYTES_MAX: Final = 16 * 1024


class RequestError(Exception):
    """The file is no join request that holds. The message says why."""


class JoinRequest(Structure, frozen=True):
    """What a node says of itself; its signature proves that it has the key, and no more."""

    chain: Digest
    name: Name
    participant: Name
    """Who answers for it."""
    key: PublicKey
    peer: Annotated[str, Meta(max_length=256)]
    """Where peers reach it, as `host:port`."""
    api: Annotated[str, Meta(max_length=256)]
    """Where its HTTP API is."""
    version: Annotated[str, Meta(max_length=64)]
    program: Digest
    """The digest of the program that it says it runs."""

    def message(self) -> bytes:
        """Return the bytes that are signed."""
        return domain_message(Domain.JOIN_REQUEST, encode(self))


def written(request: JoinRequest, sign: Sign) -> str:
    """Return the file's content."""
    fields = msgspec.structs.asdict(request)
    content = {
        name: each.hex() if isinstance(each, bytes) else each for name, each in fields.items()
    }
    signature = sign(request.message()).hex()
    return json.dumps({"kind": KIND, **content, "signature": signature}, indent=2) + "\n"


def load(path: Path) -> JoinRequest:
    """Read a join request and check its signature.

    Raises:
        RequestError: it is missing, malformed, or not signed by its key.
    """
    try:
        if path.stat().st_size > BYTES_MAX:
            raise RequestError(f"{path} is longer than a join request can be")
        found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        if found["kind"] != KIND:
            raise RequestError(f"{path} is of the kind {str(found['kind'])[:40]}, not {KIND}")
        signature = bytes.fromhex(found["signature"])
        content = {each.name: found[each.name] for each in msgspec.structs.fields(JoinRequest)}
        for name in ("chain", "key", "program"):
            content[name] = bytes.fromhex(content[name])
        request = msgspec.convert(list(content.values()), JoinRequest)
    except OSError as error:
        raise RequestError(f"{path} cannot be read: {error.strerror}") from error
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise RequestError(f"{path} is no join request: {error}") from error
    if not is_valid_key(request.key) or not verify(request.key, request.message(), signature):
        raise RequestError(f"{path} is not signed by the key that it names")
    return request
