"""`amanat key`."""

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from amanat.client import keystore
from amanat.config.words import key_words
from amanat.node.cli import passphrases
from amanat.node.cli.failure import Failure
from tests.client.hardware.soft_module import SoftModule, made
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


def told(file: Path) -> dict[str, str]:
    """Return what is shown of a key in a file."""
    key = keystore.public_key(file)
    return {"file": str(file), "public_key": key.hex(), "words": " ".join(key_words(key))}


def test_a_new_key_is_sealed_for_its_owner_alone(
    amanat: Amanat, tmp_path: Path, passphrase: Path
) -> None:
    file = tmp_path / "mof.json"
    shown = amanat("key", "new", file, "--passphrase-file", passphrase, "-o", "json").json
    assert shown == told(file)
    assert file.stat().st_mode & 0o777 == 0o600
    assert keystore.open_key(file, "of a test").public_key.hex() == shown["public_key"]
    cost = json.loads(file.read_text())["argon2id"]
    assert (cost["passes"], cost["memory_bytes"]) == (
        keystore.MODERATE.passes,
        keystore.MODERATE.memory_bytes,
    )


def test_a_key_is_never_overwritten(amanat: Amanat, key: Path, passphrase: Path) -> None:
    before = key.read_bytes()
    reason = amanat("key", "new", key, "--passphrase-file", passphrase).failed(2)
    assert reason == f"{key} exists: keys are never overwritten"
    assert key.read_bytes() == before


def test_the_public_key_is_shown_without_a_passphrase(amanat: Amanat, key: Path) -> None:
    shown = amanat("key", "show", key, "-o", "json").json
    assert shown == told(key)


def test_a_passphrase_that_others_can_read_makes_no_key(
    amanat: Amanat, tmp_path: Path, passphrase: Path
) -> None:
    passphrase.chmod(0o640)
    reason = amanat("key", "new", tmp_path / "new", "--passphrase-file", passphrase).failed(2)
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
        assert reason in amanat("key", "new", file, "--passphrase-file", secret).failed(2)


@pytest.mark.parametrize(
    "content", [b"", b"\xff", b"[]", b"{}", b"null", b'{"kind": "other"}', b"[" * 100_000]
)
def test_what_is_no_key_file_is_named(amanat: Amanat, tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "key.json"
    file.write_bytes(content)
    assert amanat("key", "show", file).failed(2).startswith(f"{file} is ")


def test_a_missing_key_is_named_with_what_makes_one(amanat: Amanat, tmp_path: Path) -> None:
    reason = amanat("key", "show", tmp_path / "key").failed(2)
    assert reason == f"{tmp_path}/key is missing: run `amanat key new {tmp_path}/key`"
    assert "is not a key file: " in amanat("key", "show", tmp_path).failed(2)


# Passphrases.


def test_a_passphrase_is_changed_and_the_old_one_opens_nothing(
    amanat: Amanat, tmp_path: Path, key: Path, passphrase: Path
) -> None:
    following = tmp_path / "following"
    following.touch(mode=0o600)
    following.write_text("another")
    public = keystore.public_key(key)
    command = ("key", "passphrase", key, "--passphrase-file", passphrase)
    assert amanat(*command, "--new-passphrase-file", following).code == 0
    assert keystore.open_key(key, "another").public_key == public
    assert key.stat().st_mode & 0o777 == 0o600
    reason = amanat(*command, "--new-passphrase-file", following).failed(2)
    assert reason == f"{key}: the passphrase does not open it"
    assert [each.name for each in tmp_path.iterdir() if each.name.endswith(".new")] == []


def test_an_empty_new_passphrase_is_refused(amanat: Amanat, key: Path, passphrase: Path) -> None:
    before = key.read_bytes()
    empty = key.with_name("empty")
    empty.touch(mode=0o600)
    ended = amanat(
        "key", "passphrase", key, "--passphrase-file", passphrase, "--new-passphrase-file", empty
    )
    assert ended.failed(2) == "the new passphrase is empty"
    assert key.read_bytes() == before


def test_a_passphrase_comes_from_an_open_descriptor(amanat: Amanat, tmp_path: Path) -> None:
    reading, writing = os.pipe()
    os.write(writing, b"of a pipe\n")
    os.close(writing)
    try:
        assert amanat("key", "new", tmp_path / "made", "--passphrase-fd", str(reading)).code == 0
    finally:
        os.close(reading)
    keystore.open_key(tmp_path / "made", "of a pipe")


def test_descriptors_that_give_no_passphrase_are_named(
    amanat: Amanat, tmp_path: Path, passphrase: Path
) -> None:
    new = ("key", "new", tmp_path / "made", "--passphrase-fd", "99")
    assert "descriptor 99 cannot be read: Bad file descriptor" in amanat(*new).failed(2)
    both = amanat(*new, "--passphrase-file", passphrase)
    assert both.failed(2) == "--passphrase-file and --passphrase-fd exclude each other"
    assert not (tmp_path / "made").exists()


def test_without_a_terminal_nobody_is_asked(amanat: Amanat, tmp_path: Path) -> None:
    reason = amanat("key", "new", tmp_path / "made").failed(2)
    assert reason == "--passphrase-file is missing, and there is no terminal to ask on"


def test_a_new_passphrase_is_typed_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    typed = iter(["one", "one", "one", "two"])
    monkeypatch.setattr(passphrases, "getpass", lambda _: next(typed))
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True, raising=False)
    assert passphrases.Passphrases().new("key") == "one"
    with pytest.raises(Failure, match="are not the same: nothing was made"):
        passphrases.Passphrases().new("key")


