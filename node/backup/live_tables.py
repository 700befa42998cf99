"""Which tables a LevelDB is made of at a moment, as its MANIFEST says.

A folder may hold others: such as were replaced and are not removed yet, and such as are finished
and not entered yet. The numbers of these are free for whoever opens the MANIFEST, so a copy that
shares one of their files with the original would write over the original's table. A copy must
have the tables that its MANIFEST names, and no other.

The formats are LevelDB's: of the file in its doc/log_format.md, of each record in
db/version_edit.cc.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from amanat.node.backup.manifest import NotValid

BLOCK_BYTES: Final = 32_768
HEADER_BYTES: Final = 7
_FULL, _FIRST, _MIDDLE, _LAST = 1, 2, 3, 4

_NUMBERS: Final = frozenset({2, 3, 4, 9})
"""Tags of one number: of the log, the next file, the last sequence, the previous log."""
_COMPARATOR, _COMPACTED, _REMOVED, _ADDED = 1, 5, 6, 7


def tables_of(database: Path, *, within: Path) -> list[Path]:
    """Return the tables that the MANIFEST in `database` names, as they lie in `within`.

    Raises:
        NotValid: the MANIFEST is not as LevelDB writes it.
        OSError: there is no MANIFEST, or it cannot be read.
    """
    return [_table(within, number) for number in sorted(_live(database))]


def _table(folder: Path, number: int) -> Path:
    older = folder / f"{number:06}.sst"  # as LevelDB called them before version 1.14
    return older if older.exists() else folder / f"{number:06}.ldb"


def _live(database: Path) -> set[int]:
    manifest = database / (database / "CURRENT").read_text("ascii", errors="replace").strip()
    live: set[int] = set()
    try:
        for record in _records(manifest.read_bytes()):
            removed, added = _edit(record)
            live = (live - removed) | added
    except (IndexError, ValueError) as error:
        raise NotValid(f"{manifest} is no MANIFEST of LevelDB: {error}") from error
    return live


def _records(content: bytes) -> Iterator[bytes]:
    """Yield the records; one that was not written to its end is none."""
    begun: bytes | None = None
    for block in range(0, len(content), BLOCK_BYTES):
        place, end = block, min(block + BLOCK_BYTES, len(content))
        while place + HEADER_BYTES <= end:
            length = int.from_bytes(content[place + 4 : place + 6], "little")
            kind = content[place + 6]
            place += HEADER_BYTES
            if kind == 0 and length == 0:
                break  # what is left of the block was never written
            if place + length > end:
                return
            piece = content[place : place + length]
            place += length
            if kind in (_FULL, _FIRST):
                begun = piece
            elif kind in (_MIDDLE, _LAST) and begun is not None:
                begun += piece
            else:
                raise ValueError(f"a record of kind {kind} stands where none can")
            if kind in (_FULL, _LAST):
                yield begun
                begun = None


def _edit(record: bytes) -> tuple[set[int], set[int]]:
    """Return which tables a record takes away, and which it adds."""
    removed: set[int] = set()
    added: set[int] = set()
    fields = _Fields(record)
    while not fields.is_over:
        tag = fields.number()
        if tag in _NUMBERS:
            fields.number()
        elif tag == _COMPARATOR:
            fields.text()
        elif tag == _COMPACTED:
            fields.number()
            fields.text()
        elif tag == _REMOVED:
            fields.number()
            removed.add(fields.number())
        elif tag == _ADDED:
            fields.number()
            added.add(fields.number())
            fields.number()
            fields.text()
            fields.text()
        else:
            raise ValueError(f"it has the unknown tag {tag}")
    return removed, added


class _Fields:
    """Reads the fields of a record, one after the other. Raises IndexError behind its end."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        self._place = 0

    @property
    def is_over(self) -> bool:
        return self._place >= len(self._content)

    def number(self) -> int:
        """Return a number of seven bits a byte, the lowest first."""
        value = shift = 0
        while True:
            byte = self._content[self._place]
            self._place += 1
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return value

    def text(self) -> None:
        """Pass over bytes that follow their length."""
        length = self.number()
        self._place += length
        if self._place > len(self._content):
            raise IndexError("it ends within a field")
