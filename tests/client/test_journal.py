"""What was sent is on disk, whole, before the program goes on."""

import os
from pathlib import Path

import pytest

from amanat.client.exchange import AllKept, Close, Ending, Kept, Open, Recall, RecallOpen
from amanat.client.journal import Journal, JournalError

ONE, TWO = bytes(range(32)), bytes(32)


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    return Journal(tmp_path / "new" / "journal")


def test_what_is_opened_is_found_by_whoever_opens_the_directory_anew(journal: Journal) -> None:
    assert journal.perform(Recall(ONE)) is None
    journal.perform(Open(ONE, b"signed"))
    again = Journal(journal.directory)
    assert again.perform(Recall(ONE)) == Kept(b"signed")
    assert again.perform(RecallOpen()) == AllKept(((ONE, b"signed"),))
    assert (journal.directory / f"{ONE.hex()}.tx").read_bytes() == b"signed"


@pytest.mark.parametrize("ending", Ending)
def test_what_has_ended_is_not_resumed(journal: Journal, ending: Ending) -> None:
    journal.perform(Open(ONE, b"signed"))
    journal.perform(Open(TWO, b"too"))
    journal.perform(Close(ONE, ending, b"end"))
    assert journal.perform(Recall(ONE)) == Kept(b"signed", ending, b"end")
    assert journal.perform(RecallOpen()) == AllKept(((TWO, b"too"),))


def test_what_was_refused_and_is_sent_again_has_no_end_any_more(journal: Journal) -> None:
    journal.perform(Open(ONE, b"signed"))
    journal.perform(Close(ONE, Ending.REFUSED, b"{}"))
    journal.perform(Open(ONE, b"signed"))
    assert journal.perform(Recall(ONE)) == Kept(b"signed")


def test_the_oldest_comes_first_and_other_files_are_left_alone(journal: Journal) -> None:
    for age, transaction in ((100, ONE), (200, TWO)):
        journal.perform(Open(transaction, transaction))
        os.utime(journal.file(transaction), (1_000_000 - age, 1_000_000 - age))
    for name in ("notes.tx", f"{ONE.hex().upper()}.tx", f"{ONE.hex()}.tx.77.new"):
        (journal.directory / name).write_text("not ours")
    assert journal.perform(RecallOpen()) == AllKept(((TWO, TWO), (ONE, ONE)))


def test_it_is_synced_the_file_and_then_the_directory(
    journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    happened: list[str] = []
    fsync, replace = os.fsync, Path.replace

    def synced(descriptor: int) -> None:
        happened.append(f"sync {Path(os.readlink(f'/proc/self/fd/{descriptor}')).suffix}")
        fsync(descriptor)

    def replaced(self: Path, target: Path) -> Path:
        happened.append("replace")
        return replace(self, target)

    monkeypatch.setattr(os, "fsync", synced)
    monkeypatch.setattr(Path, "replace", replaced)
    journal.perform(Open(ONE, b"signed"))
    assert happened == ["sync .new", "replace", "sync "]


def test_only_its_owner_reads_it(journal: Journal) -> None:
    journal.perform(Open(ONE, b"signed"))
    assert journal.file(ONE).stat().st_mode & 0o777 == 0o600
    assert journal.directory.stat().st_mode & 0o777 == 0o700


def test_a_disk_that_fails_is_told(journal: Journal, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(JournalError, match="cannot be made"):
        Journal(tmp_path / "file" / "journal")
    journal.directory.rmdir()
    with pytest.raises(JournalError, match=str(journal.directory)):
        journal.perform(Open(ONE, b"signed"))