# Keys in hardware modules.


@pytest.fixture
def module(tmp_path: Path) -> Iterator[SoftModule]:
    (tmp_path / "module").mkdir()
    yield from made(tmp_path / "module")


def test_a_key_is_made_in_a_module_shown_and_signs(amanat: Amanat, module: SoftModule) -> None:
    uri = module.uri()
    shown = amanat("key", "new", "--pkcs11", uri, "-o", "json").json
    assert shown["key"] == uri
    assert amanat("key", "show", uri, "-o", "json").json == shown
    again = amanat("key", "new", "--pkcs11", uri).failed(2)
    assert again == "pkcs11:token=amanat;object=mof exists: keys are never overwritten"
    assert passphrases.Keyring([uri]).opened()[0].public_key.hex() == shown["public_key"]


def test_a_key_is_made_in_one_place(amanat: Amanat, tmp_path: Path, module: SoftModule) -> None:
    for arguments in ((), (tmp_path / "made", "--pkcs11", module.uri())):
        reason = amanat("key", "new", *arguments).failed(2)
        assert reason == "name either a file for the key, or its place in a module with --pkcs11"
    reason = amanat("key", "new", module.uri()).failed(2)
    assert reason == f"{module.uri()} is no file: run `amanat key new --pkcs11 URI`"
    reason = amanat("key", "passphrase", module.uri()).failed(2)
    assert reason == "a hardware module changes its PIN with its own tools"


def test_a_pin_may_come_as_a_passphrase_does(
    amanat: Amanat, tmp_path: Path, module: SoftModule
) -> None:
    uri = module.uri(pin=False)
    made = amanat("key", "new", "--pkcs11", uri, "--passphrase-file", module.pin_file, "-o", "json")
    assert amanat("key", "show", uri, "-o", "json").json == made.json
    wrong = tmp_path / "wrong"
    wrong.touch(mode=0o600)
    wrong.write_text("not the pin")
    uri = module.uri("sbp", pin=False)
    reason = amanat("key", "new", "--pkcs11", uri, "--passphrase-file", wrong).failed(2)
    assert "the PIN is wrong" in reason
    assert "not the pin" not in reason
