"""Mutual TLS between authorities: real handshakes, in memory."""

import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from amanat.client.keystore import Signer
from amanat.ledger.authorities import AuthoritySet
from amanat.node.tls import CLOCK_SLACK, LIFETIME, RENEW_AFTER, NodeCertificate, peer_name
from tests.ledger.world import authority_set, key, public_key

AUTHORITIES: Final = authority_set(["mof", "sbp", "cdc"], quorum=2)
NOW: Final = datetime.now(UTC)
"""OpenSSL looks at the machine's clock; what the tests issue is dated by it."""


def certificate(
    directory: Path, name: str, *, now: datetime = NOW, signer: Signer | None = None
) -> NodeCertificate:
    """Return a node's certificate; its authority's key is the test network's by default."""
    place = directory / f"{name} {len(list(directory.iterdir()))}"
    place.mkdir()
    made = NodeCertificate(place, name, signer or Signer(key(f"authority {name}")))
    made.renew(now)
    return made


def authority_key(name: str) -> bytes:
    return public_key(f"authority {name}")


class Connection:
    """A client and a server, and the wires between them."""

    def __init__(self, client: ssl.SSLContext, server: ssl.SSLContext) -> None:
        forth, back = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.client = client.wrap_bio(back, forth, server_side=False)
        self.server = server.wrap_bio(forth, back, server_side=True)

    def shake(self) -> None:
        """Finish the handshake on both sides. Raises what the first to refuse raises."""
        unfinished = [self.client, self.server]
        for _ in range(10):
            for side in list(unfinished):
                try:
                    side.do_handshake()
                except ssl.SSLWantReadError:
                    continue
                unfinished.remove(side)
            if not unfinished:
                return
        raise AssertionError("the handshake does not come to an end")

    def peers(self) -> tuple[str | None, str | None]:
        """Return whom the client and the server take each other for."""
        of_client = peer_name(self.client.getpeercert(), AUTHORITIES.members)
        return of_client, peer_name(self.server.getpeercert(), AUTHORITIES.members)


def connection(
    client: NodeCertificate,
    server: NodeCertificate,
    *,
    dials: str = "sbp",
    authorities: AuthoritySet = AUTHORITIES,
) -> Connection:
    """Return a connection, before its handshake, in which the client means to dial `dials`."""
    return Connection(
        client.client_context(authority_key(dials)), server.server_context(authorities.members)
    )


def serials(made: Connection) -> tuple[int, int]:
    """Return the serial numbers of the certificates that the client and the server showed."""
    shown = [side.getpeercert(binary_form=True) for side in (made.server, made.client)]
    assert all(shown)
    first, second = (x509.load_der_x509_certificate(der or b"").serial_number for der in shown)
    return first, second


@pytest.fixture
def mof(tmp_path: Path) -> NodeCertificate:
    return certificate(tmp_path, "mof")


@pytest.fixture
def sbp(tmp_path: Path) -> NodeCertificate:
    return certificate(tmp_path, "sbp")


@pytest.fixture
def stranger(tmp_path: Path) -> NodeCertificate:
    """It says that it is mof, and signs with a key of its own."""
    return certificate(tmp_path, "mof", signer=Signer(key("stranger")))


@pytest.fixture
def impostor(tmp_path: Path) -> NodeCertificate:
    """It names mof's key as its issuer, and signs with a key of its own."""
    signer = Signer(key("stranger"))
    signer.public_key = authority_key("mof")
    return certificate(tmp_path, "mof", signer=signer)


# Accepted.


def test_two_authorities_accept_and_recognise_each_other(
    mof: NodeCertificate, sbp: NodeCertificate
) -> None:
    made = connection(mof, sbp)
    made.shake()
    assert made.peers() == ("sbp", "mof")
    assert made.client.version() == made.server.version() == "TLSv1.3"
    made.client.write(b"an order")
    assert made.server.read() == b"an order"


def test_a_server_accepts_every_other_authority(tmp_path: Path, sbp: NodeCertificate) -> None:
    for name in ("mof", "cdc"):
        made = connection(certificate(tmp_path, name), sbp)
        made.shake()
        assert made.peers() == ("sbp", name)


def test_who_a_peer_is_follows_from_the_key_that_signed_not_from_the_name_it_gives(
    tmp_path: Path, sbp: NodeCertificate
) -> None:
    calls_itself_mof = certificate(tmp_path, "mof", signer=Signer(key("authority cdc")))
    made = connection(calls_itself_mof, sbp)
    made.shake()
    assert made.peers() == ("sbp", "cdc")


# Refused.


