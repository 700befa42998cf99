"""Mutual TLS 1.3 between nodes, trusting exactly the keys that the ledger lists.

Each authority's ledger key is its own small certificate authority: it signs a short-lived
certificate for its node's TLS key. A peer needs no certificate file to check it. It builds, from
the authority's public key, an anchor certificate in memory; OpenSSL trusts an anchor because it
was given (partial chain), so nobody looks at the signature on the anchor itself.
"""

import os
import ssl
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.utils import Buffer
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from amanat.client.signers import Signs
from amanat.ledger.authorities import Authority
from amanat.ledger.identifiers import PublicKey

LIFETIME: Final = timedelta(days=7)
RENEW_AFTER: Final = timedelta(days=3)
CLOCK_SLACK: Final = timedelta(hours=1)
"""How far apart two nodes' clocks may be without their certificates seeming not yet valid."""

_ANCHOR_START: Final = datetime(2020, 1, 1, tzinfo=UTC)
_ANCHOR_END: Final = datetime(2120, 1, 1, tzinfo=UTC)


class NotKeptError(OSError):
    """A new certificate cannot be written. The message says where, and why."""


class NodeCertificate:
    """This node's TLS key and certificate, in files, because that is how Python's ssl reads them.

    `renew` replaces both; contexts made before serve new connections with the new ones.
    """

    def __init__(self, directory: Path, name: str, signer: Signs) -> None:
        self._directory = directory
        self._name = name
        self._signer = signer
        self._contexts: list[ssl.SSLContext] = []
        self.issued_at = datetime.fromtimestamp(0, UTC)

    @property
    def expires(self) -> datetime:
        """When the certificate ends."""
        return self.issued_at + LIFETIME

    @property
    def _chain_file(self) -> Path:
        return self._directory / "certificate.pem"

    @property
    def _key_file(self) -> Path:
        return self._directory / "key.pem"

    def renew(self, now: datetime) -> None:
        """Issue a new certificate, valid from `now` for `LIFETIME`, and load it everywhere.

        Raises:
            SigningFailed: the authority's key gives no signature.
            NotKeptError: the directory takes no file. The old one stays, on disk and in use.
        """
        key = ec.generate_private_key(ec.SECP256R1())
        authority = _AuthorityKey(self._signer)
        certificate = (
            x509.CertificateBuilder()
            .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, self._name)]))
            .issuer_name(_authority_name(self._signer.public_key))
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - CLOCK_SLACK)
            .not_valid_after(now + LIFETIME)
            .add_extension(x509.SubjectAlternativeName([x509.DNSName(self._name)]), critical=False)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(
                x509.ExtendedKeyUsage(
                    [ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]
                ),
                critical=False,
            )
            .sign(authority, None)
        )
        pem = key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        chain = certificate.public_bytes(serialization.Encoding.PEM)
        try:
            _write_private({self._key_file: pem, self._chain_file: chain})
        except OSError as error:
            raise NotKeptError(
                f"{self._directory} takes no certificate: {error.strerror or error}"
            ) from error
        self.issued_at = now
        for context in self._contexts:
            context.load_cert_chain(self._chain_file, self._key_file)

    def renew_if_due(self, now: datetime) -> bool:
        """Renew a certificate older than `RENEW_AFTER`. Return whether it was.

        One from a future that the clock has been set back from is renewed too: no peer accepts it.
        """
        age = now - self.issued_at
        due = age >= RENEW_AFTER or age < -CLOCK_SLACK
        if due:
            self.renew(now)
        return due

    def server_context(self, members: Iterable[Authority]) -> ssl.SSLContext:
        """Return a context that accepts every other one of `members`, and nobody else."""
        context = self._context(ssl.PROTOCOL_TLS_SERVER)
        self.admit(context, members)
        return context

    def admit(self, context: ssl.SSLContext, members: Iterable[Authority]) -> None:
        """Let a server's context accept `members` as well, from the next connection on.

        OpenSSL cannot forget a key again: who may still connect is for `peer_name` to say.
        """
        for member in members:
            if member.name != self._name:
                context.load_verify_locations(cadata=anchor(member.key))

    def client_context(self, peer_key: PublicKey) -> ssl.SSLContext:
        """Return a context that accepts the one authority with `peer_key`."""
        context = self._context(ssl.PROTOCOL_TLS_CLIENT)
        # Who it is follows from the one key that is trusted, not from a host's name.
        context.check_hostname = False
        context.load_verify_locations(cadata=anchor(peer_key))
        return context

    def _context(self, protocol: int) -> ssl.SSLContext:
        context = ssl.SSLContext(protocol)
        context.minimum_version = ssl.TLSVersion.TLSv1_3
        context.verify_mode = ssl.CERT_REQUIRED
        context.verify_flags |= ssl.VerifyFlags.VERIFY_X509_PARTIAL_CHAIN
        context.load_cert_chain(self._chain_file, self._key_file)
        self._contexts.append(context)
        return context


class _AuthorityKey(Ed25519PrivateKey):
    """An authority's key as the library that builds certificates wants it, wherever it is.

    `cryptography` asks of a key nothing but `sign`; the key itself is not its business, and is not
    to be had where it lies in a hardware module.
    """

    def __init__(self, signer: Signs) -> None:
        self._signer = signer

    def sign(self, data: Buffer) -> bytes:
        """Return the signature."""
        return self._signer.sign(bytes(data))

    def public_key(self) -> Ed25519PublicKey:
        """Return the public half."""
        return Ed25519PublicKey.from_public_bytes(self._signer.public_key)

    def private_bytes_raw(self) -> bytes:
        """Refuse."""
        raise NotImplementedError("the key stays where it is")

    def private_bytes(
        self,
        encoding: serialization.Encoding,
        format: serialization.PrivateFormat,  # noqa: A002 - the library's name
        encryption_algorithm: serialization.KeySerializationEncryption,
    ) -> bytes:
        """Refuse."""
        del encoding, format, encryption_algorithm
        raise NotImplementedError("the key stays where it is")

    def __copy__(self) -> "_AuthorityKey":
        return self

    def __deepcopy__(self, memo: object) -> "_AuthorityKey":
        del memo
        return self


def anchor(key: PublicKey) -> str:
    """Return a PEM certificate that carries `key` under the name by which `key` issues.

    It is signed by a throw-away key, which nobody checks.
    """
    name = _authority_name(key)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(Ed25519PublicKey.from_public_bytes(key))
        .serial_number(1)
        .not_valid_before(_ANCHOR_START)
        .not_valid_after(_ANCHOR_END)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(ec.generate_private_key(ec.SECP256R1()), hashes.SHA256())
    )
    return certificate.public_bytes(serialization.Encoding.PEM).decode()


def peer_name(peer_certificate: dict[str, Any] | None, members: Iterable[Authority]) -> str | None:
    """Return the authority whose key signed a verified peer's certificate, or None.

    Args:
        peer_certificate: as `ssl.SSLObject.getpeercert()` gives it.
        members: who may connect.
    """
    issuer = (peer_certificate or {}).get("issuer", ())
    for part in issuer:
        for kind, value in part:
            if kind == "commonName":
                for member in members:
                    if member.key.hex() == value:
                        return member.name
    return None


def _authority_name(key: PublicKey) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, key.hex())])


def _write_private(contents: dict[Path, bytes]) -> None:
    """Replace these files, each its owner's alone: none of them before all are written."""
    written = []
    for path, content in contents.items():
        temporary = path.with_name(f"{path.name}.new")
        temporary.unlink(missing_ok=True)
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
        written.append(temporary)
    for temporary, path in zip(written, contents, strict=True):
        temporary.replace(path)
