"""Who signs: a sealed key file, or whatever can be called, such as what speaks to a device."""

from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

from amanat.client.signing_failed import SigningFailed
from amanat.ledger.crypto import verify
from amanat.ledger.identifiers import PublicKey, Signature


class Signs(Protocol):
    """Has a key and signs with it. `keystore.open_key` gives one."""

    @property
    def public_key(self) -> PublicKey:
        """The key that others know."""
        ...

    def sign(self, message: bytes) -> Signature:
        """Return the key's Ed25519 signature over `message`."""
        ...


@runtime_checkable
class SignsLater(Signs, Protocol):
    """Signs elsewhere, such as in a hardware module, and need not be waited for."""

    def begin(self, message: bytes) -> "Future[Signature]":
        """Let `message` be signed; the future raises `SigningFailed` if it is not."""
        ...


@dataclass(frozen=True, slots=True)
class CallableSigner:
    """Signs by a call: to a security module, a service, another program.

    The call is handed the message itself, 32 bytes under a domain for transactions, and returns 64
    bytes: pure Ed25519 (RFC 8032), no hash before. What it returns is checked before it is used.
    """

    public_key: PublicKey
    call: Callable[[bytes], bytes] = field(repr=False)

    def sign(self, message: bytes) -> Signature:
        """Return the signature.

        Raises:
            SigningFailed: what was called returned something else.
        """
        signature = bytes(self.call(message))
        if len(signature) != 64 or not verify(self.public_key, message, signature):
            raise SigningFailed(f"no signature of the key {self.public_key.hex()} came back")
        return signature
