"""Where a key lies in a hardware module: a PKCS#11 URI (RFC 7512).

    pkcs11:token=treasury;object=mof?module-path=/usr/lib/softhsm/libsofthsm2.so&pin-source=/etc/pin

The part after `?` says how to reach the module. A PIN itself (`pin-value`) is refused: settings and
command lines are read by too many.
"""

import difflib
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import quote, unquote, unquote_to_bytes

from amanat.client.keystore import KeystoreError

SCHEME: Final = "pkcs11:"

_WHERE: Final = ("token", "serial", "manufacturer", "model", "slot-id", "object", "id", "type")
_HOW: Final = ("module-path", "pin-source")
_PERCENT: Final = re.compile(r"%(?![0-9A-Fa-f]{2})")


class AddressError(KeystoreError):
    """The URI names no key. The message says what is wrong, and never a PIN."""


@dataclass(frozen=True, slots=True)
class KeyAddress:
    """Which key, on which token, through which module."""

    module: Path
    """The PKCS#11 library of the module's vendor."""
    token: str | None = None
    serial: str | None = None
    manufacturer: str | None = None
    model: str | None = None
    slot: int | None = None
    label: str | None = None
    """The key's `object` attribute."""
    id: bytes | None = None
    """The key's `id` attribute."""
    pin_source: Path | None = None
    """The file that holds the PIN."""

    def __str__(self) -> str:
        """Return the URI without its query: it names the key, and nothing of this machine."""
        parts = {
            "token": self.token,
            "serial": self.serial,
            "manufacturer": self.manufacturer,
            "model": self.model,
            "slot-id": None if self.slot is None else str(self.slot),
            "object": self.label,
        }
        told = [f"{name}={quote(value, safe='')}" for name, value in parts.items() if value]
        if self.id is not None:
            told.append("id=" + "".join(f"%{byte:02X}" for byte in self.id))
        return SCHEME + ";".join(told)


def is_address(key: str) -> bool:
    """Return whether a key is named by a URI rather than by a file."""
    return key.lower().startswith(SCHEME)


def parse(uri: str) -> KeyAddress:
    """Return what a URI names. Paths in it are absolute.

    Raises:
        AddressError: it is malformed, or says too little to find one key.
    """
    if not is_address(uri):
        raise AddressError(f"a key in a hardware module begins with {SCHEME!r}")
    path, _, query = uri[len(SCHEME) :].partition("?")
    where = _attributes(path, ";", _WHERE)
    how = _attributes(query, "&", _HOW)
    if where.get("type", "private") not in ("private", "public"):
        raise AddressError(f"type={where['type']} in {SCHEME} URI: what signs is a private key")
    if "object" not in where and "id" not in where:
        raise AddressError("a pkcs11: URI names its key by object=LABEL, id=%01%02, or both")
    if "module-path" not in how:
        raise AddressError(
            "a pkcs11: URI ends with ?module-path=FILE, the PKCS#11 library of the module"
        )
    return KeyAddress(
        module=_absolute(unquote(how["module-path"]), "module-path"),
        token=_text(where, "token"),
        serial=_text(where, "serial"),
        manufacturer=_text(where, "manufacturer"),
        model=_text(where, "model"),
        slot=_slot(where),
        label=_text(where, "object"),
        id=unquote_to_bytes(where["id"]) if "id" in where else None,
        pin_source=_pin_source(how.get("pin-source")),
    )


def _attributes(text: str, separator: str, known: tuple[str, ...]) -> dict[str, str]:
    found: dict[str, str] = {}
    for part in filter(None, text.split(separator)):
        name, equals, value = part.partition("=")
        if name == "pin-value":
            raise AddressError("pin-value in a pkcs11: URI: put the PIN into a file, pin-source")
        if name not in known:
            close = difflib.get_close_matches(name, known, n=1)
            hint = f"did you mean {close[0]}?" if close else f"known are {', '.join(known)}"
            raise AddressError(f"unknown attribute {name!r} in a pkcs11: URI; {hint}")
        if not equals or not value:
            raise AddressError(f"{name} in a pkcs11: URI has no value")
        if name in found:
            raise AddressError(f"{name} stands twice in a pkcs11: URI")
        if _PERCENT.search(value):
            raise AddressError(f"{name} in a pkcs11: URI has a % without two hexadecimal digits")
        found[name] = value
    return found


def _text(where: dict[str, str], name: str) -> str | None:
    if name not in where:
        return None
    try:
        return unquote(where[name], errors="strict")
    except UnicodeDecodeError as error:
        raise AddressError(f"{name} in a pkcs11: URI is not UTF-8") from error


def _slot(where: dict[str, str]) -> int | None:
    text = where.get("slot-id")
    if text is None:
        return None
    if not (text.isascii() and text.isdigit()):
        raise AddressError(f"slot-id={text} in a pkcs11: URI is not a number")
    return int(text)


def _pin_source(text: str | None) -> Path | None:
    if text is None:
        return None
    source = unquote(text)
    if source.startswith("|"):
        raise AddressError("pin-source in a pkcs11: URI is a command: name a file")
    return _absolute(source.removeprefix("file:"), "pin-source")


def _absolute(text: str, name: str) -> Path:
    path = Path(text)
    if not path.is_absolute():
        raise AddressError(f"{name}={text} in a pkcs11: URI: give the whole path, from /")
    return path
