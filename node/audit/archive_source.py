"""An archive as what is audited."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Final

from amanat.consensus.evidence import Evidence
from amanat.consensus.log_entry import Entry
from amanat.ledger.encoding import EncodingError, decode
from amanat.ledger.identifiers import Digest
from amanat.node.audit.archive import (
    BLOCK,
    END,
    EVIDENCE,
    FRAME_BYTES_MAX,
    ArchivedBlock,
    BadArchive,
    End,
    Frames,
    genesis_in,
)
from amanat.node.audit.sources import Damaged, SourcedBlock, Unusable

_END_BYTES_MAX: Final = 128
"""An end frame is shorter."""

_NO_END: Final = "another block, or the end frame of a whole archive"


class ArchiveSource:
    """Reads an archive from front to back, a frame at a time."""

    kind = "archive"

    def __init__(self, path: Path) -> None:
        """Open the file at `path`.

        Raises:
            Unusable: it cannot be read, or is no archive.
        """
        self._path = path
        self.name = str(path)
        try:
            with path.open("rb") as file:
                self.document = genesis_in(iter(Frames(file)))
                self.last = _last(file)
        except OSError as error:
            raise Unusable(f"{path} cannot be read: {error.strerror}") from error
        except BadArchive as bad:
            raise Unusable(f"{path}: {bad}") from bad
        self.chain = self.document.chain_id()

    def blocks(self, first: int) -> Iterator[SourcedBlock]:
        """Yield the blocks from `first` on. Raises as `Source` says."""
        height = 0
        for kind, content in self._frames():
            if kind != BLOCK:
                continue
            height += 1
            if height < first:
                continue
            try:
                block = decode(content, ArchivedBlock, bytes_max=FRAME_BYTES_MAX)
            except EncodingError as error:
                raise Damaged(height, "a block as archives hold it", str(error)) from error
            yield SourcedBlock(height, block.entry, block.certificate)

    def evidence(self) -> Iterator[Evidence]:
        """Yield what it has against authorities."""
        for kind, content in self._frames():
            if kind != EVIDENCE:
                return  # it stands before the blocks
            try:
                found: Evidence = decode(content, Evidence)  # type: ignore[arg-type]  # a union
            except EncodingError as error:
                raise Damaged(1, "a piece of evidence", str(error)) from error
            yield found

    def close(self) -> None:
        """Nothing is held open."""

    def _frames(self) -> Iterator[tuple[bytes, bytes]]:
        """Yield the frames of evidence and of blocks; check the last frame."""
        height, last, has_end = 0, b"", False
        try:
            with self._path.open("rb") as file:
                frames = Frames(file)
                frame = iter(frames)
                genesis_in(frame)
                for kind, content in frame:
                    _check_place(kind, has_end=has_end)
                    if kind == END:
                        has_end = True
                        _check_end(decode(content, End), height, last, frames.content)
                        continue
                    if kind == BLOCK:
                        height, last = height + 1, content
                    yield kind, content
        except OSError as error:
            raise Unusable(f"{self._path} cannot be read: {error.strerror}") from error
        except (EncodingError, BadArchive) as error:
            raise Damaged(height + 1, _NO_END, str(error)) from error
        if not has_end:
            raise Damaged(height + 1, _NO_END, "the end of the file: it is cut off")


def _check_place(kind: bytes, *, has_end: bool) -> None:
    if has_end:
        raise BadArchive("something follows its end")
    if kind not in (EVIDENCE, BLOCK, END):
        raise BadArchive(f"a frame of the unknown kind {kind!r} follows")


def _check_end(end: End, height: int, last: bytes, content: bytes) -> None:
    """`last` is the frame of the last block, `content` the digest of all frames."""
    if end.height != height:
        raise BadArchive(f"it says that it has {end.height} blocks, and it has {height}")
    if last and end.block != _digest_in(last):
        raise BadArchive("it says that it ends with another block than it does")
    if end.content != content:
        raise BadArchive("its bytes are not those that were written: the checksum differs")


def _digest_in(frame: bytes) -> Digest:
    block = decode(frame, ArchivedBlock, bytes_max=FRAME_BYTES_MAX)
    return decode(block.entry, Entry, bytes_max=len(block.entry)).block.digest


def _last(file: BinaryIO) -> int:
    """Return the height that the end frame names; 0 if there is none, as in what was cut off."""
    file.seek(0, os.SEEK_END)
    file.seek(max(file.tell() - _END_BYTES_MAX, 0))
    tail = file.read()
    for place in range(len(tail) - 5):
        head, content = tail[place : place + 5], tail[place + 5 :]
        if head == END + len(content).to_bytes(4, "big"):
            try:
                return decode(content, End).height
            except EncodingError:
                continue
    return 0
