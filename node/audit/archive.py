"""An archive: a whole chain in one file that needs nothing else. docs/audit.md has it byte by byte.

archive = magic, then frames
frame   = kind: 1 byte, length: 4 bytes, the most significant first, content
G       the genesis document
E       a piece of evidence against an authority, for each that there is
B       [entry: bytes, certificate: bytes | nil], for each block from height 1 on
Z       [height: uint, hash of the last block, SHA-256 of all bytes before this frame]
"""

import hashlib
from collections.abc import Iterator
from typing import BinaryIO, Final

from amanat.ledger.encoding import EncodingError, Structure, decode
from amanat.ledger.genesis import GenesisDocument
from amanat.ledger.identifiers import Digest
from amanat.ledger.successor import SuccessorDocument

MAGIC: Final = b"amanat-archive/v1\n"

GENESIS: Final = b"G"
BLOCK: Final = b"B"
EVIDENCE: Final = b"E"
END: Final = b"Z"

_OF_TEN_FIELDS: Final = b"\x9a"
"""How the document of a chain that succeeds another begins; others have eight fields."""

FRAME_BYTES_MAX: Final = 16 * 1024 * 1024
"""Longer than any block with its certificates may be: so much is read at a time, and no more."""


class ArchivedBlock(Structure, frozen=True):
    """A block in an archive, and in what a node shows of its chain."""

    entry: bytes
    """The encoding of the log entry."""
    certificate: bytes | None
    """The encoding of the commit certificate that makes just this block final, if there is one."""


class End(Structure, frozen=True):
    """What an archive ends with; without it, it was cut off."""

    height: int
    block: Digest
    content: Digest
    """SHA-256 of every byte before the frame."""


class BadArchive(ValueError):  # noqa: N818 - what it is
    """A file is no archive, or not a whole one."""


class Frames:
    """Reads the frames of an archive, one at a time."""

    def __init__(self, file: BinaryIO) -> None:
        """Read from the beginning of `file`.

        Raises:
            BadArchive: it is no archive of this version.
        """
        self._file = file
        self._digest = hashlib.sha256()
        magic = file.read(len(MAGIC))
        if magic != MAGIC:
            raise BadArchive("it is no archive of this version: it does not begin as one")
        self._digest.update(magic)
        self.offset = len(MAGIC)
        """Where the next frame begins."""
        self.content = self._digest.digest()
        """SHA-256 of all bytes before the frame that was read last."""

    def __iter__(self) -> Iterator[tuple[bytes, bytes]]:
        """Yield the kind and the content of each frame, up to the end of the file.

        Raises:
            BadArchive: a frame is cut off, or longer than any may be.
        """
        while head := self._file.read(5):
            length = int.from_bytes(head[1:], "big")
            if length > FRAME_BYTES_MAX:
                raise BadArchive(f"a frame at byte {self.offset} is {length} bytes long")
            content = self._file.read(length) if len(head) == 5 else b""
            if len(head) < 5 or len(content) < length:
                raise BadArchive(f"it is cut off in the frame at byte {self.offset}")
            self.content = self._digest.digest()
            self._digest.update(head)
            self._digest.update(content)
            self.offset += len(head) + length
            yield head[:1], content


def framed(kind: bytes, content: bytes) -> bytes:
    """Return a frame.

    Raises:
        BadArchive: it would be too long to be read.
    """
    if len(content) > FRAME_BYTES_MAX:
        raise BadArchive(f"{len(content)} bytes do not fit into a frame")
    return kind + len(content).to_bytes(4, "big") + content


def genesis_in(frames: Iterator[tuple[bytes, bytes]]) -> GenesisDocument:
    """Return the genesis document, which is the first frame.

    Raises:
        BadArchive: it is not there, or is none.
    """
    kind, content = next(frames, (b"", b""))
    if kind != GENESIS:
        raise BadArchive("it does not begin with a genesis document")
    try:
        if content[:1] == _OF_TEN_FIELDS:
            return decode(content, SuccessorDocument, bytes_max=FRAME_BYTES_MAX)
        return decode(content, GenesisDocument, bytes_max=FRAME_BYTES_MAX)
    except EncodingError as error:
        raise BadArchive(f"its genesis document is {error}") from error
