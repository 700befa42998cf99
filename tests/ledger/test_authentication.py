"""Signatures are checked once; the cache never turns a bad one into a good one."""

import pytest

from amanat.ledger import authentication
from amanat.ledger.authentication import SignatureCache
from amanat.ledger.encoding import decode, encode
from amanat.ledger.operations import Transfer
from amanat.ledger.transactions import (
    CheckedTransaction,
    SignedTransaction,
    TransactionSignature,
)
from tests.ledger.desk import opened
from tests.ledger.world import RUPEE, Writer, key, public_key

WRITER = Writer(bytes(32))


def transfer(*signers: str) -> bytes:
    return WRITER.sign(signers, Transfer("alpha", "beta", RUPEE, 1))


def resigned(envelope: bytes, *signatures: TransactionSignature) -> CheckedTransaction:
    body = decode(envelope, SignedTransaction).body
    ordered = tuple(sorted(signatures, key=lambda each: each.key))
    return opened(encode(SignedTransaction(body, ordered)))


@pytest.fixture
def checks(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """The keys against which signatures were really verified."""
    seen: list[bytes] = []
    verify = authentication.verify

    def counting(signer: bytes, message: bytes, signature: bytes) -> bool:
        seen.append(signer)
        return verify(signer, message, signature)

    monkeypatch.setattr(authentication, "verify", counting)
    return seen


def test_good_signatures_verify() -> None:
    assert SignatureCache().verifies(opened(transfer("alpha", "beta", "gamma")))


def test_every_signature_is_checked() -> None:
    good = transfer("alpha", "beta")
    for place in range(2):
        signatures = list(opened(good).signatures)
        signatures[place] = TransactionSignature(signatures[place].key, bytes(64))
        assert not SignatureCache().verifies(resigned(good, *signatures))


def test_a_signature_by_another_key_does_not_verify() -> None:
    envelope = transfer("alpha")
    (signature,) = opened(envelope).signatures
    forged = TransactionSignature(public_key("beta"), signature.signature)
    assert not SignatureCache().verifies(resigned(envelope, forged))


def test_a_signature_over_another_body_does_not_verify() -> None:
    (stolen,) = opened(transfer("alpha")).signatures
    assert not SignatureCache().verifies(resigned(transfer("alpha"), stolen))


def test_a_signature_over_the_bare_id_does_not_verify() -> None:
    envelope = transfer("alpha")
    bare = key("alpha").sign(opened(envelope).id).signature
    assert not SignatureCache().verifies(
        resigned(envelope, TransactionSignature(public_key("alpha"), bare))
    )


def test_what_verified_is_not_verified_again(checks: list[bytes]) -> None:
    cache, envelope = SignatureCache(), transfer("alpha", "beta")
    for _ in range(3):
        assert cache.verifies(opened(envelope))
    assert len(checks) == 2


def test_a_failure_is_not_remembered_as_a_success(checks: list[bytes]) -> None:
    cache, envelope = SignatureCache(), transfer("alpha")
    bad = resigned(envelope, TransactionSignature(public_key("alpha"), bytes(64)))
    assert [cache.verifies(bad), cache.verifies(bad)] == [False, False]
    assert len(checks) == 2


def test_the_same_body_with_other_signatures_is_verified_anew() -> None:
    cache, envelope = SignatureCache(), transfer("alpha")
    assert cache.verifies(opened(envelope))
    assert not cache.verifies(
        resigned(envelope, TransactionSignature(public_key("alpha"), bytes(64)))
    )


def test_the_cache_is_bounded_and_forgets_the_oldest_first(checks: list[bytes]) -> None:
    cache = SignatureCache(capacity=3)
    envelopes = [transfer("alpha") for _ in range(4)]
    for envelope in envelopes:
        cache.verifies(opened(envelope))
    checks.clear()
    for envelope in envelopes[1:]:
        assert cache.verifies(opened(envelope))
    assert checks == []
    assert cache.verifies(opened(envelopes[0]))
    assert len(checks) == 1
