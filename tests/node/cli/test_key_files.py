"""`amanat keys`."""

import json
from pathlib import Path

import pytest

from amanat.client import keystore
from tests.node.cli.running import Amanat


@pytest.fixture
def passphrase(tmp_path: Path) -> Path:
    file = tmp_path / "passphrase"
    file.touch(mode=0o600)
    file.write_text("of a test\n")
    return file


@pytest.fixture
def key(tmp_path: Path) -> Path:
    file = tmp_path / "made.json"
    keystore.create(file, "of a test", cost=keystore.TEST)
    return file


def test_a_new_key_is_sealed_for_its_owner_alone(
    amanat: Amanat, tmp_path: Path, passphrase: Path
) -> None:
    file = tmp_path / "mof.json"
    shown = amanat("keys", "new", file, "--passphrase-file", passphrase, "-o", "json").json
    assert shown == {"file": str(file), "public_key": keystore.public_key(file).hex()}
    assert file.stat().st_mode & 0o777 == 0o600
    assert keystore.open_key(file, "of a test").public_key.hex() == shown["public_key"]
    cost = json.loads(file.read_text())["argon2id"]
    assert (cost["passes"], cost["memory_bytes"]) == (
        keystore.MODERATE.passes,
        keystore.MODERATE.memory_bytes,
    )


def test_a_key_is_never_overwritten(amanat: Amanat, key: Path, passphrase: Path) -> None:
    before = key.read_bytes()
    reason = amanat("keys", "new", key, "--passphrase-file", passphrase).failed(2)
    assert reason == f"{key} exists: keys are never overwritten"
    assert key.read_bytes() == before


def test_the_public_key_is_shown_without_a_passphrase(amanat: Amanat, key: Path) -> None:
    shown = amanat("keys", "show", key, "-o", "json").json
    assert shown == {"file": str(key), "public_key": keystore.public_key(key).hex()}


def test_a_passphrase_that_others_can_read_makes_no_key(
    amanat: Amanat, tmp_path: Path, passphrase: Path
) -> None:
    passphrase.chmod(0o640)
    reason = amanat("keys", "new", tmp_path / "new", "--passphrase-file", passphrase).failed(2)
    assert reason == (f"{passphrase} can be read by others (mode 0640): run chmod 600 {passphrase}")
    assert not (tmp_path / "new").exists()


def test_places_where_no_key_can_be_are_named(
    amanat: Amanat, tmp_path: Path, passphrase: Path
) -> None:
    none = tmp_path / "none"
    unreadable = tmp_path / "latin"
    unreadable.write_bytes(b"\xff")
    unreadable.chmod(0o600)
    for file, secret, reason in (
        (none / "key", none, "none cannot be read: No such file or directory"),
        (none / "key", tmp_path, "cannot be read: Is a directory"),
        (none / "key", unreadable, "latin is not UTF-8 text"),
        (none / "key", passphrase, "No such file or directory: "),
    ):
        assert reason in amanat("keys", "new", file, "--passphrase-file", secret).failed(2)


@pytest.mark.parametrize(
    "content", [b"", b"\xff", b"[]", b"{}", b"null", b'{"kind": "other"}', b"[" * 100_000]
)
def test_what_is_no_key_file_is_named(amanat: Amanat, tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "key.json"
    file.write_bytes(content)
    assert amanat("keys", "show", file).failed(2).startswith(f"{file} is ")


def test_a_missing_key_is_named_with_what_makes_one(amanat: Amanat, tmp_path: Path) -> None:
    reason = amanat("keys", "show", tmp_path / "key").failed(2)
    assert reason == f"{tmp_path}/key is missing: run `amanat keys new {tmp_path}/key`"
    assert "is not a key file: " in amanat("keys", "show", tmp_path).failed(2)
