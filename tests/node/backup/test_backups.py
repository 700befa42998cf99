"""Backups of a real data directory: made, verified, kept, restored; and with faults in each."""

import errno
import os
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from amanat.ledger.genesis import GenesisDocument
from amanat.node.backup import creating, kept, restoring, verifying
from amanat.node.backup.copying import write_whole
from amanat.node.backup.manifest import Backup, BackupError, NotValid, digest_of, is_table
from amanat.node.data_directory import open_directory
from amanat.node.sign_guard import EVERYTHING
from tests.node.backup.stored import NAME, StoredNode

NOW = datetime(2026, 11, 26, 18, 0, tzinfo=UTC)


@pytest.fixture
def node(tmp_path: Path) -> StoredNode:
    return StoredNode(tmp_path)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "backups"


def made(node: StoredNode, folder: Path, *, minutes: int = 0) -> creating.Made:
    source = creating.Source(node.data, NAME, node.document)
    return creating.create(source, folder, NOW + timedelta(minutes=minutes))


def restored(backup: Backup, data: Path, document: GenesisDocument) -> verifying.Contents:
    return restoring.restore(backup, data, document, moved=lambda _: None)


def flip(file: Path) -> None:
    """Flip a bit in the middle of a file, without touching what is linked to it."""
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.unlink()
    file.write_bytes(bytes(content))


def a_table(backup: Backup) -> Path:
    return next(file for file in sorted(backup.database.iterdir()) if is_table(file.name))


class FullDisk:
    """Has room for so many pieces."""

    def __init__(self, room: int) -> None:
        self.room = room

    def __call__(self, file: int, piece: bytes) -> None:
        if self.room == 0:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        self.room -= 1
        write_whole(file, piece)


# Making one.


def test_a_backup_holds_the_certified_state(node: StoredNode, folder: Path) -> None:
    backup = made(node, folder).backup
    assert (backup.manifest.height, backup.manifest.state_root) == (node.height, node.root)
    found = verifying.verify(backup, node.document)
    assert (found.height, found.state_root, found.log_height) == (
        node.height,
        node.root,
        node.height,
    )
    assert found.values > 0


def test_a_backup_is_made_while_the_data_is_in_use(node: StoredNode, folder: Path) -> None:
    directory = open_directory(node.data, node.document)
    node.grow_in(directory, [])
    backup = made(node, folder).backup
    directory.close()
    assert (backup.manifest.height, backup.manifest.state_root) == (node.height, node.root)


def test_the_sign_guard_is_in_no_backup(node: StoredNode, folder: Path) -> None:
    backup = made(node, folder).backup
    assert not [path for path in backup.path.rglob("*") if "guard" in path.name]


def test_the_data_directory_says_when_its_last_backup_was(node: StoredNode, folder: Path) -> None:
    backup = made(node, folder).backup
    last = msgspec.json.decode((node.data / kept.MARKER).read_bytes(), type=kept.LastBackup)
    assert last == kept.LastBackup("2026-11-26T18:00:00Z", node.height, str(backup.path))


def test_a_table_of_an_earlier_backup_is_not_copied_again(node: StoredNode, folder: Path) -> None:
    directory = open_directory(node.data, node.document)
    first = made(node, folder).backup
    node.grow_in(directory, [])
    second = made(node, folder, minutes=1)
    directory.close()
    table = a_table(first)
    assert second.backup.manifest.height == first.manifest.height + 1
    assert (second.backup.database / table.name).samefile(table)
    assert second.copied < second.backup.manifest.bytes


def test_a_table_that_has_rotted_in_an_earlier_backup_is_copied_again(
    node: StoredNode, folder: Path
) -> None:
    first = made(node, folder).backup
    flip(a_table(first))
    second = made(node, folder, minutes=1).backup
    verifying.verify(second, node.document)


def test_a_node_whose_data_is_damaged_gets_no_backup(node: StoredNode, folder: Path) -> None:
    for file in (node.data / "db").iterdir():
        if is_table(file.name):
            flip(file)
    with pytest.raises(NotValid, match="cannot be recovered"):
        made(node, folder)
    assert kept.all_in(folder) == []


def test_a_full_disk_leaves_no_backup_and_the_next_one_succeeds(
    node: StoredNode, folder: Path
) -> None:
    source = creating.Source(node.data, NAME, node.document)
    with pytest.raises(OSError, match="No space"):
        creating.create(source, folder, NOW, write=FullDisk(1))
    assert [path.name for path in folder.iterdir()] == [".lock"]
    assert not (node.data / kept.MARKER).exists()
    verifying.verify(made(node, folder).backup, node.document)


def test_two_backups_of_one_node_at_once_do_not_meet(node: StoredNode, folder: Path) -> None:
    with kept.held(node.data / creating.FROZEN), pytest.raises(BackupError, match="in use"):
        made(node, folder)


def test_what_a_killed_backup_left_is_removed_by_the_next(node: StoredNode, folder: Path) -> None:
    left = node.data / creating.FROZEN / f"{verifying.SCRATCH}1"
    left.mkdir(parents=True)
    (left / "000005.ldb").touch()
    made(node, folder)
    assert [path.name for path in (node.data / creating.FROZEN).iterdir()] == [".lock"]


# Verifying one.


