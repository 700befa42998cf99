"""Where a key is: in a sealed file, or in a hardware module that a `pkcs11:` URI names."""

from collections.abc import Callable
from pathlib import Path
from typing import Final

from amanat.client import keystore
from amanat.client.hardware.address import is_address, parse
from amanat.client.keystore import KeystoreError
from amanat.client.passphrases import read_passphrase
from amanat.client.signers import Signs
from amanat.ledger.identifiers import PublicKey

SIGN_SECONDS: Final = 10.0
"""How long a hardware module may take for a signature unless the caller says otherwise."""

Secret = Callable[[], str]
"""Returns the passphrase of a file, or the PIN of a module; called when it is needed."""


def open_signer(key: str, secret: Secret, *, seconds: float = SIGN_SECONDS) -> Signs:
    """Open a key, wherever it is. A PIN file that the URI names goes before `secret`.

    Raises:
        KeystoreError: it cannot be used. The message says why, and what to check.
    """
    if not is_address(key):
        return keystore.open_key(Path(key), secret())
    address = parse(key)
    _check_installed()
    from amanat.client.hardware.signer import HardwareSigner  # noqa: PLC0415 - an extra

    source = address.pin_source
    pin = secret if source is None else lambda: read_passphrase(source)
    return HardwareSigner(address, pin, seconds=seconds)


def public_key_of(key: str) -> PublicKey:
    """Return the public half of a key, wherever it is; asks for no passphrase and no PIN.

    Raises:
        KeystoreError: there is no such key.
    """
    if not is_address(key):
        return keystore.public_key(Path(key))
    address = parse(key)
    _check_installed()
    from amanat.client.hardware.signer import public_key  # noqa: PLC0415 - an extra

    return public_key(address)


def make_in_module(uri: str, secret: Secret) -> PublicKey:
    """Make a key in a hardware module, which it cannot leave.

    Raises:
        KeystoreError: there is one of that name, or it cannot be made.
    """
    address = parse(uri)
    _check_installed()
    from amanat.client.hardware.signer import make_key  # noqa: PLC0415 - an extra

    source = address.pin_source
    return make_key(address, secret if source is None else lambda: read_passphrase(source))


def _check_installed() -> None:
    try:
        import pkcs11  # noqa: F401, PLC0415 - an extra
    except ImportError as error:
        raise KeystoreError(
            "keys in hardware modules need the package python-pkcs11: install amanat[pkcs11]"
        ) from error
