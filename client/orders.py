"""Transactions from operations, signed here or elsewhere: from file to file, without a network."""

import secrets
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

from amanat.client import clock
from amanat.client.drafts import DraftError, PartlySigned, opened, unsigned
from amanat.client.signers import Signs
from amanat.ledger.encoding import EncodingError
from amanat.ledger.identifiers import Digest, PublicKey
from amanat.ledger.operations import AnyOperation
from amanat.ledger.rejections import DoorRefusal
from amanat.ledger.transactions import Body, open_body

VALID_FOR_MS: Final = 60 * 60 * 1000
"""How long what is made here stays valid, if nothing else is said."""

NONCE_BYTES: Final = 16


def draft(
    chain: Digest,
    operations: Sequence[AnyOperation],
    signers: Iterable[PublicKey],
    *,
    valid_for_ms: int = VALID_FOR_MS,
) -> PartlySigned:
    """Return a new transaction that nobody has signed yet; each call makes another one.

    Args:
        chain: the network's identity (`Proofs.chain`, `GenesisDocument.chain_id`).
        operations: what it does, all or nothing, in this order.
        signers: the keys that will sign, all of them.
        valid_for_ms: how long it may take to be in a block, in milliseconds from now.

    Raises:
        DraftError: a value is of the wrong type or out of its range, an amount that is a float for
            one.
    """
    until, nonce = clock.now() + valid_for_ms, secrets.token_bytes(NONCE_BYTES)
    body = Body(chain, until, nonce, tuple(sorted(set(signers))), tuple(operations))
    try:
        made = unsigned(body)
        open_body(made.encoded)
    except (DoorRefusal, EncodingError, OverflowError, TypeError) as error:
        raise DraftError(str(error)) from error
    return made


def signed(
    chain: Digest,
    operations: Sequence[AnyOperation],
    signers: Sequence[Signs],
    *,
    valid_for_ms: int = VALID_FOR_MS,
) -> bytes:
    """Return a new transaction that these sign, as it is submitted. Raises as `draft` does."""
    made = draft(chain, operations, [s.public_key for s in signers], valid_for_ms=valid_for_ms)
    return made.signed_by((each.public_key, each.sign) for each in signers).envelope


def save(transaction: PartlySigned, file: Path) -> None:
    """Put a transaction, whole or not, into a new file, for `amanat transaction countersign`.

    Raises:
        DraftError: the file exists or cannot be written.
    """
    try:
        with file.open("xb") as target:
            target.write(transaction.envelope)
    except OSError as error:
        raise DraftError(f"{file} cannot be written: {error.strerror}") from error


def load(file: Path) -> PartlySigned:
    """Return the transaction that a file holds, its signatures checked.

    Raises:
        DraftError: it cannot be read, or holds none.
    """
    try:
        return opened(file.read_bytes())
    except OSError as error:
        raise DraftError(f"{file} cannot be read: {error.strerror}") from error


def sign_file(source: Path, target: Path, signers: Sequence[Signs]) -> PartlySigned:
    """Add signatures to a saved transaction, in a new file, on a machine without a network.

    Read what it does first: `load(source).body.operations`.

    Raises:
        DraftError: a file cannot be read or written, or one of these is none of its signers.
    """
    added = load(source).signed_by((each.public_key, each.sign) for each in signers)
    save(added, target)
    return added
