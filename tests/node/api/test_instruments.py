"""Reading instruments: terms, status, tranches, documents, and what the state owes."""

from hashlib import sha256

import pytest

from amanat.ledger.instruments.ceilings import Ceiling, Ceilings
from amanat.ledger.instruments.document import DocumentKind
from amanat.ledger.operations import (
    AddDocument,
    SetCeilings,
    SetTranche,
)
from amanat.node.api.instruments import terms_view
from tests.ledger.papers import CALLABLE, FACE, GOLD, SUKUK, TERMS, TODAY, registration
from tests.ledger.world import AUTHORISED, BILL, RUPEE
from tests.node.conftest import Api

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_an_instrument_is_shown_with_its_terms_status_and_supply(api: Api) -> None:
    shown = (await api.get(f"/v1/instruments/{BILL}")).json
    assert shown["kind"] == "treasury-bill"
    assert shown["status"] == "active"
    assert shown["terms"]["denomination"] == "500000"
    assert shown["terms"]["issue_date"] == "2026-01-01"
    assert (shown["authorised"], shown["paying_agent"]) == (str(AUTHORISED), None)
    assert (shown["issued"], shown["redeemed"], shown["outstanding"]) == (
        "5000000000",
        "0",
        "5000000000",
    )
    listed = (await api.get("/v1/instruments")).json
    assert {BILL, RUPEE} <= {each["id"] for each in listed}
    assert shown in listed


async def test_what_is_outstanding_is_what_is_held(api: Api) -> None:
    total = 0
    for account in ("alpha", "beta", "gamma", "mof-house", "sbp-house"):
        total += int((await api.get(f"/v1/accounts/{account}/holdings/PKR")).json["amount"])
    assert (await api.get("/v1/instruments/PKR")).json["outstanding"] == str(total)


async def test_an_instrument_is_announced_with_its_tranches_and_documents(api: Api) -> None:
    prospectus, amended = (sha256(text).digest() for text in (b"first", b"second"))
    done = await api.network.do(
        "mof, sbp",
        registration(SUKUK),
        SetTranche(SUKUK, 1, 10 * FACE, TODAY, TODAY + 1),
        SetTranche(SUKUK, 2, 5 * FACE, TODAY + 30, TODAY + 31),
        AddDocument(SUKUK, DocumentKind.PROSPECTUS, "First", prospectus, None),
        AddDocument(SUKUK, DocumentKind.PROSPECTUS, "Second", amended, prospectus),
    )
    assert done.state == "committed"
    await api.network.level()
    assert (await api.get(f"/v1/instruments/{SUKUK}")).json["status"] == "announced"
    assert (await api.get(f"/v1/instruments/{SUKUK}/tranches")).json == [
        {
            "number": 1,
            "amount": str(10 * FACE),
            "opens": "2026-01-01",
            "closes": "2026-01-02",
            "issued": "0",
        },
        {
            "number": 2,
            "amount": str(5 * FACE),
            "opens": "2026-01-31",
            "closes": "2026-02-01",
            "issued": "0",
        },
    ]
    first, second = (await api.get(f"/v1/instruments/{SUKUK}/documents")).json
    assert (first["digest"], first["superseded_by"]) == (prospectus.hex(), amended.hex())
    assert (second["kind"], second["title"], second["superseded_by"]) == (
        "prospectus",
        "Second",
        None,
    )
    assert second["added"] > 0


async def test_what_is_owed_is_shown_with_the_ceilings_and_their_laws(api: Api) -> None:
    before = (await api.get("/v1/borrowing/PKR")).json
    assert before == {"cash": "PKR", "outstanding": "5000000000", "ceilings": []}
    ceilings = Ceilings((Ceiling(TODAY, TODAY + 180, 10**12, "Act of 2005, section 3"),))
    await api.network.do("mof, sbp", SetCeilings(RUPEE, ceilings))
    await api.network.level()
    assert (await api.get("/v1/borrowing/PKR")).json["ceilings"] == [
        {
            "first": "2026-01-01",
            "last": "2026-06-30",
            "amount": "1000000000000",
            "law": "Act of 2005, section 3",
        }
    ]


@pytest.mark.parametrize(
    "path",
    [
        "/v1/instruments/NONE",
        "/v1/instruments/NONE/tranches",
        "/v1/instruments/NONE/documents",
        "/v1/borrowing/NONE",
        f"/v1/borrowing/{BILL}",
    ],
)
async def test_what_is_not_there_is_said_to_be_missing(api: Api, path: str) -> None:
    answer = await api.get(path)
    assert (answer.status, answer.json["code"]) == (404, "not_found")


async def test_terms_are_shown_whole_with_their_structures() -> None:
    shown = terms_view(TERMS[CALLABLE])
    assert shown["coupon"] == {"type": "fixed", "rate": "120000"}
    assert shown["calls"][0] == {"call_date": "2028-01-01", "price": "1010000"}
    assert shown["coupons"]["first_coupon_date"] == "2026-07-01"
    assert shown["coupons"]["day_count"] == "act/act-icma"
    assert terms_view(TERMS[GOLD])["isin"] is None
    assert terms_view(TERMS[GOLD])["warehouse_receipt"] == sha256(b"receipt").hexdigest()
