"""The list of an instrument's documents."""

from amanat.ledger.linked_sets import LinkedSet


def documents_of(instrument: str) -> LinkedSet:
    """Return the digests, in hexadecimal, of all documents of an instrument, oldest first."""
    return LinkedSet("documents", instrument)
