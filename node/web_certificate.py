"""The certificate under which a node serves HTTPS: its operator's own, in two files.

It can be replaced while the node serves: whoever connects from then on is shown the new one, and
connections that are open go on. A pair that is not sound replaces nothing.

TLS 1.3 alone: every library that can check a ledger's signatures has it, it leaves nothing to
negotiate down to, and only in it can keys be agreed on that a quantum computer does not find.
"""

import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes, PublicKeyTypes

from amanat.client.owner_only import mode_for_others
from amanat.node.handshakes import shake

BYTES_MAX: Final = 1024 * 1024
"""The longest file that is read as a certificate or a key."""

_NO_CHECK_TIME: Final = 0x200000
"""X509_V_FLAG_NO_CHECK_TIME (x509_vfy.h): time is judged here, by the clock that is given."""

_SOME_HOST: Final = "node.invalid"


class PairError(Exception):
    """A certificate and its key cannot be used. The message is one line: which file, and why."""


@dataclass(frozen=True, slots=True)
class Files:
    """Where a certificate and its key are."""

    certificate: Path
    key: Path

    def stamp(self) -> tuple[tuple[int, int, int], ...]:
        """Return what changes when either file does; empty if one cannot be looked at."""
        try:
            found = [path.stat() for path in (self.certificate, self.key)]
        except OSError:
            return ()
        return tuple((each.st_ino, each.st_mtime_ns, each.st_size) for each in found)


@dataclass(frozen=True, slots=True)
class Pair:
    """A certificate with its key, ready to be served."""

    files: Files
    context: ssl.SSLContext
    begins: datetime
    expires: datetime
    names: tuple[str, ...]
    """The hosts and addresses that it is for."""
    issuer: str

    def misfit(self, host: str | None, now: datetime) -> str | None:
        """Return why no client would accept it for `host` now, or None. None fits any host."""
        file = self.files.certificate
        if now >= self.expires:
            return f"{file} expired on {self.expires:%Y-%m-%d %H:%M} UTC"
        if now < self.begins:
            return f"{file} is not valid before {self.begins:%Y-%m-%d %H:%M} UTC"
        if host is not None and not self._is_for(host):
            told = ", ".join(self.names) or "no host"
            return f"{file} is for {told}, and not for {host}, the host in [api] url"
        return None

    def _is_for(self, host: str) -> bool:
        try:
            _try_out(self.context, self.files.certificate, host)
        except ssl.SSLCertVerificationError:
            return False
        return True


def load(files: Files) -> Pair:
    """Read a certificate and its key, and try them out.

    Raises:
        PairError: one is missing, malformed, open to others, or not of the other.
    """
    leaf = _leaf(files.certificate)
    if _public(_key(files.key).public_key()) != _public(leaf.public_key()):
        raise PairError(f"{files.key} is not the key of {files.certificate}")
    context = bare_context()
    try:
        context.load_cert_chain(files.certificate, files.key, password="")
        # Trusted by itself, for no host in particular: is it a certificate that a server can show?
        _try_out(context, files.certificate, None)
    except ssl.SSLError as error:
        why = getattr(error, "verify_message", None) or error.reason or str(error)
        raise PairError(f"{files.certificate} cannot be served: {why}") from error
    except OSError as error:
        raise PairError(f"{files.certificate} cannot be read: {error.strerror}") from error
    begins, expires = leaf.not_valid_before_utc, leaf.not_valid_after_utc
    return Pair(files, context, begins, expires, _names(leaf), leaf.issuer.rfc4514_string())


def bare_context() -> ssl.SSLContext:
    """Return a server's context without a certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    # Who resumes a session is shown no certificate; all are to see a new one at once.
    context.num_tickets = 0
    return context


def trust_in(file: Path, *, host: bool) -> ssl.SSLContext:
    """Return a client's context that trusts the certificates in `file` for what they are.

    Args:
        file: certificates (PEM), an authority's or not.
        host: whether the one that is shown must be for the host that is dialled.

    Raises:
        OSError: the file cannot be read, or holds none.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = host
    context.verify_flags |= ssl.VerifyFlags.VERIFY_X509_PARTIAL_CHAIN
    context.load_verify_locations(cafile=file)
    return context


def _try_out(context: ssl.SSLContext, certificate: Path, host: str | None) -> None:
    client = trust_in(certificate, host=host is not None)
    client.verify_flags = ssl.VerifyFlags(client.verify_flags | _NO_CHECK_TIME)
    shake(client, context, host or _SOME_HOST)


def _leaf(file: Path) -> x509.Certificate:
    try:
        return x509.load_pem_x509_certificates(_read(file))[0]
    except ValueError as error:
        raise PairError(f"{file} holds no certificate in PEM") from error


def _key(file: Path) -> PrivateKeyTypes:
    content = _read(file)
    if mode_for_others(file):
        mode = file.stat().st_mode & 0o777
        raise PairError(f"{file} can be read by others (mode {mode:04o}): run chmod 600 {file}")
    try:
        return serialization.load_pem_private_key(content, None)
    except TypeError as error:
        raise PairError(
            f"{file} is sealed by a passphrase, for which a node that starts by itself cannot ask: "
            f"`openssl pkey -in {file} -out FILE` unseals it"
        ) from error
    except (ValueError, UnsupportedAlgorithm) as error:
        raise PairError(f"{file} holds no private key in PEM") from error


def _public(key: PublicKeyTypes) -> bytes:
    return key.public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )


def _read(file: Path) -> bytes:
    try:
        with file.open("rb") as opened:
            return opened.read(BYTES_MAX)
    except OSError as error:
        raise PairError(f"{file} cannot be read: {error.strerror}") from error


def _names(leaf: x509.Certificate) -> tuple[str, ...]:
    try:
        found = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (x509.ExtensionNotFound, ValueError):
        return ()
    kinds: Sequence[type[x509.DNSName | x509.IPAddress]] = (x509.DNSName, x509.IPAddress)
    return tuple(str(name) for kind in kinds for name in found.get_values_for_type(kind))
