"""One body, one encoding, one id; and nothing else is let in."""

from collections.abc import Callable
from hashlib import sha256
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from amanat.ledger.crypto import Domain, verify
from amanat.ledger.encoding import encode
from amanat.ledger.operations import Transfer
from amanat.ledger.rejections import DoorCode, DoorRefusal
from amanat.ledger.transactions import (
    SIGNATURES_MAX,
    Body,
    SignedTransaction,
    TransactionSignature,
    open_transaction,
    sign,
    signed_message,
    transaction_id,
)
from tests.ledger.world import RUPEE, START, public_key, signers_called

CHAIN = bytes(range(32))
BODY = Body(CHAIN, START, b"nonce---", (Transfer("alpha", "beta", RUPEE, 1),))
LIMIT = 100_000


def signed_by(*names: str, body: Body = BODY) -> bytes:
    return sign(body, signers_called(names))


def refusal(envelope: bytes, bytes_max: int = LIMIT) -> DoorRefusal:
    with pytest.raises(DoorRefusal) as refused:
        open_transaction(envelope, bytes_max=bytes_max)
    return refused.value


def test_what_was_signed_comes_out_as_it_went_in() -> None:
    envelope = signed_by("alpha", "beta")
    opened = open_transaction(envelope, bytes_max=LIMIT)
    assert opened.body == BODY
    assert opened.id == transaction_id(encode(BODY))
    assert opened.envelope == envelope
    assert opened.envelope_digest == sha256(envelope).digest()
    assert {s.key for s in opened.signatures} == {public_key("alpha"), public_key("beta")}


def test_the_id_is_the_digest_of_the_body_within_its_domain() -> None:
    encoded = encode(BODY)
    assert transaction_id(encoded) == sha256(b"amanat/transaction/v1\x00" + encoded).digest()


def test_each_signature_is_over_the_id_within_its_domain() -> None:
    opened = open_transaction(signed_by("alpha"), bytes_max=LIMIT)
    assert signed_message(opened.id) == Domain.TRANSACTION.encode() + b"\x00" + opened.id
    (signature,) = opened.signatures
    assert verify(signature.key, signed_message(opened.id), signature.signature)


def test_other_signatures_make_no_other_transaction() -> None:
    one, two = (open_transaction(signed_by(name), bytes_max=LIMIT) for name in ("alpha", "beta"))
    assert one.id == two.id
    assert one.envelope_digest != two.envelope_digest


@pytest.mark.parametrize(
    "change",
    [
        {"chain": bytes(32)},
        {"valid_until": START + 1},
        {"nonce": b"nonce--!"},
        {"operations": (Transfer("alpha", "beta", RUPEE, 2),)},
        {"operations": BODY.operations * 2},
    ],
)
def test_any_change_of_the_body_makes_another_transaction(change: dict[str, Any]) -> None:
    changed = msgspec.structs.replace(BODY, **change)
    assert transaction_id(encode(changed)) != transaction_id(encode(BODY))


def test_the_order_in_which_signers_are_given_makes_no_difference() -> None:
    assert signed_by("alpha", "beta", "gamma") == signed_by("gamma", "alpha", "beta")


def test_a_transaction_of_exactly_the_limit_is_opened_and_one_byte_more_is_not() -> None:
    envelope = signed_by("alpha")
    assert open_transaction(envelope, bytes_max=len(envelope)).body == BODY
    refused = refusal(envelope, bytes_max=len(envelope) - 1)
    assert refused.code == DoorCode.TOO_LARGE
    assert refused.figures == {"have": len(envelope), "may": len(envelope) - 1}


def test_ten_megabytes_are_refused_by_their_length() -> None:
    assert refusal(bytes(10_000_000)).code == DoorCode.TOO_LARGE


def envelope_of(body: object, signatures: object = None) -> bytes:
    if signatures is None:
        signatures = [[public_key("alpha"), bytes(64)]]
    return encode([body if isinstance(body, bytes) else encode(body), signatures])


def body_of(**changes: object) -> list[object]:
    wire: dict[str, object] = {
        "chain": CHAIN,
        "valid_until": START,
        "nonce": b"nonce---",
        "operations": [["transfer", "alpha", "beta", RUPEE, 1]],
    }
    return list((wire | changes).values())


def test_the_forms_below_differ_from_a_good_one_only_in_what_they_say() -> None:
    assert open_transaction(envelope_of(body_of()), bytes_max=LIMIT).body == BODY


SIGNATURE = [public_key("alpha"), bytes(64)]
NESTED = b"\x91" * 50_000 + b"\xc0"

