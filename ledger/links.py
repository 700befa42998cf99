"""What the state keeps of a linked set: see `linked_sets`."""

from amanat.ledger.encoding import Structure


class Ends(Structure, frozen=True):
    """The ends of a set that is not empty."""

    first: str
    last: str
    count: int


class Link(Structure, frozen=True):
    """A member's neighbours; an empty string at the ends."""

    before: str
    after: str