def test_a_stranger_that_dials_is_refused(stranger: NodeCertificate, sbp: NodeCertificate) -> None:
    with pytest.raises(ssl.SSLCertVerificationError):
        connection(stranger, sbp).shake()


def test_a_stranger_that_is_dialled_is_refused(
    mof: NodeCertificate, stranger: NodeCertificate
) -> None:
    made = connection(mof, stranger)
    with pytest.raises(ssl.SSLCertVerificationError):
        made.shake()
    with pytest.raises(ssl.SSLError):
        made.client.write(b"an order")


def test_a_stranger_that_gives_an_authoritys_key_as_its_issuer_is_refused_on_both_sides(
    impostor: NodeCertificate, sbp: NodeCertificate
) -> None:
    with pytest.raises(ssl.SSLCertVerificationError):
        connection(impostor, sbp).shake()
    with pytest.raises(ssl.SSLCertVerificationError):
        connection(sbp, impostor, dials="mof").shake()


def test_one_authority_is_not_taken_for_another_at_its_address(
    tmp_path: Path, mof: NodeCertificate, sbp: NodeCertificate
) -> None:
    with pytest.raises(ssl.SSLCertVerificationError):
        connection(mof, sbp, dials="cdc").shake()
    calls_itself_cdc = certificate(tmp_path, "cdc", signer=Signer(key("authority sbp")))
    with pytest.raises(ssl.SSLCertVerificationError):
        connection(mof, calls_itself_cdc, dials="cdc").shake()


def test_a_node_does_not_accept_itself(mof: NodeCertificate) -> None:
    with pytest.raises(ssl.SSLCertVerificationError):
        connection(mof, mof, dials="mof").shake()


def test_an_authority_that_the_set_no_longer_holds_is_refused(
    tmp_path: Path, sbp: NodeCertificate
) -> None:
    fewer = authority_set(["mof", "sbp"], quorum=2)
    with pytest.raises(ssl.SSLCertVerificationError):
        connection(certificate(tmp_path, "cdc"), sbp, authorities=fewer).shake()


def test_a_client_without_a_certificate_is_refused(sbp: NodeCertificate) -> None:
    anonymous = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    anonymous.check_hostname = False
    anonymous.verify_mode = ssl.CERT_NONE
    with pytest.raises(ssl.SSLError, match="PEER_DID_NOT_RETURN_A_CERTIFICATE"):
        Connection(anonymous, sbp.server_context(AUTHORITIES.members)).shake()


def test_an_older_protocol_is_refused(mof: NodeCertificate, sbp: NodeCertificate) -> None:
    older = mof.client_context(authority_key("sbp"))
    older.minimum_version = older.maximum_version = ssl.TLSVersion.TLSv1_2
    with pytest.raises(ssl.SSLError, match="UNSUPPORTED_PROTOCOL"):
        Connection(older, sbp.server_context(AUTHORITIES.members)).shake()


def test_a_nodes_certificate_vouches_for_no_other(
    tmp_path: Path, mof: NodeCertificate, sbp: NodeCertificate
) -> None:
    chain = _signed_by_node(tmp_path, mof)
    thief = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    thief.check_hostname = False
    thief.verify_mode = ssl.CERT_NONE
    thief.load_cert_chain(chain)
    with pytest.raises(ssl.SSLCertVerificationError, match="invalid CA certificate"):
        Connection(thief, sbp.server_context(AUTHORITIES.members)).shake()


def _signed_by_node(directory: Path, node: NodeCertificate) -> Path:
    """Return a key and certificate that a node's TLS key signed, followed by the node's own."""
    issuer = x509.load_pem_x509_certificate(node._chain_file.read_bytes())
    signer = serialization.load_pem_private_key(node._key_file.read_bytes(), None)
    assert isinstance(signer, ec.EllipticCurvePrivateKey)
    own = ec.generate_private_key(ec.SECP256R1())
    made = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "thief")]))
        .issuer_name(issuer.subject)
        .public_key(own.public_key())
        .serial_number(7)
        .not_valid_before(NOW - CLOCK_SLACK)
        .not_valid_after(NOW + LIFETIME)
        .sign(signer, hashes.SHA256())
    )
    pem = own.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    parts = [pem, made.public_bytes(serialization.Encoding.PEM), node._chain_file.read_bytes()]
    (directory / "chain.pem").write_bytes(b"".join(parts))
    return directory / "chain.pem"


# Time.


