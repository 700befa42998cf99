"""A receipt of submission: what is signed, and what of it cannot be changed."""

from typing import Any

import msgspec
import pytest

from amanat.consensus.submission import Submission, SubmissionReceipt
from amanat.ledger.authorities import Authority
from amanat.ledger.crypto import Domain, verify
from amanat.ledger.encoding import EncodingError, decode, encode
from tests.consensus.signing import CHAIN, authority_set, signer

SUBMISSION = Submission(CHAIN, bytes(range(32)), "cdc", 1_767_225_600_000, 41)
RECEIPT = SubmissionReceipt(SUBMISSION, signer("cdc")(SUBMISSION.message()))


def authority(name: str) -> Authority:
    found = authority_set().get(name)
    assert found is not None
    return found


def test_what_is_signed_is_the_statement_behind_its_domain() -> None:
    domain, payload = SUBMISSION.message().split(b"\x00", 1)
    assert domain == Domain.SUBMISSION.encode() == b"amanat/submission/v1"
    assert decode(payload, Submission) == SUBMISSION
    assert payload.hex() == (
        "95" + "c420" + CHAIN.hex() + "c420" + bytes(range(32)).hex() + "a3636463"
        "cf0000019b76daa800" + "29"
    )


def test_a_receipt_is_what_it_is_decoded_from() -> None:
    data = encode(RECEIPT)
    assert data.startswith(b"\x93\xbcamanat/submission-receipt/v1\x95")
    assert decode(data, SubmissionReceipt) == RECEIPT
    with pytest.raises(EncodingError):
        decode(data + b"\xc0", SubmissionReceipt)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("chain", bytes(32)),
        ("transaction", bytes(32)),
        ("authority", "mof"),
        ("time", SUBMISSION.time - 1),
        ("height", SUBMISSION.height + 1),
    ],
)
def test_the_signature_is_for_this_statement_alone(field: str, value: Any) -> None:
    key = authority("cdc").key
    assert verify(key, SUBMISSION.message(), RECEIPT.signature)
    other = msgspec.structs.replace(SUBMISSION, **{field: value})
    assert not verify(key, other.message(), RECEIPT.signature)
