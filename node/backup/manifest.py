"""What a backup is: a folder with a manifest, and the database's files.

    <height>-<time>/manifest.json   what it holds; written last, after all that it names is on disk
    <height>-<time>/db/             the files of a LevelDB that no node has open

The sign guard is not in it: what an authority had promised then is less than what it has promised
since, and whoever relied on it could sign against its past.
"""

import re
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Final

import msgspec
from msgspec import Meta

FORMAT: Final = 1
"""Version of the manifest and of the layout beside it."""

MANIFEST: Final = "manifest.json"
DATABASE: Final = "db"
MANIFEST_BYTES_MAX: Final = 64 * 1024 * 1024
PIECE_BYTES: Final = 1024 * 1024

_NAME: Final = r"^[A-Za-z0-9][A-Za-z0-9._-]*$"
_HEX: Final = r"^[0-9a-f]{64}$"


class BackupError(Exception):
    """A backup cannot be made or used. The message says why, and what to do."""


class NotValid(BackupError):  # noqa: N818 - what it is
    """A backup is not what its manifest says, or not a state that authorities certified."""


class BackedUpFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A file of the database."""

    name: Annotated[str, Meta(pattern=_NAME, max_length=64)]
    bytes: Annotated[int, Meta(ge=0)]
    sha256: Annotated[str, Meta(pattern=_HEX)]


class Manifest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a backup holds."""

    format: int
    program: str
    """The version of the program that made it."""
    chain: Annotated[str, Meta(pattern=_HEX)]
    network: str
    node: str
    made: str
    """When, in UTC: 2026-11-26T18:20:00Z."""
    height: Annotated[int, Meta(ge=0)]
    """Of the last block applied in it."""
    state_root: Annotated[str, Meta(pattern=_HEX)]
    files: tuple[BackedUpFile, ...]

    @property
    def bytes(self) -> int:
        """The size of all files together."""
        return sum(file.bytes for file in self.files)


@dataclass(frozen=True, slots=True)
class Backup:
    """A backup that has a manifest; whether its files are as that says is for `verifying`."""

    path: Path
    manifest: Manifest

    @property
    def database(self) -> Path:
        """Where its files lie."""
        return self.path / DATABASE


def read(path: Path) -> Backup:
    """Read the manifest of the backup at `path`.

    Raises:
        BackupError: there is none.
        NotValid: the manifest is damaged, or of another format.
    """
    file = path / MANIFEST
    try:
        if file.stat().st_size > MANIFEST_BYTES_MAX:
            raise NotValid(f"{file} is too long for a manifest")
        manifest = msgspec.json.decode(file.read_bytes(), type=Manifest)
    except FileNotFoundError as error:
        raise BackupError(
            f"{path} is no backup: it has no {MANIFEST}; name one that `amanat backup list` shows"
        ) from error
    except OSError as error:
        raise BackupError(f"{file} cannot be read: {error.strerror}") from error
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise NotValid(f"{file} is damaged: {error}") from error
    if manifest.format != FORMAT:
        raise NotValid(f"{file} has format {manifest.format}; this program reads {FORMAT}")
    return Backup(path, manifest)


def digest_of(file: Path) -> str:
    """Return the SHA-256 of what a file holds, in hexadecimal."""
    found = sha256()
    with file.open("rb") as opened:
        while piece := opened.read(PIECE_BYTES):
            found.update(piece)
    return found.hexdigest()


def is_table(name: str) -> bool:
    """Return whether a file is one of LevelDB's tables, which never change once written."""
    return re.fullmatch(r"[0-9]+\.(ldb|sst)", name) is not None
