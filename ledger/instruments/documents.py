"""The list of an instrument's documents."""

from collections.abc import Iterator

from amanat.ledger.identifiers import Digest
from amanat.ledger.instruments.document import Document
from amanat.ledger.linked_sets import LinkedSet
from amanat.ledger.state import DOCUMENTS, State


def documents_of(state: State, instrument: str) -> Iterator[tuple[str, Document]]:
    """Yield the documents of an instrument with their digests in hexadecimal, oldest first."""
    for digest in _list_of(instrument).members(state):
        found = state.get(DOCUMENTS, instrument, digest)
        if found is None:
            raise AssertionError(f"{digest} is listed and is no document of {instrument}")
        yield digest, found


def add(state: State, instrument: str, digest: Digest, document: Document) -> None:
    """Add a document to the list."""
    state.put(document, DOCUMENTS, instrument, digest.hex())
    _list_of(instrument).add(state, digest.hex())


def _list_of(instrument: str) -> LinkedSet:
    return LinkedSet("documents", instrument)
