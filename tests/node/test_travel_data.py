"""Travel data: sealed to some, opened by each of them to the same, and by nobody else."""

import json

import pytest
from nacl.signing import SigningKey

from amanat.client.keystore import Signer
from amanat.node.travel_data import BYTES_MAX, TravelDataError, seal, unseal

CONTENT = b'{"originator": {"name": "A. Khan"}, "beneficiary": {"name": "B. Malik"}}'
SENDER, RECEIVER, REGULATOR, STRANGER = (Signer(SigningKey(bytes([n]) * 32)) for n in range(4))
KEYS = [SENDER.public_key, RECEIVER.public_key, REGULATOR.public_key]


def changed(file: bytes, **fields: object) -> bytes:
    return json.dumps({**json.loads(file), **fields}).encode()


def test_each_of_those_for_whom_it_is_reads_the_same() -> None:
    sealed, digest = seal(CONTENT, KEYS)
    for signer in (SENDER, RECEIVER, REGULATOR):
        opened = unseal(sealed, signer)
        assert (opened.content, opened.digest) == (CONTENT, digest)


def test_nobody_else_opens_it() -> None:
    sealed, _ = seal(CONTENT, KEYS)
    with pytest.raises(TravelDataError, match=f"not sealed to the key {STRANGER.public_key.hex()}"):
        unseal(sealed, STRANGER)
    keys = json.loads(sealed)["keys"]
    keys[STRANGER.public_key.hex()] = keys[SENDER.public_key.hex()]
    with pytest.raises(TravelDataError, match="the key does not open it"):
        unseal(changed(sealed, keys=keys), STRANGER)


def test_nothing_of_it_can_be_read_or_guessed_from_what_is_outside() -> None:
    sealed, digest = seal(CONTENT, KEYS)
    again, other = seal(CONTENT, KEYS)
    assert b"Khan" not in sealed
    assert b"Khan".hex().encode() not in sealed
    assert (sealed, digest) != (again, other)
    assert digest != other


def test_what_was_altered_is_not_opened() -> None:
    sealed, _ = seal(CONTENT, KEYS)
    box = bytearray.fromhex(json.loads(sealed)["sealed"])
    for position in range(len(box)):
        box[position] ^= 1
        with pytest.raises(TravelDataError, match="altered"):
            unseal(changed(sealed, sealed=box.hex()), RECEIVER)
        box[position] ^= 1


def test_a_digest_that_is_not_its_own_is_found() -> None:
    sealed, _ = seal(CONTENT, KEYS)
    with pytest.raises(TravelDataError, match="says its digest is"):
        unseal(changed(sealed, digest="00" * 32), RECEIVER)


@pytest.mark.parametrize("content", [b"", b"\xff", b"[]", b'"name"', b"{", b"[" * 100_000])
def test_only_an_object_is_sealed(content: bytes) -> None:
    with pytest.raises(TravelDataError, match="JSON"):
        seal(content, KEYS)


@pytest.mark.parametrize("key", [bytes(32), b"\xff" * 32])
def test_a_key_that_is_no_point_is_not_sealed_to(key: bytes) -> None:
    with pytest.raises(TravelDataError, match="nothing can be sealed to the key"):
        seal(CONTENT, [key])


@pytest.mark.parametrize(
    "content",
    [b"", b"\xff", b"[]", b"{}", b"null", b'{"kind": 1}', b"[" * 100_000, b" " * (BYTES_MAX + 1)],
)
def test_what_is_no_sealed_file_is_told(content: bytes) -> None:
    with pytest.raises(TravelDataError):
        unseal(content, RECEIVER)


@pytest.mark.parametrize(
    ("field", "value"), [("keys", []), ("keys", None), ("sealed", 5), ("sealed", "xyz")]
)
def test_a_field_of_another_form_is_told(field: str, value: object) -> None:
    sealed, _ = seal(CONTENT, KEYS)
    with pytest.raises(TravelDataError, match="not a file that"):
        unseal(changed(sealed, **{field: value}), RECEIVER)
