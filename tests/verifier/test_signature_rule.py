"""Which signatures are valid: in JavaScript, by another library, exactly what libsodium takes.

OpenSSL accepts keys and signatures of small order, which libsodium refuses.
"""

import json
from collections.abc import Iterator
from hashlib import sha256
from random import Random
from typing import Final

from nacl.exceptions import CryptoError
from nacl.signing import SigningKey, VerifyKey

from tests.verifier.edwards import (
    BASE,
    ORDER,
    TORSION,
    P,
    added,
    challenge,
    encoded,
    times,
)
from tests.verifier.javascript import evaluated

MESSAGE: Final = b"amanat/ack/v1\x00 and so on"
SECRET, NONCE = 2**200 + 12_345, 2**201 + 77_777

Triple = tuple[bytes, bytes, bytes]
"""Key, message and signature."""


def signed(key: bytes, secret: int, commitment: bytes, nonce: int, extra: int = 0) -> Triple:
    answer = (nonce + challenge(commitment, key, MESSAGE) * secret) % ORDER + extra
    return key, MESSAGE, commitment + answer.to_bytes(32, "little")


def encodings() -> Iterator[tuple[bytes, int, int]]:
    """Every kind of point, with what of it is a multiple of the base, and of the torsion."""
    for place, small in enumerate(TORSION):
        yield encoded(small), 0, place
        if small[1] < 19:
            yield encoded(small, longer=True), 0, place
            yield bytes([*encoded(small)[:31], encoded(small)[31] ^ 0x80]), 0, place


def made() -> Iterator[Triple]:
    own, commitment = encoded(times(SECRET, BASE)), encoded(times(NONCE, BASE))
    for extra in (0, ORDER, 2 * ORDER, 8 * ORDER):
        yield signed(own, SECRET, commitment, NONCE, extra)
    for point, _, _ in encodings():
        yield signed(point, 0, commitment, NONCE)
        yield signed(own, SECRET, point, 0)
        for other, _, _ in encodings():
            yield point, MESSAGE, other + bytes(32)
    for small in TORSION[1:]:
        mixed = encoded(added(times(SECRET, BASE), small))
        yield signed(own, SECRET, encoded(added(times(NONCE, BASE), small)), NONCE)
        for more in range(16):
            yield signed(mixed, SECRET, encoded(times(NONCE + more, BASE)), NONCE + more)
        # Both mixed: by chance they cancel out.
        for more in range(16):
            beside = encoded(added(times(NONCE + more, BASE), small))
            yield signed(mixed, SECRET, beside, NONCE + more)
    for y in range(P, 2**255):
        yield signed(y.to_bytes(32, "little"), SECRET, commitment, NONCE)
        yield signed(own, SECRET, y.to_bytes(32, "little"), NONCE)


def flipped() -> Iterator[Triple]:
    chance = Random(7)
    signer = SigningKey(sha256(b"somebody").digest())
    genuine = bytes(signer.verify_key) + signer.sign(MESSAGE).signature
    for _ in range(400):
        at = chance.randrange(len(genuine))
        changed = bytearray(genuine)
        changed[at] ^= 1 << chance.randrange(8)
        yield bytes(changed[:32]), MESSAGE, bytes(changed[32:])


def is_taken(key: bytes, message: bytes, signature: bytes) -> bool:
    try:
        VerifyKey(key).verify(message, signature)
    except (CryptoError, ValueError):
        return False
    return True


def test_both_libraries_take_the_same_signatures() -> None:
    triples = [*made(), *flipped()]
    given = json.dumps([[part.hex() for part in triple] for triple in triples])
    code = f"""
        import {{ isSigned }} from "./signatures.mjs";
        const triples = {given}.map((triple) => triple.map((hex) => Buffer.from(hex, "hex")));
        process.stdout.write(JSON.stringify(triples.map((triple) => isSigned(...triple))));
    """
    ours = [is_taken(*triple) for triple in triples]
    assert evaluated(code) == ours
    assert 3 < sum(ours) < 100
    assert len(ours) > 800
