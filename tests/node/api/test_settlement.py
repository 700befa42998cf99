"""Reading what is promised and what is to settle."""

import pytest
from msgspec.structs import replace

from amanat.ledger.dates import DAY_MS, date_of
from amanat.ledger.operations import AnyOperation, EnterInstruction, OpenHold, Pledge, VoidHold
from amanat.ledger.settlement.instructions import Payment
from amanat.ledger.wording import day
from tests.ledger.trades import SALE, answer
from tests.ledger.world import BILL, RUPEE
from tests.node.conftest import Api

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def do(api: Api, signer: str, *operations: AnyOperation) -> list[dict[str, str]]:
    """Execute, and return what the events tell."""
    order = api.network.writer.sign([signer], *operations)
    done = (await api.post(order, path="/v1/transactions?wait=20")).json
    assert done["state"] == "committed", done
    return [event["fields"] for event in done["events"]]


def now(api: Api) -> int:
    return api.network.nodes[api.at].chain.final.time


async def test_a_hold_is_shown_to_both_sides(api: Api) -> None:
    expires = now(api) + DAY_MS
    (told,) = await do(api, "alpha", OpenHold("alpha", "gamma", RUPEE, 9, None, expires, "e-1"))
    for account in ("alpha", "gamma"):
        shown = (await api.get(f"/v1/accounts/{account}/holds")).json
        assert shown == [
            {
                "id": told["hold"],
                "account": "alpha",
                "target": "gamma",
                "instrument": RUPEE,
                "amount": "9",
                "agent": None,
                "expires": expires,
                "reference": "e-1",
                "orders": [],
            }
        ]
    assert (await api.get("/v1/accounts/beta/holds")).json == []


async def test_holds_go_on_behind_a_cursor_whose_hold_is_gone(api: Api) -> None:
    expires = now(api) + DAY_MS
    hold = OpenHold("beta", "gamma", RUPEE, 1, None, expires, None)
    made = sorted([told["hold"] for told in await do(api, "beta", *[hold] * 5)])
    first = await api.get("/v1/accounts/beta/holds?limit=2")
    assert [each["id"] for each in first.json] == made[:2]
    await do(api, "gamma", VoidHold(bytes.fromhex(made[1])))
    target = first.headers["Link"].removeprefix("<").removesuffix('>; rel="next"')
    second = await api.get(target)
    assert [each["id"] for each in second.json] == made[2:4]
    last = await api.get(second.headers["Link"].removeprefix("<").removesuffix('>; rel="next"'))
    assert [each["id"] for each in last.json] == made[4:]
    assert "Link" not in last.headers
    refused = await api.get("/v1/accounts/beta/holds?after=x")
    assert (refused.status, refused.json["code"]) == (400, "malformed_request")


async def test_pledges_are_listed_from_one_on(api: Api) -> None:
    pledge = Pledge("beta", RUPEE, 5, "sbp", "loan-1")
    ids = [told["pledge"] for told in await do(api, "beta", pledge, pledge, pledge)]
    shown = (await api.get("/v1/accounts/beta/pledges")).json
    assert [each["id"] for each in shown] == ids
    assert shown[0] == {
        "id": ids[0],
        "account": "beta",
        "instrument": RUPEE,
        "amount": "5",
        "beneficiary": "sbp",
        "reference": "loan-1",
        "orders": [],
    }
    rest = (await api.get(f"/v1/accounts/beta/pledges?from={ids[1]}&limit=1")).json
    assert [each["id"] for each in rest] == [ids[1]]
    missing = await api.get("/v1/accounts/beta/pledges?from=00")
    assert (missing.status, missing.json["code"]) == (404, "not_found")


async def test_an_unmatched_instruction_is_shown_to_both_sides(api: Api) -> None:
    said = replace(SALE, settlement_date=date_of(now(api)), payment=Payment(RUPEE, 7))
    (told,) = await do(api, "mof", EnterInstruction(said))
    for account in ("mof-house", "alpha"):
        (shown,) = (await api.get(f"/v1/accounts/{account}/instructions")).json
        assert (shown["id"], shown["side"]) == (told["instruction"], "deliver")
        assert (shown["amount"], shown["payment"]) == (
            "2000000",
            {"instrument": RUPEE, "amount": "7"},
        )
        assert shown["settlement_date"] == day(said.settlement_date)
    assert (await api.get("/v1/accounts/gamma/instructions")).json == []


async def test_what_is_matched_is_shown_by_account_and_by_date(api: Api) -> None:
    when = date_of(now(api)) + 30
    said = replace(SALE, settlement_date=when, counterparty="gamma")
    await do(api, "mof", EnterInstruction(said))
    told = (await do(api, "gamma", EnterInstruction(answer(said))))[-1]
    (shown,) = (await api.get("/v1/accounts/mof-house/settlements")).json
    assert (await api.get("/v1/accounts/gamma/settlements")).json == [shown]
    assert shown["id"] == told["settlement"]
    ends = shown["deliverer"]["account"], shown["receiver"]["account"]
    assert ends == ("mof-house", "gamma")
    assert (shown["instrument"], shown["amount"], shown["failure"]) == (BILL, "2000000", None)
    assert {"date": day(when), "count": 1} in (await api.get("/v1/settlements")).json
    assert (await api.get(f"/v1/settlements/{day(when)}")).json == [shown]
    assert (await api.get("/v1/settlements/2020-01-01")).json == []


@pytest.mark.parametrize("list_of", ["holds", "pledges", "instructions", "settlements"])
async def test_an_account_that_is_not_there_is_told(api: Api, list_of: str) -> None:
    shown = await api.get(f"/v1/accounts/nobody/{list_of}")
    assert (shown.status, shown.json["code"]) == (404, "not_found")


async def test_a_date_that_is_none_is_told(api: Api) -> None:
    shown = await api.get("/v1/settlements/tomorrow")
    assert (shown.status, shown.json["code"]) == (400, "malformed_request")
