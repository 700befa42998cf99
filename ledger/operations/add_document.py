"""Add a document to an instrument, by its digest."""

from collections.abc import Iterable

import msgspec

from amanat.ledger.authorization import Requirement, SignatureOf
from amanat.ledger.governance.participants import Title
from amanat.ledger.identifiers import Digest, InstrumentId
from amanat.ledger.instruments import documents
from amanat.ledger.instruments.document import Document, DocumentKind
from amanat.ledger.operation_execution import Execution
from amanat.ledger.operations.operation import Operation
from amanat.ledger.rejections import Refused, RejectionCode
from amanat.ledger.state import DOCUMENTS, State


class AddDocument(Operation, frozen=True, tag="add-document"):
    """Binds a document to an instrument: a prospectus, a term sheet, a legal opinion.

    The document lies elsewhere. Whoever has it can tell by its digest that it is this one, and
    from when on the issuer stood by it. It may supersede an earlier one, which stays on the list.
    """

    signers = "the instrument's issuer"
    refusals = (
        RejectionCode.UNKNOWN_INSTRUMENT,
        RejectionCode.ALREADY_EXISTS,
        RejectionCode.UNKNOWN_DOCUMENT,
        RejectionCode.ALREADY_SUPERSEDED,
    )
    emits = ("document-added",)

    instrument: InstrumentId
    kind: DocumentKind
    title: Title
    digest: Digest
    """SHA-256 of the file."""
    supersedes: Digest | None

    def requirements(self, execution: Execution) -> Iterable[Requirement]:
        """The issuer."""
        return (SignatureOf(execution.instrument(self.instrument).issuer),)

    def apply(self, execution: Execution) -> None:
        """Add it to the list, and mark the one that it supersedes."""
        state, identifier = execution.state, self.digest.hex()
        if state.get(DOCUMENTS, self.instrument, identifier) is not None:
            raise Refused(
                RejectionCode.ALREADY_EXISTS, instrument=self.instrument, document=identifier
            )
        if self.supersedes is not None:
            self._supersede(state, self.supersedes.hex())
        added = Document(self.kind, self.title, execution.time, None)
        documents.add(state, self.instrument, self.digest, added)
        execution.emit(
            "document-added",
            instrument=self.instrument,
            kind=self.kind.value,
            document=identifier,
            supersedes="" if self.supersedes is None else self.supersedes.hex(),
        )

    def _supersede(self, state: State, earlier: str) -> None:
        found = state.get(DOCUMENTS, self.instrument, earlier)
        if found is None:
            raise Refused(
                RejectionCode.UNKNOWN_DOCUMENT, instrument=self.instrument, document=earlier
            )
        if found.superseded_by is not None:
            raise Refused(
                RejectionCode.ALREADY_SUPERSEDED,
                document=earlier,
                superseded_by=found.superseded_by.hex(),
            )
        after = msgspec.structs.replace(found, superseded_by=self.digest)
        state.put(after, DOCUMENTS, self.instrument, earlier)

    def sentence(self, state: State) -> str:
        """Return what it would do."""
        del state
        kind = self.kind.value.replace("-", " ")
        instead = f", in place of {self.supersedes.hex()}" if self.supersedes is not None else ""
        return (
            f"add to {self.instrument} the {kind} {self.title!r}, SHA-256 "
            f"{self.digest.hex()}{instead}"
        )
