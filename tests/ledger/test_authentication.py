"""Signatures are checked once; the cache never turns a bad one into a good one."""

import pytest

from amanat.ledger.authentication import VerifiedTransactions
from amanat.ledger.encoding import decode, encode
from amanat.ledger.operations import Transfer
from amanat.ledger.rejections import DoorCode, DoorRefusal
from amanat.ledger.transactions import CheckedTransaction, SignedTransaction, signed_message
from tests.ledger.desk import opened
from tests.ledger.world import RUPEE, Writer, key

WRITER = Writer(bytes(32))
LIMIT = 10_000


def transfer(*signers: str) -> bytes:
    return WRITER.sign(signers, Transfer("alpha", "beta", RUPEE, 1))


def resigned(envelope: bytes, *signatures: bytes) -> CheckedTransaction:
    return opened(encode(SignedTransaction(decode(envelope, SignedTransaction).body, signatures)))


def is_remembered(cache: VerifiedTransactions, envelope: bytes) -> bool:
    """Return whether `cache` answers for `envelope` without looking at the signatures.

    It is asked about a twin with the same bytes, whose signatures were spoiled after decoding.
    """
    good = opened(envelope)
    spoiled = tuple(bytes(64) for _ in good.signatures)
    return cache.verifies(CheckedTransaction(good.id, good.body, spoiled, good.envelope))


def test_good_signatures_verify() -> None:
    assert VerifiedTransactions().verifies(opened(transfer("alpha", "beta", "gamma")))


def test_every_signature_is_checked() -> None:
    good = transfer("alpha", "beta")
    for place in range(2):
        signatures = list(opened(good).signatures)
        signatures[place] = bytes(64)
        assert not VerifiedTransactions().verifies(resigned(good, *signatures))


def test_a_signature_by_another_key_does_not_verify() -> None:
    envelope = transfer("alpha")
    message = signed_message(opened(envelope).id)
    others = key("beta").sign(message).signature
    assert not VerifiedTransactions().verifies(resigned(envelope, others))


def test_signatures_in_another_order_than_the_signers_do_not_verify() -> None:
    envelope = transfer("alpha", "beta")
    one, two = opened(envelope).signatures
    assert not VerifiedTransactions().verifies(resigned(envelope, two, one))


def test_a_signature_over_another_body_does_not_verify() -> None:
    (stolen,) = opened(transfer("alpha")).signatures
    assert not VerifiedTransactions().verifies(resigned(transfer("alpha"), stolen))


def test_a_signature_over_the_bare_id_does_not_verify() -> None:
    envelope = transfer("alpha")
    bare = key("alpha").sign(opened(envelope).id).signature
    assert not VerifiedTransactions().verifies(resigned(envelope, bare))


def test_what_verified_is_not_verified_again() -> None:
    cache, envelope = VerifiedTransactions(), transfer("alpha", "beta")
    assert not is_remembered(cache, envelope)
    assert cache.verifies(opened(envelope))
    assert is_remembered(cache, envelope)


def test_a_failure_is_not_remembered_as_a_success() -> None:
    cache, envelope = VerifiedTransactions(), transfer("alpha")
    bad = resigned(envelope, bytes(64))
    assert [cache.verifies(bad), cache.verifies(bad)] == [False, False]


def test_the_same_body_with_other_signatures_is_verified_anew() -> None:
    cache, envelope = VerifiedTransactions(), transfer("alpha")
    assert cache.verifies(opened(envelope))
    assert not cache.verifies(resigned(envelope, bytes(64)))


def test_the_cache_is_bounded_and_forgets_the_oldest_first() -> None:
    envelopes = [transfer("alpha") for _ in range(4)]
    cache = VerifiedTransactions(bytes_max=3 * len(envelopes[0]))
    assert all(cache.verifies(opened(envelope)) for envelope in envelopes)
    assert [is_remembered(cache, envelope) for envelope in envelopes] == [False, True, True, True]


def test_what_is_remembered_is_opened_without_decoding_it_again() -> None:
    cache, envelope = VerifiedTransactions(), transfer("alpha")
    first = cache.open(envelope, bytes_max=LIMIT)
    assert cache.open(envelope, bytes_max=LIMIT) is not first
    cache.verifies(first)
    assert cache.open(envelope, bytes_max=LIMIT) is first


def test_what_is_remembered_is_still_too_large_for_a_lower_limit() -> None:
    cache, envelope = VerifiedTransactions(), transfer("alpha")
    cache.verifies(cache.open(envelope, bytes_max=LIMIT))
    with pytest.raises(DoorRefusal) as refused:
        cache.open(envelope, bytes_max=len(envelope) - 1)
    assert refused.value.code == DoorCode.TOO_LARGE
