"""Transactions on their way from one signer to the next."""

import pytest

from amanat.client.drafts import BYTES_MAX, DraftError, PartlySigned, opened, unsigned
from amanat.ledger.encoding import encode
from amanat.ledger.operations import Transfer
from amanat.ledger.transactions import Body, open_transaction, sign
from tests.ledger.world import START, keys_called, public_key

NAMES = ["alpha", "beta", "gamma"]
KEYS = keys_called(NAMES)
BODY = Body(bytes(32), START, bytes(16), tuple(sorted(KEYS)), (Transfer("a", "b", "PKR", 1),))


def by(draft: PartlySigned, name: str) -> PartlySigned:
    return draft.signed_by(keys_called([name]).items())


def test_signatures_come_in_any_order_and_make_the_same_transaction() -> None:
    whole = sign(BODY, KEYS)
    for order in (NAMES, NAMES[::-1], ["beta", "gamma", "alpha"]):
        draft = unsigned(BODY)
        for name in order:
            draft = opened(by(draft, name).envelope)
        assert draft.lacking == []
        assert draft.envelope == whole
        assert draft.id == open_transaction(whole, bytes_max=BYTES_MAX).id


def test_it_says_who_has_not_signed() -> None:
    draft = by(unsigned(BODY), "beta")
    assert draft.lacking == sorted([public_key("alpha"), public_key("gamma")])
    assert opened(draft.envelope) == draft
    assert by(draft, "beta") == draft


def test_only_its_signers_sign() -> None:
    with pytest.raises(DraftError, match="is none of its signers"):
        by(unsigned(BODY), "stranger")


def test_a_signature_of_nobody_is_found() -> None:
    draft = by(unsigned(BODY), "beta")
    spoiled = bytearray(draft.envelope)
    spoiled[-1] ^= 1
    with pytest.raises(DraftError, match="1 of its signatures are of none"):
        opened(bytes(spoiled))


@pytest.mark.parametrize("content", [b"", b"\xc1", encode([b"", []]), bytes(BYTES_MAX + 1)])
def test_what_is_no_transaction_is_refused(content: bytes) -> None:
    with pytest.raises(DraftError):
        opened(content)
