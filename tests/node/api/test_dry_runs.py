"""Trying a transaction without submitting it."""

import base64
import json

import pytest

from amanat.ledger.dry_run import WORK_MAX, Draft
from amanat.ledger.encoding import decode, encode
from amanat.ledger.operations import Transfer
from amanat.ledger.transactions import SignedTransaction
from tests.ledger.world import RUPEE, public_key
from tests.node.conftest import Answer, Api

pytestmark = pytest.mark.asyncio(loop_scope="module")

PATH = "/v1/transactions:simulate"


def signed(api: Api, *amounts: int, signer: str = "alpha") -> bytes:
    orders = [Transfer("alpha", "beta", RUPEE, amount) for amount in amounts]
    return api.network.writer.sign([signer], *orders)


async def tried(api: Api, envelope: bytes) -> Answer:
    return await api.post(envelope, path=PATH)


async def test_what_would_pass_is_told_and_not_done(api: Api) -> None:
    envelope = signed(api, 7)
    before = api.standing()
    answer = await tried(api, envelope)
    assert answer.status == 200
    assert answer.json["passes"] is True
    assert answer.json["sentences"] == ["transfer PKR 0.07 from alpha to beta"]
    assert [each["name"] for each in answer.json["events"]] == ["transferred"]
    assert (answer.json["door"], answer.json["refusals"]) == ([], [])
    assert api.standing() == before
    done = await api.post(envelope, path="/v1/transactions?wait=20")
    assert done.json["id"] == answer.json["id"]
    assert done.json["events"] == answer.json["events"]


async def test_every_rule_that_refuses_is_listed_with_its_figures(api: Api) -> None:
    answer = await tried(api, signed(api, 10**15, 10**16, signer="gamma"))
    assert answer.json["passes"] is False
    assert [(each["code"], each["operation"]) for each in answer.json["refusals"]] == [
        ("missing_signature", 0),
        ("insufficient_holding", 0),
        ("missing_signature", 1),
        ("insufficient_holding", 1),
    ]
    assert answer.json["refusals"][1]["figures"]["need"] == str(10**15)


async def test_signatures_may_lack(api: Api) -> None:
    body = decode(signed(api, 1), SignedTransaction).body
    answer = await tried(api, encode(Draft(body, ())))
    (door,) = answer.json["door"]
    assert (door["code"], door["figures"]) == ("bad_signature", {"key": public_key("alpha").hex()})
    assert answer.json["refusals"] == []


async def test_json_is_taken_as_well(api: Api) -> None:
    text = json.dumps({"transaction": base64.b64encode(signed(api, 1)).decode()})
    assert (await api.post(text, "application/json", PATH)).json["passes"] is True


async def test_what_is_final_is_said_to_be(api: Api) -> None:
    envelope = signed(api, 3)
    await api.post(envelope, path="/v1/transactions?wait=20")
    answer = await tried(api, envelope)
    assert [each["code"] for each in answer.json["door"]] == ["already_executed"]


async def test_what_is_no_transaction_or_too_much_is_a_problem(api: Api) -> None:
    garbage = await tried(api, b"garbage")
    assert (garbage.status, garbage.json["code"]) == (400, "malformed")
    long = await tried(api, signed(api, *range(1, WORK_MAX + 2)))
    assert (long.status, long.json["code"]) == (422, "too_many_operations")
    assert long.json["figures"] == {"may": "1000"}
    other = await api.post(b"", "text/plain", PATH)
    assert (other.status, other.json["code"]) == (415, "unsupported_media_type")
