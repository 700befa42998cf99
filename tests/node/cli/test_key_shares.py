"""`amanat key split`, `combine` and `sheet`."""

import io
import json
import sys
from pathlib import Path

import pytest

from amanat.client import keystore
from tests.node.cli.running import Amanat

PASSPHRASE = "of a test"
KIND = "amanat-key-share-v1"


@pytest.fixture
def passphrase(tmp_path: Path) -> Path:
    file = tmp_path / "passphrase"
    file.touch(mode=0o600)
    file.write_text(PASSPHRASE)
    return file


@pytest.fixture
def key(tmp_path: Path) -> Path:
    file = tmp_path / "mof.json"
    keystore.create(file, PASSPHRASE, cost=keystore.TEST)
    return file


@pytest.fixture
def shares(amanat: Amanat, key: Path, passphrase: Path) -> list[Path]:
    return split(amanat, key, passphrase, "shares")


def split(amanat: Amanat, key: Path, passphrase: Path, into: str) -> list[Path]:
    directory = key.parent / into
    ended = amanat(
        "key", "split", key, "--into", directory, "--passphrase-file", passphrase, "-o", "json"
    )
    assert ended.json["public_key"] == keystore.public_key(key).hex()
    files = [Path(each["file"]) for each in ended.json["files"]]
    assert files == sorted(directory.iterdir())
    return files


def test_a_key_that_is_lost_is_put_together_from_three_of_five(
    amanat: Amanat, key: Path, passphrase: Path, shares: list[Path]
) -> None:
    seed = keystore.open_key(key, PASSPHRASE).seed()
    back = key.parent / "back.json"
    given = ("key", "combine", back, *shares[2:], "--passphrase-file", passphrase, "-o", "json")
    assert amanat(*given).json == {
        "file": str(back),
        "public_key": keystore.public_key(key).hex(),
        "shares": 3,
    }
    assert keystore.open_key(back, PASSPHRASE).seed() == seed
    assert amanat(*given).failed(2) == f"{back} exists: keys are never overwritten"


def test_each_file_names_the_key_and_is_its_owners_alone(key: Path, shares: list[Path]) -> None:
    for number, file in enumerate(shares, 1):
        content = json.loads(file.read_text())
        assert file.name == f"share-{number}-of-5.json"
        assert file.stat().st_mode & 0o777 == 0o600
        assert content["public_key"] == keystore.public_key(key).hex()
        assert (content["share"], content["shares"], content["threshold"]) == (number, 5, 3)
    assert shares[0].parent.stat().st_mode & 0o777 == 0o700


def test_nothing_that_a_command_says_holds_a_word_of_a_share(
    amanat: Amanat, key: Path, passphrase: Path
) -> None:
    command = ("key", "split", key, "--passphrase-file", passphrase, "--into")
    for output in ("table", "json"):
        ended = amanat(*command, key.parent / output, "-o", output)
        said = " ".join((ended.out + ended.err).replace('"', " ").replace(",", " ").split())
        for file in (key.parent / output).iterdir():
            words = json.loads(file.read_text())["words"]
            # The first words name the split, and single words may be part of any text.
            assert not any(" ".join(words[at : at + 2]) in said for at in range(4, 32))


