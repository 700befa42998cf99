"""Signatures: outside vectors, keys that must not pass, and one purpose per signature."""

import json
import warnings
from hashlib import sha256
from itertools import permutations
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nacl.signing import SigningKey

from amanat.ledger.crypto import Domain, digest, domain_message, is_valid_key, verify

VECTORS = Path(__file__).parents[3] / "shared" / "vectors" / "wycheproof-ed25519.json"

FIELD_PRIME = 2**255 - 19
GROUP_ORDER = 2**252 + 27742317777372353535851937790883648493

# The eight points of small order, as RFC 8032 encodes them, and encodings of them that are not
# canonical: a coordinate not below the prime, or the sign of a zero set.
SMALL_ORDER = [
    "0100000000000000000000000000000000000000000000000000000000000000",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0000000000000000000000000000000000000000000000000000000000000080",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
    "0100000000000000000000000000000000000000000000000000000000000080",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
]


def key_from(text: str) -> SigningKey:
    return SigningKey(sha256(text.encode()).digest())


def test_the_vectors_of_wycheproof_are_decided_as_it_says() -> None:
    if not VECTORS.exists():
        warnings.warn(f"{VECTORS} is absent: its vectors are NOT checked", stacklevel=2)
        pytest.skip(f"{VECTORS} is absent")
    decided = 0
    for group in json.loads(VECTORS.read_text())["testGroups"]:
        key = bytes.fromhex(group["publicKey"]["pk"])
        for case in group["tests"]:
            signature, message = bytes.fromhex(case["sig"]), bytes.fromhex(case["msg"])
            assert verify(key, message, signature) is (case["result"] == "valid"), case
            decided += 1
    assert decided == 151


@given(st.binary(max_size=100), st.integers(0, 511))
def test_a_signature_holds_for_its_message_and_key_alone(message: bytes, bit: int) -> None:
    signer = key_from("signer")
    key, signature = bytes(signer.verify_key), signer.sign(message).signature
    assert verify(key, message, signature)
    assert not verify(bytes(key_from("other").verify_key), message, signature)
    assert not verify(key, message + b"\x00", signature)
    flipped = bytearray(signature)
    flipped[bit // 8] ^= 1 << bit % 8
    assert not verify(key, message, bytes(flipped))


def test_a_signature_whose_s_was_raised_by_the_group_order_is_refused() -> None:
    signer = key_from("signer")
    signature = signer.sign(b"message").signature
    s = int.from_bytes(signature[32:], "little") + GROUP_ORDER
    assert not verify(
        bytes(signer.verify_key), b"message", signature[:32] + s.to_bytes(32, "little")
    )


@pytest.mark.parametrize("length", [0, 1, 63])
def test_a_truncated_signature_is_refused(length: int) -> None:
    signer = key_from("signer")
    signature = signer.sign(b"message").signature
    assert not verify(bytes(signer.verify_key), b"message", signature[:length])


def test_a_signature_that_carries_the_start_of_its_message_is_refused() -> None:
    signer = key_from("signer")
    signature = signer.sign(b"message").signature
    assert not verify(bytes(signer.verify_key), b"sage", signature + b"mes")


@pytest.mark.parametrize("key", SMALL_ORDER)
def test_a_key_of_small_order_is_no_key_and_signs_nothing(key: str) -> None:
    assert not is_valid_key(bytes.fromhex(key))
    # With such a key, R = identity and S = 0 satisfy the bare equation for every message.
    forged = b"\x01" + bytes(63)
    assert not any(verify(bytes.fromhex(key), bytes([n]), forged) for n in range(64))


@pytest.mark.parametrize("key", [b"", bytes(31), bytes(33), b"\xff" * 32])
def test_what_is_not_the_encoding_of_a_point_is_no_key(key: bytes) -> None:
    assert not is_valid_key(key)


def test_a_coordinate_that_is_not_on_the_curve_is_no_key() -> None:
    on_curve = [is_valid_key(n.to_bytes(32, "little")) for n in range(2, 40)]
    assert True in on_curve
    assert False in on_curve


def test_an_encoding_that_is_not_canonical_is_no_key() -> None:
    # A coordinate y and y + p mean the same point; only the former is its encoding.
    for y in range(19):
        assert not is_valid_key((y + FIELD_PRIME).to_bytes(32, "little"))


@given(st.binary(min_size=32, max_size=32))
def test_every_key_that_a_signer_has_is_valid(seed: bytes) -> None:
    assert is_valid_key(bytes(SigningKey(seed).verify_key))


def test_a_signature_for_one_purpose_serves_no_other() -> None:
    signer = key_from("signer")
    key = bytes(signer.verify_key)
    for signed_for, used_for in permutations(Domain, 2):
        signature = signer.sign(domain_message(signed_for, b"payload")).signature
        assert verify(key, domain_message(signed_for, b"payload"), signature)
        assert not verify(key, domain_message(used_for, b"payload"), signature)


def test_no_domain_is_the_start_of_another_one_s_message() -> None:
    for one, two in permutations(Domain, 2):
        assert not domain_message(one, b"").startswith(domain_message(two, b""))
    assert all("\x00" not in domain for domain in Domain)


def test_a_digest_is_sha_256_over_the_domain_a_zero_byte_and_the_payload() -> None:
    assert digest(Domain.BLOCK, b"abc") == sha256(b"amanat/block/v1\x00abc").digest()
    assert domain_message(Domain.VOTE, b"abc") == b"amanat/vote/v1\x00abc"
    assert len({digest(domain, b"abc") for domain in Domain}) == len(Domain)
