"""A learner's signed word that it has caught up, without which nobody makes it a voting member.

A member that lacks most of the chain would count in every quorum and could serve in none.
"""

from typing import Final

from amanat.ledger.crypto import Domain, domain_message, verify
from amanat.ledger.encoding import Structure, encode
from amanat.ledger.identifiers import Digest, Height, Name, PublicKey, Signature

LAG_MAX: Final = 1000
"""How many blocks a learner's word may be old when it counts."""


class Ready(Structure, frozen=True):
    """A learner says: I executed every block up to `height`, agree, and hold them on disk."""

    chain: Digest
    name: Name
    height: Height

    def message(self) -> bytes:
        """Return the bytes that are signed."""
        return domain_message(Domain.READY, encode(self))


class Readiness(Structure, frozen=True):
    """A learner's word, as it stands in a transaction."""

    name: Name
    height: Height
    signature: Signature
    """The learner's, over `Ready`."""

    def is_valid(self, chain: Digest, key: PublicKey) -> bool:
        """Return whether the learner with `key` signed it."""
        return verify(key, Ready(chain, self.name, self.height).message(), self.signature)