def test_a_flipped_bit_in_any_file_is_found(node: StoredNode, folder: Path) -> None:
    backup = made(node, folder).backup
    for file in backup.manifest.files:
        path = backup.database / file.name
        if not file.bytes:
            continue
        sound = path.read_bytes()
        flip(path)
        with pytest.raises(NotValid, match=f"{file.name} is damaged"):
            verifying.verify(backup, node.document)
        path.write_bytes(sound)
    verifying.verify(backup, node.document)


def test_a_manifest_that_vouches_for_damaged_data_does_not_help(
    node: StoredNode, folder: Path
) -> None:
    backup = made(node, folder).backup
    table = a_table(backup)
    flip(table)
    files = tuple(
        msgspec.structs.replace(file, sha256=digest_of(table)) if file.name == table.name else file
        for file in backup.manifest.files
    )
    forged = Backup(backup.path, msgspec.structs.replace(backup.manifest, files=files))
    with pytest.raises(NotValid):
        verifying.verify(forged, node.document)


def test_a_manifest_that_claims_another_height_is_found(node: StoredNode, folder: Path) -> None:
    backup = made(node, folder).backup
    forged = Backup(backup.path, msgspec.structs.replace(backup.manifest, height=99))
    with pytest.raises(NotValid, match="its manifest says 99"):
        verifying.verify(forged, node.document)


def test_a_backup_of_another_chain_is_refused(
    node: StoredNode, folder: Path, tmp_path: Path
) -> None:
    backup = made(node, folder).backup
    other = msgspec.structs.replace(node.document, network="another")
    with pytest.raises(NotValid, match="is of the chain"):
        verifying.verify(backup, other)
    with pytest.raises(NotValid, match="is of the chain"):
        restored(backup, tmp_path / "restored", other)
    assert not (tmp_path / "restored").exists()


def test_a_file_too_few_or_too_many_is_found(node: StoredNode, folder: Path) -> None:
    backup = made(node, folder).backup
    (backup.database / "odd").touch()
    with pytest.raises(NotValid, match="odd is not in the manifest"):
        verifying.verify(backup, node.document)
    (backup.database / "odd").unlink()
    a_table(backup).unlink()
    with pytest.raises(NotValid, match="is missing"):
        verifying.verify(backup, node.document)


# Keeping several.


def test_pruning_keeps_the_last_ones_whole(node: StoredNode, folder: Path) -> None:
    for turn in range(4):
        made(node, folder, minutes=turn)
        node.pay()
    (folder / ".half-made").mkdir()
    gone = kept.prune(folder, 2)
    left = kept.all_in(folder)
    assert (len(gone), len(left)) == (2, 2)
    assert gone[-1].manifest.made < left[0].manifest.made
    assert not (folder / ".half-made").exists()
    for backup in left:
        verifying.verify(backup, node.document)


# Restoring one.


def test_a_restored_node_has_its_state_and_signs_nothing(
    node: StoredNode, folder: Path, tmp_path: Path
) -> None:
    restored(made(node, folder).backup, tmp_path / "restored", node.document)
    directory = open_directory(tmp_path / "restored", node.document, of=NAME)
    assert directory.store.applied().height == node.height
    assert directory.guard.promise == EVERYTHING
    assert directory.guard.signs_nothing
    directory.close()


def test_a_restore_never_overwrites(node: StoredNode, folder: Path) -> None:
    backup = made(node, folder).backup
    before = sorted(path.name for path in node.data.iterdir())
    with pytest.raises(BackupError, match="never overwrites"):
        restored(backup, node.data, node.document)
    assert sorted(path.name for path in node.data.iterdir()) == before


@pytest.mark.parametrize("room", range(4))
def test_a_restore_that_finds_no_space_leaves_no_directory(
    node: StoredNode, folder: Path, tmp_path: Path, room: int
) -> None:
    backup = made(node, folder).backup
    target = tmp_path / "place" / "restored"
    with pytest.raises(OSError, match="No space"):
        restoring.restore(backup, target, node.document, moved=lambda _: None, write=FullDisk(room))
    assert list(target.parent.iterdir()) == []


def test_a_restore_that_is_interrupted_leaves_nothing_under_the_final_name(
    node: StoredNode, folder: Path, tmp_path: Path
) -> None:
    backup = made(node, folder).backup
    target = tmp_path / "restored"

    def interrupted(count: int) -> None:
        del count
        assert not target.exists()
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        restoring.restore(backup, target, node.document, moved=interrupted)
    assert not target.exists()


def test_a_damaged_backup_is_not_restored(node: StoredNode, folder: Path, tmp_path: Path) -> None:
    backup = made(node, folder).backup
    flip(a_table(backup))
    with pytest.raises(NotValid, match="is damaged"):
        restored(backup, tmp_path / "restored", node.document)
    assert not (tmp_path / "restored").exists()


def test_a_restore_tells_every_byte(node: StoredNode, folder: Path, tmp_path: Path) -> None:
    backup = made(node, folder).backup
    moved: list[int] = []
    restoring.restore(backup, tmp_path / "restored", node.document, moved=moved.append)
    assert sum(moved) == backup.manifest.bytes


def test_a_backup_outlives_the_node(node: StoredNode, folder: Path) -> None:
    backup = made(node, folder).backup
    shutil.rmtree(node.data)
    assert restored(backup, node.data, node.document).state_root == backup.manifest.state_root
