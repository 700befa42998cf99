"""A program with JSON and Ed25519 alone prepares, signs and submits a transaction."""

import base64
import json
from typing import Any

import pytest
from nacl.signing import SigningKey

from amanat.ledger.encoding import decode
from amanat.ledger.transactions import Body, signed_message, transaction_id
from tests.ledger.world import key, public_key
from tests.node.conftest import Answer, Api

pytestmark = pytest.mark.asyncio(loop_scope="module")

JSON = "application/json"
TRANSFER = {
    "operation": "transfer",
    "source": "alpha",
    "target": "beta",
    "instrument": "PKR",
    "amount": "7",
}


async def prepared(api: Api, *names: str, **more: Any) -> Answer:
    wish = {"operations": [TRANSFER], "signers": [public_key(name).hex() for name in names]}
    return await api.post(json_of(wish | more), JSON, "/v1/transactions:prepare")


def json_of(content: Any) -> bytes:
    return json.dumps(content).encode()


def signature(name: str, message: str) -> str:
    """Sign as a program would that has PyNaCl, or openssl, and nothing of ours."""
    signed = SigningKey(bytes(key(name))).sign(base64.b64decode(message)).signature
    return base64.b64encode(signed).decode()


async def test_what_is_prepared_signed_and_sent_back_takes_effect(api: Api) -> None:
    made = (await prepared(api, "alpha")).json
    assert made["sentences"] == ["transfer PKR 0.07 from alpha to beta"]
    sent = {
        "body": made["body"],
        "signatures": {public_key("alpha").hex(): signature("alpha", made["message"])},
    }
    tried = await api.post(json_of(sent), JSON, "/v1/transactions:simulate")
    assert tried.json["passes"] is True
    done = await api.post(json_of(sent), JSON, "/v1/transactions?wait=20")
    assert (done.status, done.json["state"], done.json["id"]) == (200, "committed", made["id"])


async def test_the_message_follows_from_the_body(api: Api) -> None:
    """So whoever does not trust the node computes it."""
    made = (await prepared(api, "beta", "alpha", "beta")).json
    body = base64.b64decode(made["body"])
    assert transaction_id(body).hex() == made["id"]
    assert base64.b64decode(made["message"]) == signed_message(transaction_id(body))
    opened = decode(body, Body)
    assert opened.signers == tuple(sorted([public_key("alpha"), public_key("beta")]))
    assert made["signers"] == [each.hex() for each in opened.signers]


async def test_the_same_wish_gives_the_same_bytes_at_every_node(api: Api) -> None:
    wish = {"nonce": "00" * 8, "valid_until": api.network.now() + 60_000}
    first = (await prepared(api, "alpha", **wish)).json
    api.at = "sbp"
    assert (await prepared(api, "alpha", **wish)).json["body"] == first["body"]
    assert (await prepared(api, "alpha")).json["body"] != first["body"]


async def test_signatures_may_come_in_any_order_and_lack_in_a_dry_run(api: Api) -> None:
    made = (await prepared(api, "alpha", "beta")).json
    both = {public_key(name).hex(): signature(name, made["message"]) for name in ("beta", "alpha")}
    one = {name: both[name] for name in [public_key("beta").hex()]}
    part = {"body": made["body"], "signatures": one}
    tried = await api.post(json_of(part), JSON, "/v1/transactions:simulate")
    (door,) = tried.json["door"]
    assert door["figures"] == {"key": public_key("alpha").hex()}
    refused = await api.post(json_of(part), JSON)
    assert (refused.status, refused.json["code"]) == (400, "malformed")
    whole = {"body": made["body"], "signatures": both}
    done = await api.post(json_of(whole), JSON, "/v1/transactions?wait=20")
    assert done.json["state"] == "committed"


@pytest.mark.parametrize(
    ("wish", "said"),
    [
        ({"operations": []}, "operations"),
        ({"operations": [TRANSFER | {"amount": "0"}]}, "operations[0].amount"),
        ({"operations": [TRANSFER | {"amuont": "1"}]}, "did you mean amount"),
        ({"operations": [{"operation": "transfre"}]}, "did you mean transfer"),
        ({"signers": []}, "signers"),
        ({"signers": ["00"]}, "signers[0]"),
        ({"nonce": "xy"}, "nonce"),
        ({"valid_until": -1}, "valid_until"),
        ({"signer": "alpha"}, "signer"),
    ],
)
async def test_what_cannot_be_prepared_is_refused_by_its_place(
    api: Api, wish: dict[str, Any], said: str
) -> None:
    answer = await prepared(api, "alpha", **wish)
    assert (answer.status, answer.json["code"]) == (400, "malformed_request")
    assert said in answer.json["detail"]


async def test_only_json_is_prepared(api: Api) -> None:
    answer = await api.post(b"\x80", path="/v1/transactions:prepare")
    assert (answer.status, answer.json["code"]) == (415, "unsupported_media_type")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"transaction": "AA=="}, "not both"),
        ({"body": None}, "send transaction, or body with signatures"),
        ({"signatures": {"zz": "AA=="}}, "'zz' is no key"),
        ({"signatures": {"00" * 32: "AA=="}}, "none of the signers"),
        ({"signatures": {public_key("alpha").hex(): "AA=="}}, "has not 64 bytes"),
        ({"signatures": {public_key("alpha").hex(): "!"}}, "$.signatures"),
    ],
)
async def test_what_cannot_be_put_together_is_refused_by_its_place(
    api: Api, change: dict[str, Any], said: str
) -> None:
    made = (await prepared(api, "alpha")).json
    answer = await api.post(json_of({"body": made["body"]} | change), JSON)
    assert (answer.status, answer.json["code"]) == (400, "malformed_request")
    assert said in answer.json["detail"]


async def test_a_body_that_is_none_is_malformed(api: Api) -> None:
    answer = await api.post(json_of({"body": "AA==", "signatures": {}}), JSON)
    assert (answer.status, answer.json["code"]) == (400, "malformed")
