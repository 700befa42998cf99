"""A block's hash covers every field of its header."""

from typing import Any

import msgspec
import pytest

from amanat.ledger.blocks import Block, BlockHeader
from amanat.ledger.crypto import Domain, digest
from amanat.ledger.encoding import EncodingError, decode, encode

HEADER = BlockHeader(
    version=1,
    chain=b"\x01" * 32,
    height=2,
    term=3,
    parent=b"\x04" * 32,
    time=5,
    transactions_root=b"\x06" * 32,
    state_root=b"\x07" * 32,
    configuration=b"\x08" * 32,
    leader_certificate=b"",
    proposer="mof",
)

CHANGES: dict[str, Any] = {
    "chain": bytes(32),
    "height": 99,
    "term": 99,
    "parent": bytes(32),
    "time": 99,
    "transactions_root": bytes(32),
    "state_root": bytes(32),
    "configuration": bytes(32),
    "leader_certificate": bytes(32),
    "proposer": "sbp",
}


def test_the_hash_is_the_digest_of_the_header_within_its_domain() -> None:
    assert HEADER.digest() == digest(Domain.BLOCK, encode(HEADER))


def test_another_value_in_any_field_gives_another_hash() -> None:
    assert set(CHANGES) == set(BlockHeader.__struct_fields__) - {"version"}
    hashes = {
        msgspec.structs.replace(HEADER, **{field: value}).digest()
        for field, value in CHANGES.items()
    }
    assert len(hashes | {HEADER.digest()}) == len(CHANGES) + 1


def test_a_block_survives_its_encoding() -> None:
    block = Block(HEADER, (b"one", b"", b"two"))
    assert decode(encode(block), Block) == block


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("version", 2),
        ("version", 0),
        ("height", -1),
        ("height", 2**63),
        ("time", -1),
        ("parent", bytes(31)),
        ("state_root", bytes(33)),
        ("leader_certificate", bytes(33)),
        ("proposer", ""),
    ],
)
def test_a_header_out_of_its_bounds_is_not_decoded(field: str, value: Any) -> None:
    wire = msgspec.structs.replace(HEADER, **{field: value})
    with pytest.raises(EncodingError):
        decode(encode(wire), BlockHeader)
