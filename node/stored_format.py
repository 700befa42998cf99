"""The first record of a node's database: of which format and chain it is."""

from amanat.ledger.encoding import Structure
from amanat.ledger.identifiers import Digest


class StoredFormat(Structure, frozen=True):
    """What the record `i` holds."""

    format: int
    chain: Digest
