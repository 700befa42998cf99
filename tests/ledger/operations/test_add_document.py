"""Documents are bound to an instrument by their digests, and superseded without being lost."""

from hashlib import sha256

import pytest

from amanat.ledger.instruments.document import Document, DocumentKind
from amanat.ledger.instruments.documents import documents_of
from amanat.ledger.operations import AddDocument
from amanat.ledger.rejections import RejectionCode
from amanat.ledger.state import DOCUMENTS
from tests.ledger.desk import Desk, desk_with_market
from tests.ledger.world import BILL, RUPEE

FIRST = sha256(b"Prospectus").digest()
SECOND = sha256(b"Prospectus, amended").digest()
PROSPECTUS = AddDocument(BILL, DocumentKind.PROSPECTUS, "Prospectus", FIRST, None)
AMENDED = AddDocument(BILL, DocumentKind.PROSPECTUS, "Prospectus, amended", SECOND, FIRST)


@pytest.fixture
def desk() -> Desk:
    return desk_with_market()


def test_a_document_is_kept_by_its_digest_with_the_time_from_which_it_was_bound(
    desk: Desk,
) -> None:
    (event,) = desk.do("mof", PROSPECTUS)
    assert desk.state.get(DOCUMENTS, BILL, FIRST.hex()) == Document(
        DocumentKind.PROSPECTUS, "Prospectus", desk.leader.tip.time, None
    )
    assert event.name == "document-added"
    assert event.fields == {
        "instrument": BILL,
        "kind": "prospectus",
        "document": FIRST.hex(),
        "supersedes": "",
    }


def test_all_are_listed_oldest_first_the_superseded_ones_as_such(desk: Desk) -> None:
    desk.do("mof", PROSPECTUS)
    (event,) = desk.do("mof", AMENDED)
    assert event.fields["supersedes"] == FIRST.hex()
    assert [digest for digest, _ in documents_of(desk.state, BILL)] == [FIRST.hex(), SECOND.hex()]
    before = desk.state.get(DOCUMENTS, BILL, FIRST.hex())
    assert before is not None
    assert before.superseded_by == SECOND


def test_one_document_supersedes_another_once(desk: Desk) -> None:
    desk.do("mof", PROSPECTUS, AMENDED)
    third = AddDocument(BILL, DocumentKind.NOTICE, "Notice", bytes(32), FIRST)
    assert desk.refused("mof", third) == (
        RejectionCode.ALREADY_SUPERSEDED,
        {"document": FIRST.hex(), "superseded_by": SECOND.hex()},
    )


def test_only_a_document_of_the_same_instrument_is_superseded(desk: Desk) -> None:
    desk.do("sbp", AddDocument(RUPEE, DocumentKind.NOTICE, "Notice", FIRST, None))
    assert desk.refused("mof", AMENDED) == (
        RejectionCode.UNKNOWN_DOCUMENT,
        {"instrument": BILL, "document": FIRST.hex()},
    )


def test_a_document_does_not_supersede_itself(desk: Desk) -> None:
    itself = AddDocument(BILL, DocumentKind.NOTICE, "Notice", FIRST, FIRST)
    assert desk.refused("mof", itself)[0] == RejectionCode.UNKNOWN_DOCUMENT


def test_a_document_is_added_once(desk: Desk) -> None:
    desk.do("mof", PROSPECTUS)
    assert desk.refused("mof", PROSPECTUS) == (
        RejectionCode.ALREADY_EXISTS,
        {"instrument": BILL, "document": FIRST.hex()},
    )


@pytest.mark.parametrize("signer", ["sbp", "custodian-a", "alpha"])
def test_only_the_issuer_stands_by_its_documents(desk: Desk, signer: str) -> None:
    assert desk.refused(signer, PROSPECTUS) == (
        RejectionCode.MISSING_SIGNATURE,
        {"participant": "mof"},
    )


def test_an_unknown_instrument_is_rejected(desk: Desk) -> None:
    unknown = AddDocument("NONE", DocumentKind.PROSPECTUS, "Prospectus", FIRST, None)
    assert desk.refused("mof", unknown) == (
        RejectionCode.UNKNOWN_INSTRUMENT,
        {"instrument": "NONE"},
    )


def test_the_sentence_names_the_digests(desk: Desk) -> None:
    assert PROSPECTUS.sentence(desk.state) == (
        f"add to {BILL} the prospectus 'Prospectus', SHA-256 {FIRST.hex()}"
    )
    assert AMENDED.sentence(desk.state).endswith(
        f"SHA-256 {SECOND.hex()}, in place of {FIRST.hex()}"
    )
