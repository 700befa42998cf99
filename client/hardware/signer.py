"""Signs with a key in a hardware module, and goes on after a lost session."""

from collections.abc import Callable
from concurrent.futures import Future
from typing import Final, TypeVar

import pkcs11

from amanat.client.hardware import token_key
from amanat.client.hardware.address import KeyAddress
from amanat.client.hardware.faults import HardwareError, explained, is_for_good
from amanat.client.hardware.module_thread import ModuleThread, thread_of
from amanat.client.hardware.token_key import OpenKey, Pin, TokenMissing
from amanat.client.signing_failed import SigningFailed
from amanat.ledger.crypto import verify
from amanat.ledger.identifiers import PublicKey, Signature

T = TypeVar("T")

ATTEMPTS: Final = 3
"""How often something is tried: as it is; in a new session; after the library was restarted."""

OPEN_SECONDS: Final = 20.0
"""How long to wait until a key is found, made or logged in to."""

SIGN_SECONDS: Final = 10.0
"""How long to wait for a signature where nothing else waits meanwhile."""


class HardwareSigner:
    """Signs with one key. Each signature is verified before it is used."""

    def __init__(self, address: KeyAddress, pin: Pin, *, seconds: float = SIGN_SECONDS) -> None:
        """Log in and find the key. A signature is waited for at most `seconds`.

        Raises:
            HardwareError: it cannot be used. The message says why and what to check.
        """
        self._address = address
        self._pin = pin
        self._seconds = seconds
        self._thread = thread_of(address.module)
        self._open: OpenKey | None = None
        opened = _asked(self._thread, address, lambda anew: self._opened(anew=anew))
        self.public_key: PublicKey = opened.public_key

    def __repr__(self) -> str:
        return f"HardwareSigner({self._address}, {self.public_key.hex()})"

    def sign(self, message: bytes) -> Signature:
        """Return the key's signature over `message`.

        Raises:
            SigningFailed: the module gave none in time, or a wrong one.
        """
        future = self.begin(message)
        try:
            return future.result(self._seconds)
        except TimeoutError as error:
            raise self._late() from error
        finally:
            future.cancel()

    def begin(self, message: bytes) -> "Future[Signature]":
        """Let `message` be signed, and do not wait; the future raises `SigningFailed`."""
        return self._thread.begin(lambda: self._signed(message))

    def _late(self) -> SigningFailed:
        return SigningFailed(
            f"{self._address}: no signature came within {self._seconds:g} s: check that the module "
            "answers, with its own tools"
        )

    def _signed(self, message: bytes) -> Signature:
        try:
            signature = _tried(lambda anew: self._opened(anew=anew).sign(message), self._drop)
        except (HardwareError, pkcs11.PKCS11Error, TokenMissing) as error:
            raise SigningFailed(_told(self._address, error)) from error
        if len(signature) != 64 or not verify(self.public_key, message, signature):
            raise SigningFailed(
                f"{self._address}: what the module returned is no signature of the key "
                f"{self.public_key.hex()}: take the module out of use until it is known why"
            )
        return signature

    def _opened(self, *, anew: bool) -> OpenKey:
        held = self._open
        if held is not None and held.library_run == token_key.restarts[self._address.module]:
            return held
        opened = token_key.open_key(self._address, self._pin, anew=anew)
        if opened.public_key != getattr(self, "public_key", opened.public_key):
            opened.close()
            raise HardwareError(f"{self._address} is another key than it was")
        self._open = opened
        return opened

    def _drop(self) -> None:
        if self._open is not None:
            self._open.close()
            self._open = None


def public_key(address: KeyAddress) -> PublicKey:
    """Return the public key of a key in a module; needs no PIN.

    Raises:
        HardwareError: there is none.
    """
    return _asked(
        thread_of(address.module), address, lambda anew: token_key.public_key(address, anew=anew)
    )


def make_key(address: KeyAddress, pin: Pin) -> PublicKey:
    """Make a new Ed25519 key in a module, and return its public half.

    Raises:
        HardwareError: there is one already, or it cannot be made.
    """

    def made() -> PublicKey:
        try:
            return token_key.make_key(address, pin)
        except (pkcs11.PKCS11Error, TokenMissing) as error:
            raise HardwareError(_told(address, error)) from error

    return _in_time(thread_of(address.module), address, made)


def _asked(thread: ModuleThread, address: KeyAddress, ask: Callable[[bool], T]) -> T:
    def answered() -> T:
        try:
            return _tried(ask, lambda: None)
        except (pkcs11.PKCS11Error, TokenMissing) as error:
            raise HardwareError(_told(address, error)) from error

    return _in_time(thread, address, answered)


def _in_time(thread: ModuleThread, address: KeyAddress, work: Callable[[], T]) -> T:
    try:
        return thread.call(work, OPEN_SECONDS)
    except TimeoutError as error:
        raise HardwareError(
            f"{address}: the module did not answer within {OPEN_SECONDS:g} s: check it with its "
            "own tools"
        ) from error


def _tried(work: Callable[[bool], T], drop: Callable[[], None]) -> T:
    """Return what `work` returns, after at most `ATTEMPTS`; the last restarts the library."""
    for attempt in range(1, ATTEMPTS + 1):
        try:
            return work(attempt == ATTEMPTS)
        except (HardwareError, pkcs11.PKCS11Error, TokenMissing) as error:
            drop()
            if is_for_good(error) or attempt == ATTEMPTS:
                raise
    raise AssertionError("the last attempt returns or raises")


def _told(address: KeyAddress, error: Exception) -> str:
    if isinstance(error, HardwareError | TokenMissing):
        return str(error)
    return f"{address}: {explained(error)}"
