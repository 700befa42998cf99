"""An operator's certificate and key: what is read of them, and each reason to refuse them."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from amanat.node.web_certificate import Files, PairError, load
from tests.certificates import Authority, authority, machine_now, write_key
from tests.client.test_owner_only import listed

BEGINS = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def ministry(tmp_path: Path) -> Authority:
    return authority(tmp_path)


def refusal(files: Files) -> str:
    with pytest.raises(PairError) as refused:
        load(files)
    assert len(str(refused.value).splitlines()) == 1
    return str(refused.value)


def test_a_sound_pair_tells_for_whom_and_how_long_it_is(ministry: Authority) -> None:
    pair = load(ministry.issue("node", begins=BEGINS, lasts=timedelta(days=30)))
    assert (pair.begins, pair.expires) == (BEGINS, BEGINS + timedelta(days=30))
    assert pair.names == ("localhost", "127.0.0.1")
    assert pair.issuer == "CN=authority"


def test_it_is_for_the_hosts_that_it_names_and_no_other(ministry: Authority) -> None:
    pair = load(ministry.issue("node", ("mof.example", "*.nodes.example", "192.0.2.7")))
    now = machine_now()
    for host in (None, "mof.example", "a.nodes.example", "192.0.2.7"):
        assert pair.misfit(host, now) is None
    told = pair.misfit("sbp.example", now)
    assert told is not None
    assert told.endswith(
        "node.pem is for mof.example, *.nodes.example, 192.0.2.7, "
        "and not for sbp.example, the host in [api] url"
    )
    for host in ("nodes.example", "a.b.nodes.example", "192.0.2.8"):
        assert pair.misfit(host, now) is not None


def test_a_certificate_that_names_no_host_is_for_none(ministry: Authority) -> None:
    told = load(ministry.issue("node", ())).misfit("mof.example", machine_now())
    assert told is not None
    assert "is for no host" in told


def test_out_of_its_time_it_fits_nobody(ministry: Authority) -> None:
    pair = load(ministry.issue("node", begins=BEGINS, lasts=timedelta(days=30)))
    second = timedelta(seconds=1)
    assert pair.misfit(None, BEGINS) is None
    assert pair.misfit("localhost", pair.expires - second) is None
    assert "is not valid before 2026-01-01 00:00 UTC" in str(pair.misfit(None, BEGINS - second))
    assert "expired on 2026-01-31 00:00 UTC" in str(pair.misfit(None, pair.expires))


def test_a_key_of_another_certificate_is_refused(ministry: Authority) -> None:
    one, other = ministry.issue("one"), ministry.issue("other")
    mixed = Files(one.certificate, other.key)
    assert refusal(mixed) == f"{other.key} is not the key of {one.certificate}"


def test_a_key_of_another_kind_is_refused(ministry: Authority, tmp_path: Path) -> None:
    files = Files(ministry.issue("node").certificate, tmp_path / "rsa.key")
    key = rsa.generate_private_key(65537, 2048)
    files.key.touch(mode=0o600)
    files.key.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    assert refusal(files) == f"{files.key} is not the key of {files.certificate}"


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644])
def test_a_key_that_others_can_read_is_refused(ministry: Authority, mode: int) -> None:
    files = ministry.issue("node")
    files.key.chmod(mode)
    assert f"can be read by others (mode {mode:04o}): run chmod 600" in refusal(files)


def test_a_key_that_a_list_gives_to_its_reader_alone_is_taken(ministry: Authority) -> None:
    """As systemd hands over credentials: by mode the group may read, by the list nobody else."""
    files = ministry.issue("node")
    listed(files.key, (0x02, 4, os.geteuid()), (0x04, 0, 0xFFFFFFFF))
    assert files.key.stat().st_mode & 0o077
    assert load(files).files == files


def test_a_sealed_key_is_refused_and_nobody_is_asked_for_its_passphrase(
    ministry: Authority,
) -> None:
    files = ministry.issue("node")
    write_key(files.key, ec.generate_private_key(ec.SECP256R1()), passphrase=b"secret")
    assert "is sealed by a passphrase" in refusal(files)
    assert f"openssl pkey -in {files.key} -out FILE" in refusal(files)


def test_files_that_are_missing_or_no_pem_are_named(ministry: Authority, tmp_path: Path) -> None:
    files = ministry.issue("node")
    missing = tmp_path / "missing"
    told = f"{missing} cannot be read: No such file or directory"
    assert refusal(Files(missing, files.key)) == told
    assert refusal(Files(files.certificate, missing)) == told
    assert refusal(Files(files.key, files.key)) == f"{files.key} holds no certificate in PEM"
    files.certificate.chmod(0o600)
    no_key = Files(files.certificate, files.certificate)
    assert refusal(no_key) == f"{files.certificate} holds no private key in PEM"


def test_what_comes_after_the_first_certificate_is_shown_too(ministry: Authority) -> None:
    files = ministry.issue("node")
    alone = files.certificate.read_bytes()
    files.certificate.write_bytes(alone + ministry.file.read_bytes())
    assert load(files).names == ("localhost", "127.0.0.1")


def test_a_certificate_that_is_no_servers_is_refused(ministry: Authority) -> None:
    assert "cannot be served" in refusal(ministry.issue("node", for_server=False))