def test_paper_shares_are_typed_in(
    amanat: Amanat,
    key: Path,
    passphrase: Path,
    shares: list[Path],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    typed = ""
    for file in shares[:3]:
        sheet = amanat("key", "sheet", file).out
        assert keystore.public_key(key).hex() in sheet
        assert "Any 3 of them bring the key back; fewer tell nothing" in sheet
        words = json.loads(file.read_text())["words"]
        assert all(f"{place:2} {word}" in sheet for place, word in enumerate(words, 1))
        typed += " ".join(words) + "\n\n"
    back = key.parent / "back.json"
    public = keystore.public_key(key).hex()
    command = ("key", "combine", back, "--words", "--passphrase-file", passphrase)
    monkeypatch.setattr(sys, "stdin", io.StringIO(typed))
    assert amanat(*command).failed(2).startswith("--words needs --public-key")
    assert "64 hexadecimal digits" in amanat(*command, "--public-key", "mof").failed(2)
    reason = amanat(*command, "--public-key", "ab" * 32).failed(3)
    assert reason == f"the shares are of the key {public}, not of {'ab' * 32}: nothing was made"
    assert not back.exists()
    monkeypatch.setattr(sys, "stdin", io.StringIO(typed))
    assert amanat(*command, "--public-key", public, "-o", "json").json["public_key"] == public
    assert keystore.open_key(back, PASSPHRASE).public_key.hex() == public
    monkeypatch.setattr(sys, "stdin", io.StringIO("one two three\n"))
    back.unlink()
    reason = amanat(*command, "--public-key", public).failed(3)
    assert reason == "line 1: its word 1 is not one that shares are written in"


def test_shares_that_do_not_bring_the_key_back_are_refused_each_with_its_reason(
    amanat: Amanat, key: Path, passphrase: Path, shares: list[Path]
) -> None:
    back = key.parent / "back.json"

    def refused(*files: Path) -> str:
        ended = amanat("key", "combine", back, *files, "--passphrase-file", passphrase)
        assert not back.exists()
        return ended.failed(3)

    other = key.parent / "sbp.json"
    keystore.create(other, PASSPHRASE, cost=keystore.TEST)
    of_another = split(amanat, other, passphrase, "others")
    again = split(amanat, key, passphrase, "again")
    assert refused(*shares[:2]) == "it takes 3 shares, and 2 were given"
    assert refused(*shares[:2], shares[1]) == "the share 2 is there twice"
    assert refused(*shares[:2], again[2]) == "the shares 1 and 3 are of two different splits"
    assert (
        refused(*shares[:2], of_another[2]) == f"{of_another[2]} is of another key than {shares[0]}"
    )
    assert refused(*shares[:2], back) == f"{back} cannot be read: No such file or directory"
    assert refused(*shares[:2], key).endswith(f"mof.json is of the kind amanat-key-v1, not {KIND}")
    content = json.loads(shares[0].read_text())
    for field, value in (
        ("public_key", "ab" * 32),
        ("share", 2),
        ("threshold", 2),
        ("shares", 4),
        ("checksum", "00" * 8),
    ):
        shares[0].write_text(json.dumps(content | {field: value}))
        assert refused(*shares[:3]).endswith("its checksum is wrong: the file was altered")
    shares[0].write_text(json.dumps(content | {"words": ["academic", *content["words"][1:]]}))
    assert "its checksum is wrong: a word was mistaken" in refused(*shares[:3])
    for nothing in ("", "[]", "{}", "null", "[" * 100_000):
        shares[0].write_text(nothing)
        assert refused(*shares[:3]) == f"{shares[0]} is not a share of a key"
    shares[1].chmod(0o644)
    assert f"run chmod 600 {shares[1]}" in refused(*shares[1:4])


def test_shares_that_cannot_be_and_directories_that_exist_are_refused(
    amanat: Amanat, key: Path, passphrase: Path, tmp_path: Path
) -> None:
    command = ("key", "split", key, "--passphrase-file", passphrase, "--into")
    into = tmp_path / "shares"
    reason = amanat(*command, into, "--threshold", "1").failed(2)
    assert reason.startswith("1 of 5 cannot be")
    assert not into.exists()
    into.mkdir()
    assert amanat(*command, into).failed(2) == f"{into} cannot be made: File exists"


def test_files_or_words_are_to_be_named(amanat: Amanat, key: Path, shares: list[Path]) -> None:
    for arguments in ((), (*shares, "--words")):
        reason = amanat("key", "combine", key.parent / "back.json", *arguments).failed(2)
        assert reason == "name either the files of the shares, or --words"
