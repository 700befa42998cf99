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
    SIGNERS_MAX,
    Body,
    SignedTransaction,
    open_transaction,
    sign,
    signed_message,
    transaction_id,
)
from tests.ledger.world import RUPEE, START, keys_called, public_key

CHAIN = bytes(range(32))
BODY = Body(
    CHAIN, START, b"nonce---", (public_key("alpha"),), (Transfer("alpha", "beta", RUPEE, 1),)
)
LIMIT = 100_000


def signed_by(*names: str, body: Body = BODY) -> bytes:
    keys = keys_called(names)
    return sign(msgspec.structs.replace(body, signers=tuple(sorted(keys))), keys)


def refusal(envelope: bytes, bytes_max: int = LIMIT) -> DoorRefusal:
    with pytest.raises(DoorRefusal) as refused:
        open_transaction(envelope, bytes_max=bytes_max)
    return refused.value


def test_what_was_signed_comes_out_as_it_went_in() -> None:
    envelope = signed_by("alpha")
    opened = open_transaction(envelope, bytes_max=LIMIT)
    assert opened.body == BODY
    assert opened.id == transaction_id(encode(BODY))
    assert opened.envelope == envelope
    assert opened.envelope_digest == sha256(envelope).digest()
    assert [len(signature) for signature in opened.signatures] == [64]


def test_the_id_is_the_digest_of_the_body_within_its_domain() -> None:
    encoded = encode(BODY)
    assert transaction_id(encoded) == sha256(b"amanat/transaction/v1\x00" + encoded).digest()


def test_each_signature_is_over_the_id_within_its_domain() -> None:
    opened = open_transaction(signed_by("alpha"), bytes_max=LIMIT)
    assert signed_message(opened.id) == Domain.TRANSACTION.encode() + b"\x00" + opened.id
    (signature,) = opened.signatures
    assert verify(public_key("alpha"), signed_message(opened.id), signature)


def test_signatures_stand_in_the_order_of_the_signers() -> None:
    names = [f"signer-{number}" for number in range(10)]
    opened = open_transaction(signed_by(*names), bytes_max=LIMIT)
    assert opened.body.signers == tuple(sorted(public_key(name) for name in names))
    message = signed_message(opened.id)
    pairs = zip(opened.body.signers, opened.signatures, strict=True)
    assert all(verify(key, message, signature) for key, signature in pairs)


def test_signing_without_the_key_of_a_signer_fails() -> None:
    with pytest.raises(KeyError):
        sign(BODY, keys_called(["beta"]))


def test_another_signature_makes_no_other_transaction() -> None:
    one = open_transaction(signed_by("alpha"), bytes_max=LIMIT)
    two = open_transaction(encode(SignedTransaction(encode(BODY), (bytes(64),))), bytes_max=LIMIT)
    assert one.id == two.id
    assert one.envelope_digest != two.envelope_digest


@pytest.mark.parametrize(
    "change",
    [
        {"chain": bytes(32)},
        {"valid_until": START + 1},
        {"nonce": b"nonce--!"},
        {"signers": (public_key("beta"),)},
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


SIGNATURE = bytes(64)


def envelope_of(body: object, signatures: object = None) -> bytes:
    if signatures is None:
        signatures = [SIGNATURE]
    return encode([body if isinstance(body, bytes) else encode(body), signatures])


def body_of(**changes: object) -> list[object]:
    wire: dict[str, object] = {
        "chain": CHAIN,
        "valid_until": START,
        "nonce": b"nonce---",
        "signers": [public_key("alpha")],
        "operations": [["transfer", "alpha", "beta", RUPEE, 1, None]],
    }
    return list((wire | changes).values())


def test_the_forms_below_differ_from_a_good_one_only_in_what_they_say() -> None:
    assert open_transaction(envelope_of(body_of()), bytes_max=LIMIT).body == BODY


NESTED = b"\x91" * 50_000 + b"\xc0"

KEYS = [bytes([i]) * 32 for i in range(SIGNERS_MAX + 1)]

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
    "a signature cut short": envelope_of(body_of(), [SIGNATURE[1:]]),
    "a signature too many": envelope_of(body_of(), [SIGNATURE, SIGNATURE]),
    "a signature too few": envelope_of(body_of(signers=KEYS[:3]), [SIGNATURE] * 2),
    "no signer": envelope_of(body_of(signers=[])),
    "no signer and no signature": envelope_of(body_of(signers=[]), []),
    "a key cut short": envelope_of(body_of(signers=[public_key("alpha")[1:]])),
    "a signer twice": envelope_of(body_of(signers=[public_key("alpha")] * 2), [SIGNATURE] * 2),
    "signers out of order": envelope_of(body_of(signers=KEYS[2::-1]), [SIGNATURE] * 3),
    "too many signers": envelope_of(body_of(signers=KEYS), [SIGNATURE] * len(KEYS)),
}


@pytest.mark.parametrize("what", MALFORMED)
def test_what_is_not_canonical_is_malformed(what: str) -> None:
    assert refusal(MALFORMED[what]).code == DoorCode.MALFORMED


def test_as_many_signers_as_may_be_are_opened() -> None:
    many = envelope_of(body_of(signers=KEYS[:SIGNERS_MAX]), [SIGNATURE] * SIGNERS_MAX)
    assert len(open_transaction(many, bytes_max=LIMIT).body.signers) == SIGNERS_MAX


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
    (signature,) = opened.signatures
    assert not verify(opened.body.signers[0], signed_message(opened.id), signature)