@pytest.mark.parametrize(
    "ago", [LIFETIME + timedelta(minutes=5), -CLOCK_SLACK - timedelta(minutes=5)]
)
def test_a_certificate_out_of_its_time_is_refused_on_both_sides(
    tmp_path: Path, sbp: NodeCertificate, ago: timedelta
) -> None:
    untimely = certificate(tmp_path, "mof", now=datetime.now(UTC) - ago)
    with pytest.raises(ssl.SSLCertVerificationError, match=r"expired|not yet valid"):
        connection(untimely, sbp).shake()
    with pytest.raises(ssl.SSLCertVerificationError, match=r"expired|not yet valid"):
        connection(sbp, untimely, dials="mof").shake()


@pytest.mark.parametrize(
    "ago", [LIFETIME - timedelta(minutes=5), timedelta(minutes=5) - CLOCK_SLACK]
)
def test_clocks_may_differ_a_little(tmp_path: Path, sbp: NodeCertificate, ago: timedelta) -> None:
    untimely = certificate(tmp_path, "mof", now=datetime.now(UTC) - ago)
    connection(untimely, sbp).shake()


def test_a_certificate_is_renewed_when_it_is_due_and_not_before(mof: NodeCertificate) -> None:
    assert mof.issued_at == NOW
    assert not mof.renew_if_due(NOW + RENEW_AFTER - timedelta(seconds=1))
    assert mof.issued_at == NOW
    due = NOW + RENEW_AFTER
    assert mof.renew_if_due(due)
    assert mof.issued_at == due
    assert not mof.renew_if_due(due)


def test_a_certificate_is_renewed_long_before_it_expires() -> None:
    assert 2 * RENEW_AFTER <= LIFETIME


def test_contexts_made_before_a_renewal_show_the_new_certificate(
    mof: NodeCertificate, sbp: NodeCertificate
) -> None:
    client, server = (
        mof.client_context(authority_key("sbp")),
        sbp.server_context(AUTHORITIES.members),
    )
    first = Connection(client, server)
    first.shake()
    mof.renew(NOW)
    second = Connection(client, server)
    second.shake()
    sbp.renew(NOW)
    third = Connection(client, server)
    third.shake()
    shown = [serials(each) for each in (first, second, third)]
    assert len({of_client for of_client, _ in shown[:2]}) == 2
    assert shown[0][1] == shown[1][1] != shown[2][1]
    assert shown[1][0] == shown[2][0]
    first.client.write(b"still there")
    assert first.server.read() == b"still there"


def test_an_expired_certificate_that_is_renewed_is_accepted_again(
    tmp_path: Path, sbp: NodeCertificate
) -> None:
    late = certificate(tmp_path, "mof", now=NOW - 2 * LIFETIME)
    client, server = (
        late.client_context(authority_key("sbp")),
        sbp.server_context(AUTHORITIES.members),
    )
    with pytest.raises(ssl.SSLCertVerificationError, match="expired"):
        Connection(client, server).shake()
    assert late.renew_if_due(NOW)
    Connection(client, server).shake()


# Files and names.


def test_the_key_file_is_its_owners_alone_and_renewing_leaves_no_other_file(
    tmp_path: Path, mof: NodeCertificate
) -> None:
    mof.renew(NOW)
    (place,) = tmp_path.iterdir()
    assert sorted(file.name for file in place.iterdir()) == ["certificate.pem", "key.pem"]
    assert {file.stat().st_mode & 0o777 for file in place.iterdir()} == {0o600}


def test_each_certificate_has_a_key_of_its_own(mof: NodeCertificate) -> None:
    keys = []
    for _ in range(2):
        private = serialization.load_pem_private_key(mof._key_file.read_bytes(), None)
        assert isinstance(private, ec.EllipticCurvePrivateKey)  # never the authority's, an Ed25519
        keys.append(private.private_numbers().private_value)
        mof.renew(NOW)
    assert keys[0] != keys[1]


@pytest.mark.parametrize(
    "given",
    [
        None,
        {},
        {"issuer": ()},
        {"issuer": ((("commonName", "mof"),),)},
        {"issuer": ((("commonName", public_key("stranger").hex()),),)},
        {"subject": ((("commonName", authority_key("mof").hex()),),)},
        {"issuer": ((("organizationName", authority_key("mof").hex()),),)},
    ],
)
def test_a_peer_whose_issuer_is_no_authoritys_key_has_no_name(given: dict[str, Any] | None) -> None:
    assert peer_name(given, AUTHORITIES.members) is None


def test_a_peer_has_the_name_of_the_authority_whose_key_issued() -> None:
    given = {"issuer": ((("commonName", authority_key("cdc").hex()),),)}
    assert peer_name(given, AUTHORITIES.members) == "cdc"
