"""One value, one encoding: outside vectors, a second MessagePack library, and mutations."""

import json
import warnings
from itertools import pairwise
from pathlib import Path
from typing import Any

import msgpack
import pytest
from hypothesis import given
from hypothesis import strategies as st

from amanat.ledger.encoding import EncodingError, Structure, decode, encode

VECTORS = Path(__file__).parents[3] / "shared" / "vectors" / "msgpack-test-suite.json"

# msgspec tells bytes and str apart by the type it expects, so no union may hold both.
Word = None | bool | int | str
Shallow = Word | list[Word] | dict[str, Word]
Plain: Any = Word | list[Shallow] | dict[str, Shallow]


class Leaf(Structure, frozen=True, tag="leaf"):
    number: int
    text: str
    data: bytes


class Pair(Structure, frozen=True, tag="pair"):
    left: "Leaf | Pair | None"
    right: "Leaf | Pair | None"


class Forest(Structure, frozen=True):
    trees: tuple[Leaf | Pair, ...]
    counts: dict[str, int]
    open: bool


INTEGERS = st.one_of(
    st.integers(-(2**63), 2**64 - 1),
    st.sampled_from([0, 31, 32, 127, 128, 255, 256, 65535, 65536, 2**32 - 1, 2**32]),
    st.sampled_from([-1, -32, -33, -128, -129, -32768, -32769, -(2**31), -(2**31) - 1]),
)
LEAVES = st.builds(Leaf, INTEGERS, st.text(max_size=40), st.binary(max_size=40))
TREES = st.recursive(
    LEAVES,
    lambda below: st.builds(Pair, below | st.none(), below | st.none()),
    max_leaves=5,
)
FORESTS = st.builds(
    Forest,
    st.lists(TREES, max_size=3).map(tuple),
    st.dictionaries(st.text(max_size=3), INTEGERS, max_size=4),
    st.booleans(),
)


@given(FORESTS)
def test_what_is_encoded_decodes_to_itself(value: Forest) -> None:
    assert decode(encode(value), Forest) == value


@given(FORESTS, FORESTS)
def test_two_values_never_share_an_encoding(one: Forest, two: Forest) -> None:
    assert (encode(one) == encode(two)) is (one == two)


@given(FORESTS)
def test_the_order_in_which_a_map_was_filled_does_not_show(value: Forest) -> None:
    backwards = dict(reversed(value.counts.items()))
    assert encode(Forest(value.trees, backwards, value.open)) == encode(value)


@given(FORESTS)
def test_another_library_writes_the_same_bytes(value: Forest) -> None:
    data = encode(value)
    plain = msgpack.unpackb(data, strict_map_key=True)
    plain[1] = dict(sorted(plain[1].items()))
    assert msgpack.packb(plain) == data


MUTATIONS = st.tuples(
    st.sampled_from(["flip", "insert", "delete", "truncate", "append"]),
    st.integers(0, 10_000),
    st.integers(1, 255),
)


def mutated(data: bytes, mutation: tuple[str, int, int]) -> bytes:
    kind, place, byte = mutation
    at = place % len(data)
    return {
        "flip": data[:at] + bytes([data[at] ^ byte]) + data[at + 1 :],
        "insert": data[:at] + bytes([byte]) + data[at:],
        "delete": data[:at] + data[at + 1 :],
        "truncate": data[:at],
        "append": data + bytes([byte]),
    }[kind]


@given(FORESTS, MUTATIONS)
def test_mutated_bytes_are_refused_or_are_the_encoding_of_another_value(
    value: Forest, mutation: tuple[str, int, int]
) -> None:
    data = mutated(encode(value), mutation)
    try:
        other = decode(data, Forest)
    except EncodingError:
        return
    assert encode(other) == data
    assert (other == value) is (data == encode(value))


@given(st.binary(max_size=60))
def test_any_bytes_whatever_are_refused_or_canonical(data: bytes) -> None:
    for kind in (Forest, Leaf, Plain, bytes, dict[str, bytes]):
        try:
            value = decode(data, kind)
        except EncodingError:
            continue
        assert encode(value) == data


LEAF = encode(Leaf(5, "a", b"b"))

NOT_CANONICAL = {
    "an integer one byte too long": b"\x94\xa4leaf\xcc\x05\xa1a\xc4\x01b",
    "a signed form of a positive integer": b"\x94\xa4leaf\xd0\x05\xa1a\xc4\x01b",
    "an integer as 64 bits": b"\x94\xa4leaf\xcf\x00\x00\x00\x00\x00\x00\x00\x05\xa1a\xc4\x01b",
    "an integer as a float": b"\x94\xa4leaf\xcb\x40\x14\x00\x00\x00\x00\x00\x00\xa1a\xc4\x01b",
    "a long string header": b"\x94\xa4leaf\x05\xd9\x01a\xc4\x01b",
    "a long tag header": b"\x94\xd9\x04leaf\x05\xa1a\xc4\x01b",
    "a long binary header": b"\x94\xa4leaf\x05\xa1a\xc5\x00\x01b",
    "a long array header": b"\xdc\x00\x04\xa4leaf\x05\xa1a\xc4\x01b",
    "a string for bytes": b"\x94\xa4leaf\x05\xa1a\xa1b",
    "bytes for a string": b"\x94\xa4leaf\x05\xc4\x01a\xc4\x01b",
    "text that is not UTF-8": b"\x94\xa4leaf\x05\xa1\xff\xc4\x01b",
    "a surrogate in text": b"\x94\xa4leaf\x05\xa3\xed\xa0\x80\xc4\x01b",
    "an extension type": b"\x94\xa4leaf\x05\xa1a\xd4\x01b",
    "a boolean for an integer": b"\x94\xa4leaf\xc3\xa1a\xc4\x01b",
    "an unknown tag": b"\x94\xa4leef\x05\xa1a\xc4\x01b",
    "a missing field": b"\x93\xa4leaf\x05\xa1a",
    "one field too many": b"\x95\xa4leaf\x05\xa1a\xc4\x01b\xc0",
    "a map for an array": b"\x83\xa6number\x05\xa4text\xa1a\xa4data\xc4\x01b",
    "trailing bytes": LEAF + b"\x00",
    "a trailing second value": LEAF + LEAF,
    "nothing": b"",
    "the reserved byte": b"\xc1",
}


