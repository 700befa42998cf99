"""How late it is on the ledger, checked against the genesis document alone."""

from collections.abc import Sequence
from typing import Any

import msgpack
import pytest
from hypothesis import given
from hypothesis import strategies as st

from amanat.ledger.encoding import encode
from amanat.node.eras import Era
from amanat.node.record import RecordedBlock, RecordPart
from amanat.verifier.decoding import Invalid
from amanat.verifier.moments import verify_moment
from tests.verifier.changing import AFTER, LAST, STAYING, ChangingNetwork


def part(
    network: ChangingNetwork,
    first: int,
    last: int,
    names: Sequence[str] = STAYING,
    *,
    eras: Sequence[Era] | None = None,
) -> bytes:
    """Return a part of a record, from one height to the last final one."""
    blocks = tuple(
        RecordedBlock(encode(header), bytes(64), None, None)
        for header in network.headers(first, last)
    )
    shown = network.eras(last) if eras is None else eras
    return encode(RecordPart(blocks, tuple(shown), network.certificate(last, names)))


def changed(content: bytes, *path: int, to: Any) -> bytes:
    """Return the encoding with another value at a place in it."""
    value = msgpack.unpackb(content)
    place = value
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = to
    packed: bytes = msgpack.packb(value)
    return packed


@pytest.mark.parametrize("height", [1, 2, AFTER, LAST - 1])
def test_the_first_block_of_a_part_says_how_late_it_is(
    network: ChangingNetwork, height: int
) -> None:
    last = LAST - 1
    found = verify_moment(network.genesis, part(network, height, last))
    (header,) = network.headers(height, height)
    assert (found.height, found.time) == (height, header.time)
    assert set(found.signers) <= set(STAYING)


def step(genesis: bytes, content: bytes) -> str:
    with pytest.raises(Invalid) as invalid:
        verify_moment(genesis, content)
    return invalid.value.step


def test_what_proves_nothing_says_at_which_step(network: ChangingNetwork) -> None:
    good = part(network, AFTER, LAST - 1)
    two = part(network, AFTER - 1, LAST - 1)
    refused = {
        "nothing": b"",
        "no blocks": changed(good, 0, to=[]),
        "a block that is none": changed(good, 0, 0, to=[b""]),
        "a header that is none": changed(good, 0, 0, 0, to=b"x"),
        "no quorum": part(network, AFTER, LAST - 1, STAYING[:1]),
        "eras left out": part(network, AFTER, LAST - 1, eras=[]),
        "too few fields": encode([1, 2]),
        "the last block not certified": changed(two, 0, to=msgpack.unpackb(two)[0][:-1]),
    }
    assert {name: step(network.genesis, each) for name, each in refused.items()} == {
        "nothing": "record",
        "no blocks": "headers",
        "a block that is none": "record",
        "a header that is none": "headers",
        "no quorum": "certificate",
        "eras left out": "headers",
        "too few fields": "record",
        "the last block not certified": "certificate",
    }


def test_another_time_is_another_block(network: ChangingNetwork) -> None:
    good = part(network, LAST - 1, LAST - 1)
    header = msgpack.unpackb(msgpack.unpackb(good)[0][0][0])
    for time in (header[5] + 1, header[5] + 10**9):
        header[5] = time
        later = changed(good, 0, 0, 0, to=msgpack.packb(header))
        assert step(network.genesis, later) == "certificate"


def test_another_network_proves_nothing(network: ChangingNetwork) -> None:
    good = part(network, AFTER, LAST - 1)
    document = changed(network.genesis, 1, to="another")
    assert step(document, good) in ("eras", "headers")


@given(st.binary(max_size=200))
def test_nothing_else_is_raised_whatever_the_bytes(content: bytes) -> None:
    with pytest.raises(Invalid):
        verify_moment(content, content)
