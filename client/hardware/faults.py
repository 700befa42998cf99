"""What went wrong with a hardware module, and what to check, in a line; never a PIN."""

from typing import Final

import pkcs11

from amanat.client.keystore import KeystoreError


class HardwareError(KeystoreError):
    """A key in a hardware module cannot be used. The message says why, and what to check."""


_FOR_GOOD: Final[dict[type[pkcs11.PKCS11Error], str]] = {
    pkcs11.PinIncorrect: "the PIN is wrong: correct it before you try again, for after a few wrong "
    "ones the token locks itself",
    pkcs11.PinLenRange: "the PIN is too short or too long: check it",
    pkcs11.PinInvalid: "the PIN holds what a PIN may not hold: check it",
    pkcs11.PinExpired: "the PIN has expired: set a new one with the tools of the module",
    pkcs11.PinLocked: "its PIN is locked after too many wrong ones: the token's security officer "
    "sets a new one",
    pkcs11.UserPinNotInitialized: "it has no user PIN yet: initialise the token",
    pkcs11.MechanismInvalid: "it cannot do Ed25519 (CKM_EDDSA): check the module's mechanisms and "
    "firmware",
    pkcs11.FunctionNotSupported: "it cannot do Ed25519 (CKM_EDDSA): check the module's mechanisms "
    "and firmware",
    pkcs11.KeyTypeInconsistent: "the key is not an Ed25519 key",
    pkcs11.TokenWriteProtected: "the token is write-protected",
}
"""What trying again does not help, or makes worse: a wrong PIN is never given twice."""

_FOR_NOW: Final[dict[type[pkcs11.PKCS11Error], str]] = {
    pkcs11.TokenNotPresent: "the token is not there: check that it is plugged in or reachable",
    pkcs11.TokenNotRecognised: "the token is not recognised: check it with the module's tools",
    pkcs11.DeviceRemoved: "the token was removed: check that it is plugged in or reachable",
    pkcs11.DeviceError: "the module reports an error of the device: check it with its tools",
    pkcs11.DeviceMemory: "the token has no room left",
    pkcs11.SessionCount: "the module has no session left: check what else uses it",
    pkcs11.UserNotLoggedIn: "the module wants to be logged in to: check the PIN's source",
}


def is_for_good(error: Exception) -> bool:
    """Return whether trying again cannot help, or would do harm."""
    return isinstance(error, HardwareError) or type(error) in _FOR_GOOD


def explained(error: Exception) -> str:
    """Return what went wrong and what to check."""
    if isinstance(error, HardwareError):
        return str(error)
    if isinstance(error, pkcs11.PKCS11Error):
        found = _FOR_GOOD.get(type(error)) or _FOR_NOW.get(type(error))
        if found is not None:
            return found
    return f"the module answers {type(error).__name__}: check it with its own tools"
