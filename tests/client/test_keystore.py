"""Keys at rest: opened by their passphrase, by their owner, and never shown."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from amanat.client import keystore
from amanat.client.keystore import KeystoreError, Signer
from amanat.ledger.crypto import verify
from tests.ledger.world import key, public_key

PASSPHRASE = "a long passphrase"

Content = dict[str, Any]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    keystore.create(tmp_path / "mof.key", PASSPHRASE, cost=keystore.TEST)
    return tmp_path / "mof.key"


def change(path: Path, alter: Callable[[Content], object]) -> None:
    """Change a key file as somebody does who has no passphrase."""
    content = json.loads(path.read_text())
    alter(content)
    path.write_text(json.dumps(content))


def refusal(path: Path, passphrase: str = PASSPHRASE) -> str:
    """Return why the key is not opened, in one line that names the file."""
    with pytest.raises(KeystoreError) as refused:
        keystore.open_key(path, passphrase)
    message = str(refused.value)
    assert str(path) in message
    assert "\n" not in message
    return message


# Keys that are opened.


def test_a_key_that_was_sealed_is_opened_by_its_passphrase(tmp_path: Path) -> None:
    made = keystore.create(tmp_path / "key", PASSPHRASE, cost=keystore.TEST)
    opened = keystore.open_key(tmp_path / "key", PASSPHRASE)
    assert opened.public_key == made.public_key == keystore.public_key(tmp_path / "key")
    assert opened.seed() == made.seed()
    assert opened.sign(b"order") == made.sign(b"order")
    assert verify(made.public_key, b"order", opened.sign(b"order"))


def test_every_key_is_another(tmp_path: Path) -> None:
    made = [keystore.create(tmp_path / str(n), PASSPHRASE, cost=keystore.TEST) for n in range(3)]
    assert len({signer.public_key for signer in made}) == 3
    sealed = [json.loads((tmp_path / str(n)).read_text()) for n in range(3)]
    assert len({content["argon2id"]["salt"] for content in sealed}) == 3


@pytest.mark.parametrize("passphrase", ["", "پاکستان", "with spaces\tand tabs ", "x" * 1000])
def test_a_passphrase_may_be_any_text(tmp_path: Path, passphrase: str) -> None:
    made = keystore.create(tmp_path / "key", passphrase, cost=keystore.TEST)
    assert keystore.open_key(tmp_path / "key", passphrase).public_key == made.public_key
    refusal(tmp_path / "key", passphrase + " ")


def test_the_public_key_is_shown_without_the_passphrase_whoever_can_read_the_file(
    path: Path,
) -> None:
    path.chmod(0o644)
    assert keystore.public_key(path).hex() == json.loads(path.read_text())["public_key"]


def test_keys_of_a_real_network_cost_more_than_those_of_tests() -> None:
    assert keystore.MODERATE.memory_bytes >= 256 * 1024 * 1024
    assert keystore.MODERATE.passes >= 3
    assert keystore.TEST.memory_bytes < keystore.MODERATE.memory_bytes


# The file.


def test_a_key_file_is_its_owners_alone(path: Path) -> None:
    assert path.stat().st_mode & 0o777 == 0o600


def test_keys_are_never_overwritten(path: Path) -> None:
    before = path.read_bytes()
    with pytest.raises(KeystoreError, match="keys are never overwritten"):
        keystore.create(path, "another", cost=keystore.TEST)
    assert path.read_bytes() == before


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o606, 0o610, 0o644, 0o777])
def test_a_key_that_others_can_read_is_refused(path: Path, mode: int) -> None:
    path.chmod(mode)
    message = refusal(path)
    assert f"chmod 600 {path}" in message
    assert f"{mode:04o}" in message
    path.chmod(0o600)
    keystore.open_key(path, PASSPHRASE)


@pytest.mark.parametrize("mode", [0o400, 0o600, 0o700])
def test_a_key_that_its_owner_alone_can_read_is_opened(path: Path, mode: int) -> None:
    path.chmod(mode)
    keystore.open_key(path, PASSPHRASE)


# Keys that are refused.


@pytest.mark.parametrize("passphrase", ["", "a long passphras", "A long passphrase"])
def test_another_passphrase_does_not_open_it(path: Path, passphrase: str) -> None:
    assert "the passphrase does not open it" in refusal(path, passphrase)


def test_a_missing_key_is_named_with_what_makes_one(tmp_path: Path) -> None:
    assert "is missing: run `amanat key new" in refusal(tmp_path / "none.key")


def test_a_directory_is_no_key(tmp_path: Path) -> None:
    assert "is not a key file" in refusal(tmp_path)


def test_a_truncated_file_is_no_key(path: Path) -> None:
    whole = path.read_bytes()
    for length in range(len(whole) - 2):  # without the last line end and brace it is still whole
        path.write_bytes(whole[:length])
        assert "is not a key file" in refusal(path), length


@pytest.mark.parametrize(
    "content", [b"[]", b"null", b"{}", b"7", b'"key"', b"\xff\xfe", b"PEM", b"[" * 100_000]
)
def test_garbage_is_no_key(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    assert "is not a key file" in refusal(path)
    with pytest.raises(KeystoreError, match="is not a key file"):
        keystore.public_key(path)


@pytest.mark.parametrize("field", ["kind", "public_key", "argon2id", "sealed"])
def test_a_file_without_one_of_its_fields_is_no_key(path: Path, field: str) -> None:
    change(path, lambda content: content.pop(field))
    assert "is not a key file" in refusal(path)


@pytest.mark.parametrize("field", ["kind", "public_key", "argon2id", "sealed"])
@pytest.mark.parametrize("value", [None, 7, [], {}, "not hexadecimal"])
def test_a_field_of_another_kind_is_refused(path: Path, field: str, value: object) -> None:
    change(path, lambda content: content.update({field: value}))
    refusal(path)


@pytest.mark.parametrize("field", ["salt", "passes", "memory_bytes"])
@pytest.mark.parametrize("value", [None, [], "", "not a number", -1, 0])
def test_a_derivation_that_cannot_be_is_refused(path: Path, field: str, value: object) -> None:
    change(path, lambda content: content["argon2id"].update({field: value}))
    refusal(path)


def test_a_later_version_is_named(path: Path) -> None:
    change(path, lambda content: content.update(kind="amanat-key-v2"))
    assert "is of kind 'amanat-key-v2', not 'amanat-key-v1'" in refusal(path)
    with pytest.raises(KeystoreError, match="amanat-key-v2"):
        keystore.public_key(path)


def test_a_sealed_key_that_was_tampered_with_does_not_open(path: Path) -> None:
    whole = json.loads(path.read_text())
    sealed = bytes.fromhex(whole["sealed"])
    for position in range(0, len(sealed), 3):
        tampered = bytearray(sealed)
        tampered[position] ^= 0x40
        path.write_text(json.dumps(whole | {"sealed": tampered.hex()}))
        assert "the passphrase does not open it" in refusal(path), position


@pytest.mark.parametrize("sealed", ["", "00", "00" * 24, "00" * 40])
def test_a_sealed_key_that_is_cut_short_does_not_open(path: Path, sealed: str) -> None:
    change(path, lambda content: content.update(sealed=sealed))
    refusal(path)


def test_another_public_key_beside_the_sealed_one_is_noticed(path: Path) -> None:
    change(path, lambda content: content.update(public_key=public_key("stranger").hex()))
    assert "the public key in it is not that of the sealed key" in refusal(path)


# Secrets.


def test_a_signer_shows_its_public_key_and_nothing_of_its_secret(path: Path) -> None:
    signer = keystore.open_key(path, PASSPHRASE)
    shown = f"{signer!r} {signer} {[signer]} {signer!a}"
    assert signer.public_key.hex() in shown
    assert signer.seed().hex() not in shown
    assert repr(signer.seed()) not in shown


def test_nothing_secret_is_in_the_file_in_the_clear(path: Path) -> None:
    seed = keystore.open_key(path, PASSPHRASE).seed()
    content = path.read_bytes()
    assert seed not in content
    assert seed.hex().encode() not in content
    assert PASSPHRASE.encode() not in content


def test_no_refusal_tells_the_passphrase(path: Path) -> None:
    path.chmod(0o644)
    assert PASSPHRASE not in refusal(path)
    path.chmod(0o600)
    assert "another secret" not in refusal(path, "another secret")


def test_a_signer_signs_with_its_key() -> None:
    signer = Signer(key("mof"))
    assert signer.public_key == public_key("mof")
    assert signer.seed() == bytes(key("mof"))
    assert verify(public_key("mof"), b"message", signer.sign(b"message"))


# Sealed anew.


def test_a_key_is_sealed_anew_as_a_whole(path: Path) -> None:
    opened = keystore.open_key(path, PASSPHRASE)
    keystore.reseal(path, opened, "another", cost=keystore.TEST)
    assert keystore.open_key(path, "another").seed() == opened.seed()
    assert "the passphrase does not open it" in refusal(path)
    assert [each.name for each in path.parent.iterdir()] == [path.name]


def test_what_an_interrupted_attempt_left_is_written_anew(path: Path) -> None:
    opened = keystore.open_key(path, PASSPHRASE)
    path.with_name(f"{path.name}.new").write_text("half of it")
    keystore.reseal(path, opened, "another", cost=keystore.TEST)
    assert keystore.open_key(path, "another").public_key == opened.public_key


@pytest.mark.parametrize("breaks", ["fsync", "replace", "opening"])
def test_a_key_that_cannot_be_sealed_anew_stays_as_it_was(
    path: Path, monkeypatch: pytest.MonkeyPatch, breaks: str
) -> None:
    opened, before = keystore.open_key(path, PASSPHRASE), path.read_bytes()

    def fails(*_: object) -> None:
        raise OSError(28, "No space left on device")

    def another(*_: object) -> Signer:
        return Signer(key("mof"))

    with monkeypatch.context() as patch:
        if breaks == "fsync":
            patch.setattr("os.fsync", fails)
        elif breaks == "replace":
            patch.setattr(Path, "replace", fails)
        else:
            patch.setattr(keystore, "open_key", another)
        with pytest.raises((OSError, KeystoreError)):
            keystore.reseal(path, opened, "another", cost=keystore.TEST)
    assert path.read_bytes() == before
    assert keystore.open_key(path, PASSPHRASE).public_key == opened.public_key


def test_the_file_behind_a_link_is_sealed_anew(path: Path) -> None:
    link = path.with_name("link")
    link.symlink_to(path)
    keystore.reseal(link, keystore.open_key(path, PASSPHRASE), "another", cost=keystore.TEST)
    assert link.is_symlink()
    keystore.open_key(path, "another")


def test_a_file_takes_no_other_key(path: Path) -> None:
    with pytest.raises(KeystoreError, match="is of another key"):
        keystore.reseal(path, Signer(key("sbp")), "another", cost=keystore.TEST)