MALFORMED = {
    "nothing": b"",
    "text": b"GET / HTTP/1.1\r\n",
    "nil": encode(None),
    "trailing bytes": envelope_of(body_of()) + b"\x00",
    "cut short": envelope_of(body_of())[:-1],
    "deep nesting": NESTED,
    "deep nesting in the body": envelope_of(NESTED),
    "an array that claims four billion items": b"\xdd\xff\xff\xff\xff",
    "a body in a long binary form": encode([b"", [SIGNATURE]])[:1]
    + b"\xc5\x00"
    + bytes([len(encode(body_of()))])
    + encode(body_of())
    + encode([SIGNATURE]),
    "a body as text": encode([encode(body_of()).hex(), [SIGNATURE]]),
    "a body with trailing bytes": envelope_of(encode(body_of()) + b"\xc0"),
    "a body with a long integer": envelope_of(
        encode(body_of())[:-1] + b"\xcc\x01",
    ),
    "a body with a float": envelope_of(body_of(valid_until=float(START))),
    "a body with a field too many": envelope_of([*body_of(), None]),
    "a body with a field too few": envelope_of(body_of()[:-1]),
    "a short chain": envelope_of(body_of(chain=CHAIN[:31])),
    "a short nonce": envelope_of(body_of(nonce=bytes(7))),
    "a long nonce": envelope_of(body_of(nonce=bytes(33))),
    "a negative time": envelope_of(body_of(valid_until=-1)),
    "a time beyond the range": envelope_of(body_of(valid_until=2**63)),
    "no operation": envelope_of(body_of(operations=[])),
    "an unknown operation": envelope_of(body_of(operations=[["mint", "alpha", 1]])),
    "an operation by position": envelope_of(body_of(operations=[[5, "a", "b", RUPEE, 1]])),
    "no signature": envelope_of(body_of(), []),
    "a signature cut short": envelope_of(body_of(), [[public_key("alpha"), bytes(63)]]),
    "a key cut short": envelope_of(body_of(), [[public_key("alpha")[1:], bytes(64)]]),
    "a signature twice": envelope_of(body_of(), [SIGNATURE, SIGNATURE]),
    "two signatures by one key": envelope_of(
        body_of(), [SIGNATURE, [public_key("alpha"), b"\x01" * 64]]
    ),
    "signatures out of order": envelope_of(
        body_of(), sorted([[bytes([i]) * 32, bytes(64)] for i in range(3)], reverse=True)
    ),
    "too many signatures": envelope_of(
        body_of(), [[bytes([i]) * 32, bytes(64)] for i in range(SIGNATURES_MAX + 1)]
    ),
}


@pytest.mark.parametrize("what", MALFORMED)
def test_what_is_not_canonical_is_malformed(what: str) -> None:
    assert refusal(MALFORMED[what]).code == DoorCode.MALFORMED


def test_as_many_signatures_as_may_be_are_opened() -> None:
    many = envelope_of(body_of(), [[bytes([i]) * 32, bytes(64)] for i in range(SIGNATURES_MAX)])
    assert len(open_transaction(many, bytes_max=LIMIT).signatures) == SIGNATURES_MAX


def flip(data: bytes, position: int, bit: int) -> bytes:
    return data[:position] + bytes([data[position] ^ 1 << bit]) + data[position + 1 :]


def cut(data: bytes, position: int, bit: int) -> bytes:
    return data[:position] + data[position + 1 + bit :]


def insert(data: bytes, position: int, bit: int) -> bytes:
    return data[:position] + bytes([1 << bit]) + data[position:]


@given(
    position=st.integers(0, len(signed_by("alpha")) - 1),
    bit=st.integers(0, 7),
    mutate=st.sampled_from([flip, cut, insert]),
)
def test_a_mutated_transaction_is_refused_or_is_another_one(
    position: int, bit: int, mutate: Callable[[bytes, int, int], bytes]
) -> None:
    good = signed_by("alpha")
    mutated = mutate(good, position, bit)
    if mutated == good:
        return
    try:
        opened = open_transaction(mutated, bytes_max=LIMIT)
    except DoorRefusal:
        assert refusal(mutated).code == DoorCode.MALFORMED
        return
    # Whatever still decodes is canonical, and carries no valid signature of its own.
    assert encode(SignedTransaction(encode(opened.body), opened.signatures)) == mutated
    (signed,) = opened.signatures
    assert not verify(signed.key, signed_message(opened.id), signed.signature)


def test_signing_orders_what_decoding_demands() -> None:
    names = [f"signer-{number}" for number in range(10)]
    opened = open_transaction(signed_by(*names), bytes_max=LIMIT)
    keys = [signed.key for signed in opened.signatures]
    assert keys == sorted(public_key(name) for name in names)
    assert all(isinstance(signed, TransactionSignature) for signed in opened.signatures)
