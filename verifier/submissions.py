"""What an authority signed when it was handed a transaction."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from nacl.exceptions import CryptoError
from nacl.signing import VerifyKey

from amanat.verifier.certified_headers import read_network
from amanat.verifier.decoding import Invalid, expect, natural, pack, unpack

KIND: Final = "amanat/submission-receipt/v1"


@dataclass(frozen=True)
class Submission:
    """The authority had the transaction at `time` by its own clock, its log ending at `height`.

    It is one authority's word, and says nothing of what became of the transaction.
    """

    network: str
    chain: str
    transaction: str
    authority: str
    time: int
    height: int


def is_submission_receipt(data: bytes) -> bool:
    """Return whether `data` begins as a receipt of submission does."""
    return data.startswith(b"\x93" + pack(KIND))


def verify_submission(
    genesis: bytes, receipt: bytes, report: Callable[[str, str], None]
) -> Submission:
    """Check a receipt of submission against the genesis document alone.

    `report` is told of each step that passed: its name, and what was seen.

    Raises:
        Invalid: the receipt proves nothing. Nothing else is raised, whatever the bytes.
    """
    network = read_network(genesis)
    report("genesis", f"network {network.name}, chain {network.chain.hex()}")

    fields = expect("receipt", list, unpack("receipt", receipt), "the receipt", length=3)
    kind, statement, signature = fields
    if kind != KIND:
        raise Invalid("receipt", f"{kind!r} is no receipt of submission")
    parts = expect("receipt", list, statement, "the statement", length=5)
    chain, transaction, authority, time, height = parts
    if chain != network.chain:
        raise Invalid("receipt", "it is of another chain")
    submission = Submission(
        network=network.name,
        chain=network.chain.hex(),
        transaction=expect("receipt", bytes, transaction, "the id", length=32).hex(),
        authority=expect("receipt", str, authority, "the authority"),
        time=natural("receipt", time, "the time"),
        height=natural("receipt", height, "the height"),
    )
    report("receipt", f"transaction {submission.transaction}")

    key = network.first.key(submission.authority)
    if key is None:
        raise Invalid("signature", f"{authority!r} is no authority of this network")
    expect("signature", bytes, signature, "the signature", length=64)
    try:
        VerifyKey(key).verify(b"amanat/submission/v1\x00" + pack(statement), signature)
    except (CryptoError, ValueError) as error:
        raise Invalid("signature", f"the signature of {authority} does not hold") from error
    report("signature", f"{submission.authority} signed it")
    return submission