@pytest.mark.parametrize("fault", NOT_CANONICAL)
def test_this_is_refused(fault: str) -> None:
    assert decode(LEAF, Leaf) == Leaf(5, "a", b"b")
    with pytest.raises(EncodingError):
        decode(NOT_CANONICAL[fault], Leaf)


@pytest.mark.parametrize(
    "entries",
    [b"\x82\xa1b\x01\xa1a\x02", b"\x82\xa1a\x01\xa1a\x01", b"\x82\xa1a\x01\xa1a\x02"],
    ids=["unsorted", "repeated", "repeated with another value"],
)
def test_a_map_with_keys_out_of_order_or_repeated_is_refused(entries: bytes) -> None:
    assert decode(b"\x82\xa1a\x02\xa1b\x01", dict[str, int]) == {"a": 2, "b": 1}
    with pytest.raises(EncodingError):
        decode(entries, dict[str, int])


def test_bytes_beyond_the_bound_are_refused_unread() -> None:
    assert decode(LEAF, Leaf, bytes_max=len(LEAF)) == Leaf(5, "a", b"b")
    with pytest.raises(EncodingError, match="at most"):
        decode(LEAF, Leaf, bytes_max=len(LEAF) - 1)
    with pytest.raises(EncodingError, match="at most"):
        decode(b"\xc1" * (8 * 1024 * 1024 + 1), Leaf)


@pytest.mark.parametrize("opening", [b"\x91", b"\x93\xa4pair", b"\x81\xa1a"])
def test_nesting_too_deep_is_refused_and_does_not_crash(opening: bytes) -> None:
    for kind in (Pair, list, dict):
        with pytest.raises(EncodingError):
            decode(opening * 100_000, kind)


@pytest.mark.parametrize("header", [b"\xdd\xff\xff\xff\xff", b"\xdf\xff\xff\xff\xff"])
def test_a_length_that_promises_more_than_there_is_is_refused(header: bytes) -> None:
    for kind in (list[int], dict[str, int], tuple[int, ...]):
        with pytest.raises(EncodingError):
            decode(header + b"\x00" * 100, kind)


def vectors() -> dict[str, list[dict[str, Any]]]:
    if not VECTORS.exists():
        warnings.warn(f"{VECTORS} is absent: its vectors are NOT checked", stacklevel=2)
        pytest.skip(f"{VECTORS} is absent")
    suite: dict[str, list[dict[str, Any]]] = json.loads(VECTORS.read_text())
    return suite


NOT_OURS = {"22.number-float.yaml", "50.timestamp.yaml", "60.ext.yaml"}


def accepted(form: bytes) -> bool:
    for kind in (Plain, bytes):
        try:
            decode(form, kind)
        except EncodingError:
            continue
        return True
    return False


def forms_of(case: dict[str, Any]) -> list[bytes]:
    return [bytes.fromhex(form.replace("-", "")) for form in case["msgpack"]]


def shortest(forms: list[bytes]) -> bytes:
    """The shortest form that is not a float; of two, the unsigned one, which sorts first."""
    return min((len(form), form) for form in forms if form[0] not in (0xCA, 0xCB))[1]


def test_of_the_outside_suite_the_shortest_form_of_each_value_is_accepted_alone() -> None:
    values = 0
    for file, cases in vectors().items():
        for case in cases:
            forms = forms_of(case)
            expected = [] if file in NOT_OURS else [shortest(forms)]
            assert [form for form in forms if accepted(form)] == expected, (file, case)
            values += len(expected)
    assert values > 50


def test_of_the_outside_suite_each_accepted_value_is_the_one_that_was_meant() -> None:
    kinds: dict[str, Any] = {"nil": None, "bool": bool, "number": int, "bignum": int, "string": str}
    compared = 0
    for file, cases in vectors().items():
        for case in cases:
            name = next(iter(case))
            if name not in kinds or file in NOT_OURS:
                continue
            meant = int(case["bignum"]) if "bignum" in case else case[name]
            assert decode(shortest(forms_of(case)), kinds[name]) == meant
            compared += 1
    assert compared > 40


@given(st.lists(INTEGERS, min_size=2, max_size=8, unique_by=abs))
def test_a_longer_magnitude_never_has_a_shorter_encoding(numbers: list[int]) -> None:
    positive = sorted(abs(number) for number in numbers)
    lengths = [len(encode(min(number, 2**64 - 1))) for number in positive]
    assert all(one <= two for one, two in pairwise(lengths))
