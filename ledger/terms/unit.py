"""Plain units of another federal asset: shares, rights, land."""

from amanat.ledger.identifiers import Digest
from amanat.ledger.terms.measures import MeasuredTerms


class UnitTerms(MeasuredTerms, frozen=True, tag="unit"):
    """A unit of a federal asset that no other template describes."""

    asset: Digest
    """SHA-256 of the document that describes the asset and the rights in it."""
