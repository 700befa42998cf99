"""Writes an archive, so that an interrupted export goes on, and a half one never looks whole.

Everything is written into `FILE.part`, which becomes `FILE` once it is whole and on disk.
"""

import fcntl
import hashlib
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO, Final

from amanat.consensus.log_entry import Entry
from amanat.consensus.statements import BlockId, genesis_id
from amanat.ledger.encoding import EncodingError, decode, encode
from amanat.ledger.genesis import GenesisDocument
from amanat.node.audit.archive import (
    BLOCK,
    END,
    EVIDENCE,
    FRAME_BYTES_MAX,
    GENESIS,
    MAGIC,
    ArchivedBlock,
    BadArchive,
    End,
    Frames,
    framed,
    genesis_in,
)
from amanat.node.audit.sources import Damaged, Source, SourcedBlock, Unusable
from amanat.node.sign_guard import sync_directory

SYNC_BYTES: Final = 64 * 1024 * 1024
"""After so many bytes what was written is put on disk."""


class Export:
    """One archive that is being written."""

    def __init__(self, target: Path, document: GenesisDocument, source: Source) -> None:
        """Begin an archive of `source`, or go on with what an earlier run has left beside `target`.

        Raises:
            Unusable: there is a file of that name, another export writes it, what is left is of
                another chain, or the source is.
        """
        self._target = target
        self._part = target.with_name(target.name + ".part")
        self._source = source
        self._document = document
        if target.exists():
            raise Unusable(f"{target} exists: an archive is never overwritten")
        if source.chain != document.chain_id():
            raise Unusable(
                f"{source.name} is of the chain {source.chain.hex()[:16]}; the genesis document "
                f"given is of {document.chain_id().hex()[:16]}"
            )
        self.last = genesis_id(document.chain_id())
        """The last block that is written."""
        self._digest = hashlib.sha256()
        try:
            self._file = _held(self._part)
        except OSError as error:
            raise Unusable(f"{self._part} cannot be written: {error.strerror}") from error
        try:
            self._begin()
        except BaseException:
            self._file.close()
            raise
        self.resumed_from = self.last.height
        """The last block that an earlier run has left; 0 for none."""

    def run(self, watch: Callable[[int, int], None] = lambda _height, _last: None) -> BlockId:
        """Write all that is missing, and give the archive its name. Return its last block.

        Raises:
            Damaged: the source cannot be read, or its blocks do not follow one another.
            Unusable: it does not answer any more, is not the one that was begun with, or the disk
                does not take the file. What is written stays, to go on from.
        """
        try:
            with self._file:
                self._check_same()
                for sourced in self._source.blocks(self.last.height + 1):
                    self._write_block(sourced)
                    watch(self.last.height, self._source.last)
                if self.last.height < self._source.last:
                    height = self.last.height + 1
                    raise Damaged(height, f"all blocks up to {self._source.last}", "the end")
                end = End(self.last.height, self.last.digest, self._digest.digest())
                self._write(framed(END, encode(end)))
                self._sync()
            if self._target.exists():
                raise Unusable(f"{self._target} exists: an archive is never overwritten")
            self._part.rename(self._target)
            sync_directory(self._target.parent)
        except OSError as error:
            raise Unusable(f"{self._part} cannot be written: {error.strerror}") from error
        return self.last

    def _begin(self) -> None:
        """Write the beginning, or find the end of what is there and drop what is half."""
        self._file.seek(0, os.SEEK_END)
        if self._file.tell() == 0:
            self._write(MAGIC + framed(GENESIS, encode(self._document)))
            for each in self._source.evidence():
                self._write(framed(EVIDENCE, encode(each)))
            self._sync()
            return
        self._file.seek(0)
        end = 0
        try:
            for offset, block in self._kept():
                end, self.last = offset, block or self.last
        except BadArchive:
            pass  # a frame was half written, or is an end that was not renamed: it is written anew
        if end == 0:
            raise Unusable(
                f"{self._part} is not what an export of this network has left: remove it"
            )
        self._file.truncate(end)
        self._file.seek(0)
        self._digest = hashlib.sha256()
        while chunk := self._file.read(1024 * 1024):
            self._digest.update(chunk)

    def _kept(self) -> Iterator[tuple[int, BlockId | None]]:
        """Yield where each whole frame ends, and the block that is in it."""
        frames = Frames(self._file)
        frame = iter(frames)
        if genesis_in(frame) != self._document:
            return
        yield frames.offset, None
        previous = self.last
        for kind, content in frame:
            if kind == EVIDENCE:
                yield frames.offset, None
                continue
            if kind != BLOCK:
                return
            try:
                archived = decode(content, ArchivedBlock, bytes_max=FRAME_BYTES_MAX)
                entry = decode(archived.entry, Entry, bytes_max=FRAME_BYTES_MAX)
            except EncodingError as error:
                raise BadArchive(str(error)) from error
            if not _follows(previous, entry):
                return
            previous = entry.block
            yield frames.offset, previous

    def _check_same(self) -> None:
        if self.last.height == 0:
            return
        first = next(iter(self._source.blocks(self.last.height)), None)
        if first is None or _entry(first).block != self.last:
            raise Unusable(
                f"{self._source.name} has another block {self.last.height} than {self._part}: "
                "remove that file to begin anew"
            )

    def _write_block(self, sourced: SourcedBlock) -> None:
        entry = _entry(sourced)
        if not _follows(self.last, entry):
            wanted = f"a block {self.last.height + 1} that follows the one before it"
            raise Damaged(self.last.height + 1, wanted, f"another one, {entry.block.height}")
        content = encode(ArchivedBlock(sourced.entry, sourced.certificate))
        before = self._file.tell()
        self._write(framed(BLOCK, content))
        self.last = entry.block
        if before // SYNC_BYTES != self._file.tell() // SYNC_BYTES:
            self._sync()

    def _write(self, content: bytes) -> None:
        self._file.write(content)
        self._digest.update(content)

    def _sync(self) -> None:
        self._file.flush()
        os.fsync(self._file.fileno())


def _held(path: Path) -> BinaryIO:
    """Open a file to read and write, and hold it against other exports."""
    file = os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), "r+b")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        file.close()
        raise Unusable(f"{path} is being written by another export") from error
    return file


def _entry(sourced: SourcedBlock) -> Entry:
    try:
        return decode(sourced.entry, Entry, bytes_max=FRAME_BYTES_MAX)
    except EncodingError as error:
        raise Damaged(sourced.height, "a log entry", str(error)) from error


def _follows(previous: BlockId, entry: Entry) -> bool:
    return (entry.block.height, entry.parent) == (previous.height + 1, previous.digest)
