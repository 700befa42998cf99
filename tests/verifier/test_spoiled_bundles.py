"""No byte of a bundle can change, and no bytes whatever make the verifier stumble."""

from collections.abc import Iterator
from typing import Any

import msgpack
import pytest
from hypothesis import given
from hypothesis import strategies as st

from amanat.ledger.state import HOLDINGS
from amanat.verifier import Balance, Invalid, verify
from tests.verifier.changing import AFTER, ChangingNetwork
from tests.verifier.rehearsal import BUNDLES, GENESIS, HOLDING, TREE, is_refused, refusal

EACH = pytest.mark.parametrize("name", BUNDLES)


def claims_falsely(bundle: bytes, original: str) -> bool:
    """Whether `bundle` passes although it is not what was issued.

    A proof that an account holds nothing shows the same of every account whose path ends in the
    same place. With the name changed to such a one it passes, and is true: a reader compares the
    account that was proved with the one that was asked about.
    """
    try:
        proved = verify(GENESIS, bundle).proved
    except Invalid:
        return False
    if original.startswith("nothing") and isinstance(proved, Balance):
        asked = verify(GENESIS, BUNDLES[original]).proved
        held = TREE.get(HOLDINGS.key(proved.account, proved.instrument))
        return proved == asked or (proved.amount, held) != (0, None)
    return True


@EACH
def test_every_flipped_bit_is_refused(name: str) -> None:
    bundle = BUNDLES[name]
    for at in range(len(bundle)):
        for bit in range(8):
            flipped = bundle[:at] + bytes([bundle[at] ^ 1 << bit]) + bundle[at + 1 :]
            assert not claims_falsely(flipped, name), (at, bit)


@EACH
def test_every_truncation_deletion_and_insertion_is_refused(name: str) -> None:
    bundle = BUNDLES[name]
    for at in range(len(bundle)):
        assert is_refused(bundle[:at])
        assert is_refused(bundle[:at] + bundle[at + 1 :])
        assert is_refused(bundle[:at] + b"\xc0" + bundle[at:])
    assert is_refused(bundle + b"\xc0")


def test_every_flipped_byte_of_the_genesis_document_is_refused() -> None:
    for at in range(len(GENESIS)):
        flipped = GENESIS[:at] + bytes([GENESIS[at] ^ 1]) + GENESIS[at + 1 :]
        assert is_refused(HOLDING, flipped), at


STRANGERS: list[Any] = [
    *(None, True, -1, 0, 2**63, 2**64 - 1, 0.5, "", "x", b"", b"\x00" * 32, b"\x00" * 64),
    *(
        [],
        [[]],
        [None] * 11,
        {},
        {"a": 1},
        {b"a": [1]},
        msgpack.Timestamp(1),
        msgpack.ExtType(5, b""),
    ),
]


def spoiled(value: Any) -> Iterator[Any]:
    """The value with each of its parts, at any depth, replaced by something else."""
    yield from (stranger for stranger in STRANGERS if stranger != value)
    if isinstance(value, list):
        for at, part in enumerate(value):
            yield [*value[:at], *value[at + 1 :]]
            yield [*value[:at], part, *value[at:]]
            for worse in spoiled(part):
                yield [*value[:at], worse, *value[at + 1 :]]


@EACH
def test_every_part_replaced_by_something_else_is_refused(name: str) -> None:
    count = 0
    for value in spoiled(msgpack.unpackb(BUNDLES[name])):
        assert not claims_falsely(msgpack.packb(value), name), value
        count += 1
    assert count > 500


def is_harmless(changed: bytes, original: bytes, genesis: bytes) -> bool:
    """Whether `changed` is refused, or proves exactly what `original` does.

    The latter happens where nobody looks: at who, unknown before a change, signed for it as well.
    """
    return is_refused(changed, genesis) or verify(genesis, changed) == verify(genesis, original)


def test_no_flipped_bit_changes_what_is_proved_across_a_change(network: ChangingNetwork) -> None:
    bundle = network.receipt(AFTER)
    for at in range(len(bundle)):
        flipped = bundle[:at] + bytes([bundle[at] ^ 1 << at % 8]) + bundle[at + 1 :]
        assert is_harmless(flipped, bundle, network.genesis), at


def test_no_replaced_part_changes_what_is_proved_across_a_change(network: ChangingNetwork) -> None:
    bundle = network.receipt(AFTER)
    refused = 0
    for value in spoiled(msgpack.unpackb(bundle)):
        changed = msgpack.packb(value)
        assert is_harmless(changed, bundle, network.genesis), value
        refused += is_refused(changed, network.genesis)
    assert refused > 3000


def test_every_part_of_the_genesis_document_replaced_is_refused() -> None:
    for value in spoiled(msgpack.unpackb(GENESIS)):
        assert is_refused(HOLDING, msgpack.packb(value)), value


@given(st.binary(max_size=200))
def test_any_bytes_whatever_are_refused_and_nothing_else_is_raised(data: bytes) -> None:
    assert is_refused(data)
    assert is_refused(HOLDING, data)


HOSTILE = {
    "deep arrays": b"\x91" * 100_000,
    "deep maps": b"\x81\xa1a" * 50_000,
    "a huge length": b"\xdd\xff\xff\xff\xff",
    "an array as a key": b"\x81\x90\xc0",
    "a repeated key": b"\x82\xa1a\x01\xa1a\x01",
    "not UTF-8": b"\xa1\xff",
    "a timestamp out of range": b"\xd7\xff" + b"\xff" * 8,
    "not a value": b"\xc1",
}


@pytest.mark.parametrize("data", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_encodings_are_refused(data: bytes) -> None:
    assert refusal(data).step == "bundle"
    assert refusal(HOLDING, data).step == "genesis"


def test_a_bundle_with_the_right_parts_in_another_encoding_is_refused() -> None:
    for short, long in ((b"\xb7amanat", b"\xd9\x17amanat"), (b"\xc4\x20", b"\xc5\x00\x20")):
        assert "canonical" in refusal(HOLDING.replace(short, long, 1)).reason


def test_bytes_beyond_the_bound_are_refused_unread() -> None:
    assert "at most" in refusal(b"\xc0" * (8 * 1024 * 1024 + 1)).reason
