"""A transaction on its way from one signer to the next: its body is fixed, signatures lack.

The body names its signers, so whoever makes it knows who is to sign; each adds a signature, in any
order, and nobody can add another's. Once the last one is there, it is a transaction.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from amanat.ledger.crypto import Sign, verify
from amanat.ledger.dry_run import Draft, open_draft
from amanat.ledger.encoding import encode
from amanat.ledger.identifiers import Digest, PublicKey, Signature
from amanat.ledger.rejections import DoorRefusal
from amanat.ledger.transactions import Body, signed_message, transaction_id

BYTES_MAX = 4 * 1024 * 1024
"""The longest transaction that is opened here; a network accepts less."""


class DraftError(ValueError):
    """It is no transaction, or holds a signature of none of its signers."""


@dataclass(frozen=True, slots=True)
class PartlySigned:
    """A transaction, whole or with signatures that lack."""

    encoded: bytes
    """The body, as it is signed."""
    body: Body
    signatures: dict[PublicKey, Signature]

    @property
    def id(self) -> Digest:
        """The id that it has, whoever has signed yet."""
        return transaction_id(self.encoded)

    @property
    def lacking(self) -> list[PublicKey]:
        """The signers that have not signed."""
        return [key for key in self.body.signers if key not in self.signatures]

    @property
    def envelope(self) -> bytes:
        """Its bytes, as they are kept, tried, and submitted once nothing lacks."""
        there = (self.signatures.get(key) for key in self.body.signers)
        return encode(Draft(self.encoded, tuple(each for each in there if each is not None)))

    def signed_by(self, keys: Iterable[tuple[PublicKey, Sign]]) -> "PartlySigned":
        """Return it with the signatures of these keys.

        Raises:
            DraftError: one is none of its signers.
        """
        message, added = signed_message(self.id), dict(self.signatures)
        for key, sign in keys:
            if key not in self.body.signers:
                raise DraftError(f"the key {key.hex()} is none of its signers")
            added[key] = sign(message)
        return replace(self, signatures=added)


def unsigned(body: Body) -> PartlySigned:
    """Return a body that nobody has signed."""
    return PartlySigned(encode(body), body, {})


def opened(envelope: bytes) -> PartlySigned:
    """Return what these bytes hold, each signature checked.

    Raises:
        DraftError: it is no transaction, or holds a signature of none of its signers.
    """
    try:
        found = open_draft(envelope, bytes_max=BYTES_MAX)
    except DoorRefusal as refusal:
        raise DraftError(refusal.detail) from refusal
    message, left = signed_message(found.id), list(found.signatures)
    signatures = {}
    for key in found.body.signers:
        if left and verify(key, message, left[0]):
            signatures[key] = left.pop(0)
    if left:
        raise DraftError(f"{len(left)} of its signatures are of none of its signers")
    return PartlySigned(encode(found.body), found.body, signatures)
