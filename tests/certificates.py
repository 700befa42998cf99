"""A certificate authority for tests, as a ministry has one, and what it signs."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from amanat.node.web_certificate import Files

HOSTS: Final = ("127.0.0.1", "localhost")
"""Where tests serve."""


def machine_now() -> datetime:
    """Return the machine's time: what OpenSSL judges certificates by."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class Authority:
    """One that signs certificates."""

    directory: Path
    name: str
    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate

    @property
    def file(self) -> Path:
        """Its own certificate."""
        return self.directory / f"{self.name}.pem"

    def issue(
        self,
        name: str,
        hosts: tuple[str, ...] = HOSTS,
        *,
        begins: datetime | None = None,
        lasts: timedelta = timedelta(days=365),
        for_server: bool = True,
    ) -> Files:
        """Write a certificate for these hosts, and its key, over what has this name."""
        key = ec.generate_private_key(ec.SECP256R1())
        begins = begins or machine_now() - timedelta(hours=1)
        names = [
            x509.IPAddress(ip_address(each)) if each[0].isdigit() else x509.DNSName(each)
            for each in hosts
        ]
        made = _begun(name, key, begins, begins + lasts).issuer_name(self.certificate.subject)
        if names:
            made = made.add_extension(x509.SubjectAlternativeName(names), critical=False)
        made = made.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        if not for_server:
            only = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH])
            made = made.add_extension(only, critical=False)
        files = Files(self.directory / f"{name}.pem", self.directory / f"{name}.key")
        files.certificate.write_bytes(_pem(made.sign(self.key, hashes.SHA256())))
        write_key(files.key, key)
        return files


def authority(directory: Path, name: str = "authority") -> Authority:
    """Return a new authority, whose certificate is in `directory`."""
    key = ec.generate_private_key(ec.SECP256R1())
    begins = machine_now() - timedelta(days=4000)
    made = _begun(name, key, begins, begins + timedelta(days=8000))
    made = made.issuer_name(_name(name))
    made = made.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    usage = x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=True,
        crl_sign=True,
        encipher_only=False,
        decipher_only=False,
    )
    made = made.add_extension(usage, critical=True)
    found = Authority(directory, name, key, made.sign(key, hashes.SHA256()))
    found.file.write_bytes(_pem(found.certificate))
    return found


def write_key(
    file: Path, key: ec.EllipticCurvePrivateKey, *, passphrase: bytes | None = None
) -> None:
    """Write a key for its owner alone, sealed if there is a passphrase."""
    sealing: serialization.KeySerializationEncryption = serialization.NoEncryption()
    if passphrase is not None:
        sealing = serialization.BestAvailableEncryption(passphrase)
    file.touch(mode=0o600)
    file.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, sealing)
    )


def _begun(
    name: str, key: ec.EllipticCurvePrivateKey, begins: datetime, ends: datetime
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(_name(name))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begins)
        .not_valid_after(ends)
    )


def _name(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)
