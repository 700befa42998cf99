"""`amanat key ceremony`, as officers at a terminal see it."""

import io
import sys
from pathlib import Path

import pytest

from amanat.client.key_source import public_key_of
from tests.client.hardware.soft_module import PIN, SoftModule, made
from tests.node.cli.running import Amanat

ANSWERS = ["A. Khan", "B. Ahmed", "", "Islamabad", "yes", "yes", "yes", "yes"]


@pytest.fixture
def passphrase(tmp_path: Path) -> Path:
    file = tmp_path / "passphrase"
    file.touch(mode=0o600)
    file.write_text("of a test")
    return file


def answer(monkeypatch: pytest.MonkeyPatch, *answers: str) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("".join(f"{each}\n" for each in answers)))


def test_answers_that_end_abandon_it(
    amanat: Amanat, tmp_path: Path, passphrase: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer(monkeypatch, "A. Khan")
    directory = tmp_path / "ceremony"
    ended = amanat("key", "ceremony", "mof", directory, "--passphrase-file", passphrase)
    assert ended.failed(3) == (
        "the ceremony was abandoned: the answers ended; the transcript says what became of the key"
    )
    assert "ABANDONED" in (directory / "transcript.txt").read_text()
    assert not (directory / "made").exists()
    again = amanat("key", "ceremony", "mof", directory, "--passphrase-file", passphrase)
    assert again.failed(2) == f"{directory} cannot be used: File exists"


def test_a_key_is_made_in_a_module(
    amanat: Amanat, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "module").mkdir()
    for module in made(tmp_path / "module"):
        held(amanat, tmp_path, module, monkeypatch)


def held(
    amanat: Amanat, tmp_path: Path, module: SoftModule, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer(monkeypatch, *ANSWERS)
    directory = tmp_path / "ceremony"
    ended = amanat("key", "ceremony", "mof", directory, "--pkcs11", module.uri())
    assert (ended.code, ended.err) == (0, "")
    text = (directory / "transcript.txt").read_text()
    assert f"Public key {public_key_of(module.uri()).hex()}" in text
    assert PIN not in text + ended.out


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["mof", "d", "--threshold", "1"], "1 of 5 shares cannot be: 2 or more, of at most 16"),
        (["../mof", "d"], "'../mof' is no name of a key: letters, digits, - and _"),
    ],
)
def test_what_cannot_be_is_said_before_anybody_is_asked(
    amanat: Amanat, tmp_path: Path, arguments: list[str], reason: str
) -> None:
    assert amanat("key", "ceremony", *arguments).failed(2) == reason
    assert not (tmp_path / "d").exists()
