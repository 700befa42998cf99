"""The ceremony, rehearsed by officers with prepared answers."""

import hashlib
import html
import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from amanat.client import keystore
from amanat.config.words import key_words
from amanat.node.ceremony import custodians, machine
from amanat.node.ceremony.officers import Abandoned
from amanat.node.ceremony.script import Plan, perform
from amanat.node.ceremony.transcript import Transcript
from tests.node.ceremony.rehearsal import Clock, Rehearsal

PASSPHRASE = "correct horse battery"


@pytest.fixture(autouse=True)
def quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine that nothing speaks against."""
    monkeypatch.setattr(machine, "worries", list)


def plan(tmp_path: Path) -> Plan:
    return Plan("mof", tmp_path / "ceremony", 5, 3, cost=keystore.TEST)


def held(tmp_path: Path, officers: Rehearsal) -> Transcript:
    transcript = Transcript("Ceremony of the key mof", Clock())
    perform(plan(tmp_path), lambda: PASSPHRASE, officers, transcript)
    return transcript


def written(tmp_path: Path) -> str:
    return (tmp_path / "ceremony" / "transcript.txt").read_text()


def test_officers_make_a_key_and_hand_out_its_shares(tmp_path: Path) -> None:
    held(tmp_path, Rehearsal())
    file = tmp_path / "ceremony" / "made" / "mof.json"
    key = keystore.open_key(file, PASSPHRASE).public_key
    text = written(tmp_path)
    for told in (
        "1. A. Khan, Ministry of Finance",
        "2. B. Ahmed <State Bank>",
        "2026-11-30 09:00:01  2 officers were present",
        "Place: Islamabad",
        "No network was connected, and no swap was on",
        f"SHA-256 {hashlib.sha256(file.read_bytes()).hexdigest()}",
        f"Public key {key.hex()}",
        f"Public key in words: {' '.join(key_words(key))}",
        "The key was split into 5 shares, any 3 of which bring it back",
        "handed to Custodian 5, who read its checksum back",
        "put together from the shares 3, 4, 5, and was the same",
        "The files of the shares were removed from this machine",
    ):
        assert told in text
    assert [each.name for each in file.parent.iterdir()] == ["mof.json"]


def test_the_transcript_is_hashed_and_can_be_printed(tmp_path: Path) -> None:
    officers = Rehearsal()
    transcript = held(tmp_path, officers)
    digest = hashlib.sha256(written(tmp_path).encode()).hexdigest()
    assert transcript.digest() == digest
    assert officers.heard[-1].endswith(digest)
    page = (tmp_path / "ceremony" / "transcript.html").read_text()
    assert digest in page
    assert "B. Ahmed &lt;State Bank&gt;" in page
    shown = html.unescape(re.sub(r"<[^>]*>", " ", page))
    for entry in transcript.entries:
        assert entry.text in shown
        assert entry.time in shown


def test_no_secret_is_told_or_written_down(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    words: list[list[str]] = []
    remove = custodians.remove

    def reading(shares: list[tuple[Path, object]], *rest: object) -> None:
        words.extend(json.loads(file.read_text())["words"] for file, _ in shares)
        remove(shares, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(custodians, "remove", reading)
    officers = Rehearsal()
    held(tmp_path, officers)
    directory = tmp_path / "ceremony"
    seed = keystore.open_key(directory / "made" / "mof.json", PASSPHRASE).seed()
    page = (directory / "transcript.html").read_text()
    said = "\n".join([*officers.heard, written(tmp_path), page])
    assert PASSPHRASE not in said
    assert seed.hex() not in said
    assert len(words) == 5
    for share in words:
        assert not any(" ".join(share[at : at + 2]) in said for at in range(4, 32))


# What is not confirmed.


def abandoned(tmp_path: Path, officers: Rehearsal) -> str:
    """Return why the ceremony ended; nothing but the transcript is left."""
    with pytest.raises(Abandoned) as ended:
        held(tmp_path, officers)
    left = sorted(each.name for each in (tmp_path / "ceremony").iterdir())
    assert left == ["transcript.html", "transcript.txt"]
    assert f"ABANDONED: {ended.value}. What was made in files was removed" in written(tmp_path)
    return str(ended.value)


@pytest.mark.parametrize(
    "question",
    [
        "by a clock on the wall?",
        "Has every officer written down the key or its words?",
        "Has every custodian the share in hand",
    ],
)
def test_a_step_that_is_not_confirmed_ends_it_and_removes_what_was_made(
    tmp_path: Path, question: str
) -> None:
    reason = abandoned(tmp_path, Rehearsal({question: ["no"]}))
    assert reason.startswith("not confirmed: ")
    assert question in reason


def test_yes_and_no_are_said_in_full(tmp_path: Path) -> None:
    officers = Rehearsal({"by a clock on the wall?": ["y", "", "YES"]})
    held(tmp_path, officers)
    assert officers.heard.count("Answer yes or no, in full.") == 2


def test_a_machine_with_a_network_is_used_only_if_the_officers_decide_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(machine, "worries", lambda: ["a network is connected: eth0"])
    assert "in spite of" in abandoned(tmp_path / "", Rehearsal({"in spite of": ["no"]}))
    (tmp_path / "again").mkdir()
    held(tmp_path / "again", Rehearsal())
    text = written(tmp_path / "again")
    assert "Warning: a network is connected: eth0" in text
    assert "The officers decided to go on" in text


def test_one_officer_alone_makes_no_key(tmp_path: Path) -> None:
    officers = Rehearsal({"Officer ": ["A. Khan", "", "", "B. Ahmed", ""]})
    held(tmp_path, officers)
    assert officers.heard.count("At least 2 officers must be present.") == 2
    assert "2 officers were present" in written(tmp_path)


def test_a_custodian_keeps_one_share(tmp_path: Path) -> None:
    keepers = ["One", "one", "", "Two", "Three", "Four", "Five"]
    officers = Rehearsal({"Who keeps share": keepers})
    held(tmp_path, officers)
    assert "one has a share already: two with one person are one." in officers.heard
    assert "An answer is needed." in officers.heard


def test_a_custodian_who_cannot_read_the_checksum_back_has_no_share(tmp_path: Path) -> None:
    officers = Rehearsal({"Custodian 2, type the checksum": ["00" * 8] * custodians.TRIES})
    assert abandoned(tmp_path, officers) == "Custodian 2 could not confirm share 2"


def test_shares_that_were_spoiled_are_found_before_they_are_relied_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hand_over = custodians.hand_over

    def spoiling(shares: list[tuple[Path, object]], *rest: object) -> None:
        hand_over(shares, *rest)  # type: ignore[arg-type]
        shares[-1][0].write_text("{}")

    monkeypatch.setattr(custodians, "hand_over", spoiling)
    assert "the shares do not bring the key back" in abandoned(tmp_path, Rehearsal())


def test_answers_that_end_and_anything_else_that_breaks_leave_no_key(tmp_path: Path) -> None:
    assert abandoned(tmp_path, Rehearsal({"Who keeps": ["One"]})) == "the answers ended"

    def interrupted() -> str:
        raise KeyboardInterrupt

    directory = tmp_path / "again"
    directory.mkdir()
    transcript = Transcript("Ceremony", Clock())
    with pytest.raises(KeyboardInterrupt):
        perform(plan(directory), interrupted, Rehearsal(), transcript)
    assert not (directory / "ceremony" / "made").exists()
    assert "ABANDONED: KeyboardInterrupt" in written(directory)


def test_a_key_in_a_module_has_no_shares(tmp_path: Path) -> None:
    key = bytes(range(32))
    in_module: Callable[[], bytes] = lambda: key  # noqa: E731 - as the command line gives it
    transcript = Transcript("Ceremony", Clock())
    made = Plan("mof", tmp_path / "ceremony", in_module=in_module)
    officers = Rehearsal()
    assert perform(made, lambda: PASSPHRASE, officers, transcript) == key
    assert "The key was made in a hardware module, which it cannot leave" in written(tmp_path)
    assert not officers.sheets
    with pytest.raises(Abandoned):
        perform(
            Plan("mof", tmp_path / "second", in_module=in_module),
            lambda: PASSPHRASE,
            Rehearsal({"written down the key": ["no"]}),
            Transcript("Ceremony", Clock()),
        )
    text = (tmp_path / "second" / "transcript.txt").read_text()
    assert "in the hardware module is to be removed with its own tools" in text
