"""Proofs of what a state holds under a key, or that it holds nothing there."""

from hashlib import sha256
from typing import Any

from amanat.verifier.certified_headers import Header
from amanat.verifier.decoding import Invalid, expect


def check_state(step: str, header: Header, value: Any) -> tuple[bytes, bytes | None]:
    """Return the key that `value`, a state proof, is of, and what the header's state has there."""
    key, held, siblings, other = expect(step, list, value, "the proof", length=4)
    path = sha256(expect(step, bytes, key, "the key")).digest()
    siblings = expect(step, list, siblings, "the list of siblings")
    if len(siblings) > 256:
        raise Invalid(step, "there are more siblings than bits in a path")
    if held is not None:
        if other is not None:
            raise Invalid(step, "it shows a value and another leaf")
        found = _leaf(path, sha256(expect(step, bytes, held, "the value")).digest())
    elif other is not None:
        other_path, other_value = expect(step, list, other, "the other leaf", length=2)
        expect(step, bytes, other_path, "the other key's digest", length=32)
        expect(step, bytes, other_value, "the other value's digest", length=32)
        if other_path == path or _bits(other_path, len(siblings)) != _bits(path, len(siblings)):
            raise Invalid(step, "the other leaf does not stand where the key would")
        found = _leaf(other_path, other_value)
    else:
        found = bytes(32)
    for bit, sibling in zip(reversed(_bits(path, len(siblings))), siblings, strict=True):
        expect(step, bytes, sibling, "a sibling", length=32)
        found = branch(sibling, found) if bit == "1" else branch(found, sibling)
    if found != header.state_root:
        raise Invalid(step, f"it does not lead to the state root of block {header.height}")
    return key, held


def _bits(path: bytes, count: int) -> str:
    return f"{int.from_bytes(path, 'big'):0256b}"[:count]


def _leaf(path: bytes, value_digest: bytes) -> bytes:
    return sha256(b"\x00" + path + value_digest).digest()


def branch(left: bytes, right: bytes) -> bytes:
    """Return the digest of a branch of a Merkle tree."""
    return sha256(b"\x01" + left + right).digest()
