"""A secret file is for its reader alone: by its mode, and by its list where it has one."""

import os
import struct
from pathlib import Path
from typing import Final

import pytest

from amanat.client.keystore import KeystoreError
from amanat.client.owner_only import mode_for_others
from amanat.client.passphrases import read_passphrase

OWNER: Final = (0x01, 4, 0xFFFFFFFF)
MASK: Final = (0x10, 4, 0xFFFFFFFF)
OTHER: Final = (0x20, 0, 0xFFFFFFFF)


def listed(path: Path, *entries: tuple[int, int, int]) -> Path:
    """Set a file's access control list."""
    ordered = sorted((OWNER, *entries, MASK, OTHER))
    raw = struct.pack("<I", 2) + b"".join(struct.pack("<HHI", *each) for each in ordered)
    try:
        os.setxattr(path, "system.posix_acl_access", raw)
    except OSError as error:
        pytest.skip(f"this file system has no access control lists: {error.strerror}")
    return path


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    path = tmp_path / "passphrase"
    path.touch(mode=0o600)
    path.write_text("of a test\n")
    return path


def test_a_file_of_its_owner_alone_is_read(secret: Path) -> None:
    assert mode_for_others(secret) == 0
    assert read_passphrase(secret) == "of a test"


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620])
def test_one_that_others_may_use_is_not(secret: Path, mode: int) -> None:
    secret.chmod(mode)
    assert mode_for_others(secret) == mode & 0o077
    with pytest.raises(KeystoreError, match="can be read by others"):
        read_passphrase(secret)


def test_one_that_a_list_gives_to_this_user_alone_is_read(secret: Path) -> None:
    """As systemd hands over a credential: root's, mode 0440, and the service's user on the list."""
    listed(secret, (0x02, 4, os.geteuid()), (0x04, 0, 0xFFFFFFFF))
    assert secret.stat().st_mode & 0o070 == 0o040
    assert read_passphrase(secret) == "of a test"


@pytest.mark.parametrize("entry", [(0x02, 4, 4711), (0x08, 4, 4711)])
def test_one_that_a_list_gives_to_somebody_else_is_not(
    secret: Path, entry: tuple[int, int, int]
) -> None:
    listed(secret, entry, (0x04, 0, 0xFFFFFFFF))
    with pytest.raises(KeystoreError, match="can be read by others"):
        read_passphrase(secret)


def test_one_whose_group_may_read_it_is_not_whatever_else_is_listed(secret: Path) -> None:
    listed(secret, (0x02, 4, os.geteuid()), (0x04, 4, 0xFFFFFFFF))
    with pytest.raises(KeystoreError, match="can be read by others"):
        read_passphrase(secret)
