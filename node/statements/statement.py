"""One statement, from the question to the bytes of its file."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import Final

from amanat.ledger.encoding import decode, encode
from amanat.ledger.state import INSTRUMENTS
from amanat.node.statements.entitlements import Entitlements
from amanat.node.statements.holdings import Holdings
from amanat.node.statements.movements import Movements
from amanat.node.statements.past import NotKept, Past
from amanat.node.statements.question import Noun, Question
from amanat.node.statements.rendering import FileFormat, pieces, writer
from amanat.node.statements.rows import Row, Source, Total
from amanat.node.statements.supply import Supplies
from amanat.node.store import Store

PIECE_BYTES: Final = 32 * 1024

SLICE: Final = 100
"""Rows and blocks that are looked at between two breaths of the event loop."""


class Statement:
    """Made anew each time it is asked for; the same question gives the same file."""

    def __init__(self, store: Store, question: Question, kind: FileFormat) -> None:
        """Find what it takes.

        Raises:
            NotKept: this node does not keep what it takes.
            NotInstalled: it cannot write this format.
        """
        self._source = _source(store, question)
        self._writer = writer(kind, self._source.columns)
        self.count = 0
        """Rows that were written."""

    async def pieces(self) -> AsyncIterator[bytes]:
        """Yield the file, piece by piece."""
        written = pieces(self._counted(), self._writer, bytes_min=PIECE_BYTES)
        for turn, piece in enumerate(written):
            if piece is not None:
                yield piece
            elif turn % SLICE == 0:
                await asyncio.sleep(0)

    def _counted(self) -> Iterator[Row | None]:
        for row in self._source.rows():
            yield row
            self.count += row is not None
            if self.count % SLICE == 0:
                yield None

    def totals(self) -> tuple[Total, ...]:
        """Return what it added up to, once the whole file was given."""
        return tuple(self._source.totals())


def _source(store: Store, question: Question) -> Source:
    span = question.span
    past = Past(store, span.last)
    if question.noun is Noun.HOLDINGS:
        return Holdings(past, question)
    if question.noun is Noun.ENTITLEMENTS:
        return Entitlements(past, question)
    if question.noun is Noun.SUPPLY:
        names = _instruments(store) if question.instrument is None else [question.instrument]
        return Supplies(past, names)
    if max(store.first_height, 1) > span.first:
        raise NotKept(f"what block {span.first} did")
    return Movements(store, Past(store, span.first - 1), past, question)


def _instruments(store: Store) -> list[str]:
    """Return every instrument that is on the register now; it leaves none out again."""
    prefix = b"\x92" + encode(INSTRUMENTS.kind)
    return [decode(key, tuple[str, str])[1] for key, _ in store.scan(prefix)]
