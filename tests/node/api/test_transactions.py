"""Submitting, and asking what became of it."""

import asyncio
import base64
import json
from typing import Any

import pytest

from amanat.ledger.encoding import encode
from amanat.ledger.operations import Transfer
from amanat.verifier import Submission, verify, verify_submission
from amanat.verifier.contents import Outcome
from tests.ledger.world import RUPEE
from tests.node.conftest import Api, standing

pytestmark = pytest.mark.asyncio(loop_scope="module")


def payment(api: Api, amount: int = 7) -> bytes:
    return api.network.writer.sign(["alpha"], Transfer("alpha", "beta", RUPEE, amount))


def receipt_in(item: dict[str, Any]) -> bytes:
    return base64.b64decode(item["submission_receipt"])


async def test_a_submission_is_taken_with_its_id_and_where_to_ask(api: Api) -> None:
    answer = await api.post(payment(api))
    assert answer.status == 202
    assert standing(answer) == {"id": answer.json["id"], "state": "pending", "final": False}
    assert answer.headers["Location"] == f"/v1/transactions/{answer.json['id']}"
    settled = (await api.get(answer.headers["Location"] + "?wait=20")).json
    assert (settled["state"], settled["final"]) == ("committed", True)


async def test_who_waits_is_answered_when_it_is_final(api: Api) -> None:
    answer = await api.post(payment(api), path="/v1/transactions?wait=20")
    assert answer.status == 200
    assert answer.json["events"] == [
        {
            "operation": 0,
            "name": "transferred",
            "fields": {"source": "alpha", "target": "beta", "instrument": RUPEE, "amount": "7"},
        }
    ]
    block = (await api.get(f"/v1/blocks/{answer.json['height']}")).json
    assert block["transactions"][answer.json["index"]] == answer.json["id"]


async def test_json_and_bytes_are_the_same_transaction(api: Api) -> None:
    envelope = payment(api)
    text = json.dumps({"transaction": base64.b64encode(envelope).decode()})
    in_json = await api.post(text, "application/json", "/v1/transactions?wait=20")
    in_bytes = await api.post(envelope, "application/octet-stream")
    assert in_bytes.json == standing(in_json)
    assert in_json.json["state"] == "committed"


async def test_any_node_takes_it_and_every_node_tells_the_same(api: Api) -> None:
    network = api.network
    leader = (await network.led()).name
    follower = next(name for name in network.names if name != leader)
    headers = {"Content-Type": "application/msgpack"}
    answer = await api.request(
        "POST", "/v1/transactions?wait=20", payment(api), headers, at=follower
    )
    assert answer.json["state"] == "committed"
    await network.level()
    for name in network.names:
        shown = await api.get(f"/v1/transactions/{answer.json['id']}", at=name)
        assert shown.json == standing(answer)


async def test_what_was_never_seen_is_unknown_and_not_final(api: Api) -> None:
    shown = await api.get("/v1/transactions/" + "ab" * 32)
    assert shown.json == {"id": "ab" * 32, "state": "unknown", "final": False}


async def test_who_waits_for_what_never_comes_is_answered_in_the_end(api: Api) -> None:
    shown = await api.get("/v1/transactions/" + "cd" * 32 + "?wait=0.05")
    assert shown.json["state"] == "unknown"


@pytest.mark.parametrize(
    ("amount", "outcome", "code"),
    [(7, "applied", None), (10**15, "rejected", "insufficient_holding")],
)
async def test_a_receipt_is_proved_against_the_genesis_document_alone(
    api: Api, amount: int, outcome: str, code: str | None
) -> None:
    submitted = (await api.post(payment(api, amount), path="/v1/transactions?wait=20")).json
    path = f"/v1/transactions/{submitted['id']}/receipt"
    bundle = base64.b64decode((await api.get(path)).json["proof"])
    raw = await api.get(path, Accept="application/octet-stream")
    assert (raw.content_type, raw.body) == ("application/octet-stream", bundle)
    finding = verify(encode(api.network.document), bundle)
    assert finding.proved == Outcome(submitted["id"], outcome, code)
    assert finding.height == submitted["height"]


async def test_many_clients_at_once_each_get_their_own_outcome(api: Api) -> None:
    envelopes = [payment(api, amount) for amount in range(1, 41)]
    answers = await asyncio.gather(
        *(api.post(envelope, path="/v1/transactions?wait=20") for envelope in envelopes)
    )
    amounts = [int(answer.json["events"][0]["fields"]["amount"]) for answer in answers]
    assert amounts == list(range(1, 41))
    assert len({answer.json["id"] for answer in answers}) == 40


async def test_a_batch_is_answered_in_order(api: Api) -> None:
    envelopes = [payment(api, amount) for amount in (1, 2, 3)]
    body = json.dumps({"transactions": [base64.b64encode(each).decode() for each in envelopes]})
    first = await api.post(body, "application/json", "/v1/transactions:batch")
    for item in first.json:
        await api.get(f"/v1/transactions/{item['id']}?wait=20")
    again = await api.post(encode(envelopes), path="/v1/transactions:batch")
    assert [item["id"] for item in again.json] == [item["id"] for item in first.json]
    assert {item["state"] for item in again.json} == {"committed"}


def checked(api: Api, receipt: bytes) -> Submission:
    return verify_submission(encode(api.network.document), receipt, lambda _step, _seen: None)


async def test_who_hands_in_a_transaction_gets_the_nodes_signature_for_it(api: Api) -> None:
    node = api.network.nodes[api.at]
    begun, height = api.network.now(), node.chain.tip.height
    answer = await api.post(payment(api))
    submission = checked(api, receipt_in(answer.json))
    assert submission.transaction == answer.json["id"]
    assert submission.authority == api.at
    assert begun <= submission.time <= api.network.now()
    assert height <= submission.height <= node.chain.tip.height


async def test_every_form_of_submission_is_signed_for(api: Api) -> None:
    envelope = payment(api)
    in_json = json.dumps({"transaction": base64.b64encode(envelope).decode()})
    answer = await api.post(in_json, "application/json", "/v1/transactions?wait=20")
    assert answer.json["final"] is True
    assert checked(api, receipt_in(answer.json)).transaction == answer.json["id"]
    batch = await api.post(
        encode([payment(api), b"garbage", payment(api)]), path="/v1/transactions:batch"
    )
    first, garbage, last = batch.json
    for item in (first, last):
        assert checked(api, receipt_in(item)).transaction == item["id"]
    assert "submission_receipt" not in garbage


async def test_what_is_handed_in_again_while_it_waits_is_signed_for_again(api: Api) -> None:
    await api.network.level()
    envelope = payment(api)
    answers = await asyncio.gather(*(api.post(envelope) for _ in range(3)))
    waiting = [answer.json for answer in answers if not answer.json["final"]]
    assert waiting
    for item in waiting:
        assert checked(api, receipt_in(item)).transaction == item["id"]


async def test_what_is_final_is_not_signed_for(api: Api) -> None:
    """Its receipt with proof says more."""
    envelope = payment(api)
    settled = await api.post(envelope, path="/v1/transactions?wait=20")
    again = await api.post(envelope)
    assert again.json == standing(settled)
    assert (await api.get(f"/v1/transactions/{settled.json['id']}")).json == standing(settled)


async def test_what_is_refused_is_not_signed_for(api: Api) -> None:
    answer = await api.post(b"garbage")
    assert answer.status == 400
    assert "submission_receipt" not in answer.json
