"""Finds a key on a token, and makes one there. Runs in the module's thread alone."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pkcs11
from pkcs11 import Attribute, KeyType, Mechanism, ObjectClass

from amanat.client.hardware.address import KeyAddress
from amanat.client.hardware.faults import HardwareError
from amanat.ledger.crypto import is_valid_key
from amanat.ledger.identifiers import PublicKey

Pin = Callable[[], str]
"""Returns the PIN; asked each time that a session is opened."""

_CURVES: Final = (bytes.fromhex("06032b6570"), b"\x13\x0cedwards25519")
"""Ed25519 as CKA_EC_PARAMS: the OID of RFC 8410, and the name of PKCS#11 3.0, section 2.3.10."""


restarts: Final[Counter[Path]] = Counter()
"""How often each library was restarted here. A session of before may by now be another key's."""


@dataclass(slots=True)
class OpenKey:
    """A key that signs, and the session it is used in."""

    session: Any
    private: Any
    public_key: PublicKey
    library_run: int
    """How often the library had been restarted before."""

    def sign(self, message: bytes) -> bytes:
        """Return what the module returns."""
        return bytes(self.private.sign(message, mechanism=Mechanism.EDDSA))

    def close(self) -> None:
        """Close the session, if there still is one."""
        try:
            self.session.close()
        except pkcs11.PKCS11Error:
            return


def library(address: KeyAddress, *, anew: bool = False) -> Any:
    """Return the vendor's library; `anew` restarts it, with every session that it has.

    Raises:
        HardwareError: it is missing or is no PKCS#11 library.
    """
    if not address.module.is_file():
        raise HardwareError(f"the PKCS#11 library {address.module} is missing: check module-path")
    try:
        loaded = pkcs11.lib(str(address.module))
    except (pkcs11.PKCS11Error, OSError) as error:
        raise HardwareError(
            f"{address.module} cannot be loaded as a PKCS#11 library: check that it is the "
            "module's, for this machine, and that the module's own configuration is there "
            f"({str(error) or type(error).__name__})"
        ) from error
    if anew:
        loaded.reinitialize()
        restarts[address.module] += 1
    return loaded


def public_key(address: KeyAddress, *, anew: bool = False) -> PublicKey:
    """Return the public key. Most modules show it without a PIN.

    Raises:
        HardwareError: there is no such token or Ed25519 key.
        pkcs11.PKCS11Error: the module could not answer.
    """
    session = _token(address, library(address, anew=anew)).open()
    try:
        return _public_key(session, address)
    finally:
        session.close()


def open_key(address: KeyAddress, pin: Pin, *, anew: bool = False) -> OpenKey:
    """Log in and find the key.

    Raises:
        HardwareError: there is no such token or Ed25519 key.
        pkcs11.PKCS11Error: the module could not answer, or the PIN is wrong.
    """
    session = _logged_in(_token(address, library(address, anew=anew)), pin, rw=False)
    try:
        private = _one(session, address, ObjectClass.PRIVATE_KEY)
        run = restarts[address.module]
        return OpenKey(session, private, _public_key(session, address), run)
    except BaseException:
        session.close()
        raise


def make_key(address: KeyAddress, pin: Pin) -> PublicKey:
    """Make a key on the token that cannot leave it.

    Raises:
        HardwareError: the token has a key of that name, or there is no such token.
        pkcs11.PKCS11Error: the module could not do it.
    """
    if address.label is None:
        raise HardwareError("a new key needs a label: object=LABEL in the URI")
    session = _logged_in(_token(address, library(address)), pin, rw=True)
    try:
        if _all(session, address, ObjectClass.PRIVATE_KEY):
            raise HardwareError(f"{address} exists: keys are never overwritten")
        _generate(session, address)
        return _public_key(session, address)
    finally:
        session.close()


def _generate(session: Any, address: KeyAddress) -> None:
    refusal: pkcs11.PKCS11Error | None = None
    for curve in _CURVES:
        parameters = session.create_domain_parameters(
            KeyType.EC_EDWARDS, {Attribute.EC_PARAMS: curve}, local=True
        )
        try:
            parameters.generate_keypair(
                store=True,
                label=address.label,
                id=address.id or (address.label or "").encode(),
                mechanism=Mechanism.EC_EDWARDS_KEY_PAIR_GEN,
                private_template={
                    Attribute.SENSITIVE: True,
                    Attribute.EXTRACTABLE: False,
                    Attribute.PRIVATE: True,
                },
                public_template={Attribute.PRIVATE: False},
            )
        except pkcs11.PKCS11Error as error:
            refusal = error
        else:
            return
    if refusal is not None:
        raise refusal


def _logged_in(token: Any, pin: Pin, *, rw: bool) -> Any:
    try:
        return token.open(rw=rw, user_pin=pin())
    except pkcs11.UserAlreadyLoggedIn:
        # Another key of this token is in use here: the login is the whole process's.
        return token.open(rw=rw)


def _token(address: KeyAddress, loaded: Any) -> Any:
    found, there = [], []
    for slot in loaded.get_slots(token_present=True):
        try:
            token = slot.get_token()
        except (pkcs11.TokenNotPresent, pkcs11.TokenNotRecognised):
            continue
        has = {
            "token": (address.token, token.label),
            "serial": (address.serial, token.serial.decode(errors="replace")),
            "manufacturer": (address.manufacturer, token.manufacturer_id),
            "model": (address.model, token.model),
            "slot": (address.slot, slot.slot_id),
        }
        if not token.flags & pkcs11.TokenFlag.TOKEN_INITIALIZED:
            continue
        there.append(token.label)
        if all(wanted in (None, seen) for wanted, seen in has.values()):
            found.append(token)
    if len(found) == 1:
        return found[0]
    if found:
        raise HardwareError(f"{address}: several tokens fit: name one by token= or serial=")
    seen = ", ".join(sorted(there)) or "none"
    raise TokenMissing(
        f"{address}: no such token is there; the module has {seen}: check that it is plugged in or "
        "reachable, and the URI"
    )


class TokenMissing(Exception):  # noqa: N818 - what is the case
    """No token fits; it may come back."""


def _all(session: Any, address: KeyAddress, kind: ObjectClass) -> list[Any]:
    wanted: dict[Attribute, Any] = {Attribute.CLASS: kind}
    if address.label is not None:
        wanted[Attribute.LABEL] = address.label
    if address.id is not None:
        wanted[Attribute.ID] = address.id
    return list(session.get_objects(wanted))


def _one(session: Any, address: KeyAddress, kind: ObjectClass) -> Any:
    named = _all(session, address, kind)
    which = "private" if kind is ObjectClass.PRIVATE_KEY else "public"
    if not named:
        raise HardwareError(f"{address}: the token has no {which} key of that name: check the URI")
    fit = [each for each in named if each[Attribute.KEY_TYPE] == KeyType.EC_EDWARDS]
    if not fit:
        raise HardwareError(f"{address}: that key is not an Ed25519 key")
    if len(fit) > 1:
        raise HardwareError(f"{address}: the token has {len(fit)} such keys: name one by id=")
    return fit[0]


def _public_key(session: Any, address: KeyAddress) -> PublicKey:
    point = bytes(_one(session, address, ObjectClass.PUBLIC_KEY)[Attribute.EC_POINT])
    # PKCS#11 3.0 wraps the point into an OCTET STRING; some modules give it bare.
    key = point[2:] if point[:2] == b"\x04\x20" and len(point) == 34 else point
    if not is_valid_key(key):
        raise HardwareError(f"{address}: that key is not an Ed25519 key")
    return key
