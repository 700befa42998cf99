"""A document of an instrument: it lies elsewhere, and its digest here."""

from enum import StrEnum

from amanat.ledger.encoding import Structure
from amanat.ledger.governance.participants import Title
from amanat.ledger.identifiers import Digest, LedgerTime


class DocumentKind(StrEnum):
    """What a document is."""

    PROSPECTUS = "prospectus"
    TERM_SHEET = "term-sheet"
    LEGAL_OPINION = "legal-opinion"
    NOTICE = "notice"
    """A statutory or market notice, such as of an auction."""
    REPORT = "report"
    """Of an auditor, an assayer or a Sharia board."""


class Document(Structure, frozen=True):
    """A document that whoever has it can recognise by its SHA-256 digest."""

    kind: DocumentKind
    title: Title
    added: LedgerTime
    superseded_by: Digest | None
    """The document that holds in its place, if there is one."""
