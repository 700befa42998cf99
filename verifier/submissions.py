"""What an authority signed when it was handed a transaction."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from nacl.exceptions import CryptoError
from nacl.signing import VerifyKey

from amanat.verifier.authorities import Configuration
from amanat.verifier.certified_headers import Network, read_network
from amanat.verifier.decoding import Invalid, expect, natural, pack, unpack
from amanat.verifier.eras import read_eras

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
    genesis: bytes,
    receipt: bytes,
    report: Callable[[str, str], None],
    *,
    proof: bytes | None = None,
) -> Submission:
    """Check a receipt of submission against the genesis document.

    Args:
        genesis: the canonical genesis document.
        receipt: what the node signed.
        report: is told of each step that passed: its name, and what was seen.
        proof: any proof bundle of the network that is young enough to know the authority, if that
            joined after genesis: its eras say who the authorities are.

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

    known = [network.first] if proof is None else _configurations(network, proof)
    keys = {key for each in known if (key := each.key(submission.authority)) is not None}
    if not keys:
        raise Invalid("signature", f"{authority!r} is not known to be an authority of this network")
    expect("signature", bytes, signature, "the signature", length=64)
    message = b"amanat/submission/v1\x00" + pack(statement)
    if not any(_is_signed(key, message, signature) for key in keys):
        raise Invalid("signature", f"the signature of {authority} does not hold")
    report("signature", f"{submission.authority} signed it")
    return submission


def _configurations(network: Network, proof: bytes) -> list[Configuration]:
    fields = expect("eras", list, unpack("eras", proof), "the proof")
    if len(fields) < 2:
        raise Invalid("eras", "the proof shows none")
    return read_eras(network, fields[1])


def _is_signed(key: bytes, message: bytes, signature: bytes) -> bool:
    try:
        VerifyKey(key).verify(message, signature)
    except (CryptoError, ValueError):
        return False
    return True
