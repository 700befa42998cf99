"""What bad input gets: a refusal that names what was wrong, and no change of anything."""

import base64
import gzip
import json
from collections.abc import AsyncIterator, Callable
from typing import Any

import msgspec
import pytest
import pytest_asyncio

from amanat.ledger.encoding import decode, encode
from amanat.ledger.operations import Transfer
from amanat.ledger.transactions import Body, SignedTransaction, sign
from tests.ledger.world import RUPEE, Writer, keys_called, public_key
from tests.node.conftest import Answer, Api, standing

pytestmark = pytest.mark.asyncio(loop_scope="module")

PAYMENT = Transfer("alpha", "beta", RUPEE, 1)
DAY_MS = 86_400_000


def good(api: Api, *signers: str) -> bytes:
    return api.network.writer.sign(signers or ("alpha",), PAYMENT)


def resigned(api: Api, **changes: Any) -> bytes:
    """Return a payment whose body was changed, then signed rightly."""
    body = decode(decode(good(api), SignedTransaction).body, Body)
    return sign(msgspec.structs.replace(body, **changes), keys_called(["alpha"]))


def resealed(api: Api, *signatures: bytes) -> bytes:
    """Return a payment with other signatures."""
    return encode(SignedTransaction(decode(good(api), SignedTransaction).body, signatures))


def raw(api: Api, operations: Any) -> bytes:
    """Return a transaction with operations that need not be any, signed rightly."""
    wire = msgspec.msgpack.decode(decode(good(api), SignedTransaction).body)
    wire[4] = operations
    body = msgspec.msgpack.encode(wire)
    return msgspec.msgpack.encode([body, [bytes(64)]])


def long_integer(api: Api) -> bytes:
    """Return a payment of 1 whose amount is written in nine bytes instead of one."""
    envelope = decode(good(api), SignedTransaction)
    amount, no_travel_data = b"\x01", b"\xc0"
    assert envelope.body.endswith(amount + no_travel_data)
    body = envelope.body[:-2] + b"\xcf" + (1).to_bytes(8, "big") + no_travel_data
    return encode(SignedTransaction(body, envelope.signatures))


DOOR: dict[str, tuple[int, str, Callable[[Api], bytes]]] = {
    "no bytes": (400, "malformed", lambda _: b""),
    "text": (400, "malformed", lambda _: b"pay beta one rupee"),
    "cut short": (400, "malformed", lambda api: good(api)[:-1]),
    "trailing bytes": (400, "malformed", lambda api: good(api) + b"\x00"),
    "a long integer": (400, "malformed", long_integer),
    "an extension type": (400, "malformed", lambda _: b"\xd4\x01\x00"),
    "deep nesting": (400, "malformed", lambda _: b"\x91" * 100_000 + b"\xc0"),
    "four billion items": (400, "malformed", lambda _: b"\xdd\xff\xff\xff\xff"),
    "an unknown operation": (400, "malformed", lambda api: raw(api, [["mint", "alpha", 1]])),
    "no operation": (400, "malformed", lambda api: raw(api, [])),
    "an amount as text": (
        400,
        "malformed",
        lambda api: raw(api, [["transfer", "alpha", "beta", RUPEE, "1"]]),
    ),
    "an amount as float": (
        400,
        "malformed",
        lambda api: raw(api, [["transfer", "alpha", "beta", RUPEE, 1.0]]),
    ),
    "an amount as truth": (
        400,
        "malformed",
        lambda api: raw(api, [["transfer", "alpha", "beta", RUPEE, True]]),
    ),
    "an amount of nothing": (
        400,
        "malformed",
        lambda api: raw(api, [["transfer", "alpha", "beta", RUPEE, 0]]),
    ),
    "a negative amount": (
        400,
        "malformed",
        lambda api: raw(api, [["transfer", "alpha", "beta", RUPEE, -1]]),
    ),
    "an amount beyond the range": (
        400,
        "malformed",
        lambda api: raw(api, [["transfer", "alpha", "beta", RUPEE, 2**63]]),
    ),
    "a name in capitals": (
        400,
        "malformed",
        lambda api: raw(api, [["transfer", "Alpha", "beta", RUPEE, 1]]),
    ),
    "a signature too many": (400, "malformed", lambda api: resealed(api, bytes(64), bytes(64))),
    "no signature": (400, "malformed", resealed),
    "a bad signature": (422, "bad_signature", lambda api: resealed(api, bytes(64))),
    "a key that nobody owns": (422, "unknown_key", lambda api: good(api, "stranger")),
    "an authority's key": (422, "unknown_key", lambda api: good(api, "authority mof")),
    "another chain": (422, "wrong_chain", lambda api: resigned(api, chain=bytes(32))),
    "expired": (
        422,
        "expired",
        lambda api: resigned(api, valid_until=api.network.now() - 1),
    ),
    "valid for too long": (
        422,
        "valid_too_long",
        lambda api: resigned(api, valid_until=api.network.now() + 8 * DAY_MS),
    ),
    "too many operations": (
        422,
        "too_many_operations",
        lambda api: resigned(api, operations=(PAYMENT,) * 10_001),
    ),
    "longer than a transaction may be": (
        413,
        "too_large",
        lambda api: resigned(api, operations=(PAYMENT,) * 45_000),
    ),
}


async def refused(api: Api, answer: Answer, status: int, code: str) -> Any:
    """Check that `answer` is a whole problem; return it."""
    assert (answer.status, answer.content_type) == (status, "application/problem+json")
    problem = answer.json
    assert problem["code"] == code
    assert problem["status"] == status
    assert problem["title"]
    assert problem["detail"]
    assert problem["fix"]
    assert problem["request_id"] == answer.headers["Request-Id"]
    assert "Traceback" not in answer.body.decode()
    page = await api.get(problem["type"])
    assert (page.status, page.json["code"]) == (200, code)
    return problem


@pytest_asyncio.fixture(loop_scope="module")
async def nothing_changes(api: Api) -> AsyncIterator[None]:
    await api.network.level()
    before = api.standing()
    pending = {len(node.pool) for node in api.network.nodes.values()}
    yield
    assert api.standing() == before
    assert {len(node.pool) for node in api.network.nodes.values()} == pending == {0}


@pytest.mark.usefixtures("nothing_changes")
@pytest.mark.parametrize("what", DOOR)
async def test_what_may_never_be_in_a_block_is_refused_at_the_door(api: Api, what: str) -> None:
    status, code, build = DOOR[what]
    envelope = build(api)
    await refused(api, await api.post(envelope), status, code)
    text = json.dumps({"transaction": base64.b64encode(envelope).decode()})
    if len(text) <= 1_500_000:
        await refused(api, await api.post(text, "application/json"), status, code)


async def test_a_refusal_gives_the_figures(api: Api) -> None:
    late = resigned(api, valid_until=1)
    problem = await refused(api, await api.post(late), 422, "expired")
    assert problem["figures"]["valid_until"] == "1"
    assert int(problem["figures"]["time"]) > 1
    assert problem["retryable"] is False


@pytest.mark.parametrize(
    ("operation", "code", "figures"),
    [
        (Transfer("alpha", "nobody", RUPEE, 1), "unknown_account", {"account": "nobody"}),
        (Transfer("alpha", "beta", "USD", 1), "unknown_instrument", {"instrument": "USD"}),
        (Transfer("beta", "alpha", RUPEE, 1), "missing_signature", {"participant": "beta"}),
        (
            Transfer("alpha", "beta", RUPEE, 10**15),
            "insufficient_holding",
            {"account": "alpha", "need": str(10**15)},
        ),
    ],
)
async def test_what_a_rule_refuses_is_a_final_receipt_and_moves_nothing(
    api: Api, operation: Transfer, code: str, figures: dict[str, str]
) -> None:
    holdings = (await api.get("/v1/accounts/alpha/holdings")).json
    envelope = api.network.writer.sign(["alpha"], operation)
    answer = await api.post(envelope, path="/v1/transactions?wait=20")
    assert (answer.status, answer.json["state"]) == (200, "rejected")
    assert answer.json["rejection"]["code"] == code
    assert figures.items() <= answer.json["rejection"]["figures"].items()
    again = await api.post(envelope)
    assert standing(again) == standing(answer)
    after = (await api.get("/v1/accounts/alpha/holdings")).json
    assert [each["amount"] for each in after] == [each["amount"] for each in holdings]


async def test_what_is_replayed_gets_its_first_outcome_even_after_it_expired(api: Api) -> None:
    network = api.network
    writer = Writer(network.document.chain_id(), network.now() + 30_000)
    envelope = writer.sign(["beta"], Transfer("beta", "alpha", RUPEE, 5))
    first = await api.post(envelope, path="/v1/transactions?wait=20")
    assert first.json["state"] == "committed"
    network.later_ms += 60_000
    for name in network.names:
        again = await api.request(
            "POST",
            f"/v1/transactions?min_height={first.json['height']}",
            envelope,
            {"Content-Type": "application/msgpack"},
            at=name,
        )
        assert (again.status, standing(again)) == (200, standing(first))


REQUESTS: dict[str, tuple[int, str, Any, str]] = {
    "a form": (415, "unsupported_media_type", b"a=1", "application/x-www-form-urlencoded"),
    "plain text": (415, "unsupported_media_type", b"hello", "text/plain"),
    "broken JSON": (400, "malformed_request", b'{"transaction": ', "application/json"),
    "JSON of another kind": (400, "malformed_request", b"[]", "application/json"),
    "a missing field": (400, "malformed_request", b"{}", "application/json"),
    "an unknown field": (
        400,
        "malformed_request",
        b'{"transaction": "", "fee": 1}',
        "application/json",
    ),
    "a number for text": (400, "malformed_request", b'{"transaction": 7}', "application/json"),
    "no base64": (400, "malformed_request", b'{"transaction": "%%%"}', "application/json"),
    "deeply nested JSON": (400, "malformed_request", b"[" * 100_000, "application/json"),
    "JSON that is not UTF-8": (
        400,
        "malformed_request",
        b'{"transaction": "\xff"}',
        "application/json",
    ),
    "10 MB": (413, "body_too_large", bytes(10_000_000), "application/msgpack"),
    "2 MB of JSON": (413, "body_too_large", b" " * 2_000_000, "application/json"),
}


@pytest.mark.usefixtures("nothing_changes")
@pytest.mark.parametrize("what", REQUESTS)
async def test_a_request_that_cannot_be_understood_is_refused(api: Api, what: str) -> None:
    status, code, body, content_type = REQUESTS[what]
    await refused(api, await api.post(body, content_type), status, code)


@pytest.mark.usefixtures("nothing_changes")
async def test_a_body_of_unknown_length_is_not_read_beyond_the_limit(api: Api) -> None:
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(1_000):
            yield bytes(100_000)

    try:
        answer = await api.post(endless())
    except OSError:
        return  # the node closed the connection in the middle: it had read enough
    await refused(api, answer, 413, "body_too_large")


@pytest.mark.usefixtures("nothing_changes")
async def test_a_compressed_bomb_is_not_unpacked(api: Api) -> None:
    bomb = gzip.compress(bytes(200_000_000), compresslevel=1)
    assert len(bomb) < 1_500_000
    headers = {"Content-Type": "application/msgpack", "Content-Encoding": "gzip"}
    answer = await api.request("POST", "/v1/transactions", bomb, headers)
    assert answer.status in (400, 413, 415)
    assert answer.json["code"] in ("malformed_request", "body_too_large", "unsupported_media_type")


@pytest.mark.usefixtures("nothing_changes")
@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/v1/transactions/xyz", 400, "malformed_request"),
        ("/v1/transactions/" + "AB" * 32, 400, "malformed_request"),
        ("/v1/transactions/" + "ab" * 31, 400, "malformed_request"),
        ("/v1/transactions/" + "ab" * 32 + "?wait=soon", 400, "malformed_request"),
        ("/v1/transactions/" + "ab" * 32 + "?wait=-1", 400, "malformed_request"),
        ("/v1/transactions/" + "ab" * 32 + "?wait=nan", 400, "malformed_request"),
        ("/v1/transactions/" + "ab" * 32 + "?wait=31", 400, "malformed_request"),
        ("/v1/transactions/" + "ab" * 32 + "?wait=1_0", 400, "malformed_request"),
        ("/v1/transactions/" + "ab" * 32 + "?wait=%D9%A1", 400, "malformed_request"),
        ("/v1/transactions/" + "ab" * 32 + "?wait=%201", 400, "malformed_request"),
        ("/v1/settlements/20260105", 400, "malformed_request"),
        ("/v1/settlements/2026-W02-1", 400, "malformed_request"),
        ("/v1/settlements/1969-12-31", 400, "malformed_request"),
        ("/v1/days/20260105", 400, "malformed_request"),
        ("/v1/days/1969-12-31", 400, "malformed_request"),
        ("/v1/transactions/" + "ab" * 32 + "/receipt", 404, "not_found"),
        ("/v1/accounts/nobody", 404, "not_found"),
        ("/v1/accounts/nobody/holdings", 404, "not_found"),
        ("/v1/accounts/nobody/holdings/PKR", 404, "not_found"),
        ("/v1/accounts/alpha/holdings/USD", 404, "not_found"),
        ("/v1/accounts/Al%20pha/holdings/PKR?proof=true", 400, "malformed_request"),
        ("/v1/accounts/alpha/holdings/pkr?proof=true", 400, "malformed_request"),
        ("/v1/accounts/alpha/holdings?proof=yes", 400, "malformed_request"),
        ("/v1/accounts/alpha?min_height=-1", 400, "malformed_request"),
        ("/v1/accounts/alpha?min_height=" + "9" * 30, 400, "malformed_request"),
        ("/v1/accounts/alpha?min_height=%D9%A1", 400, "malformed_request"),
        ("/v1/accounts/alpha?consistency=eventual", 400, "malformed_request"),
        ("/v1/instruments/USD", 404, "not_found"),
        ("/v1/participants/nobody", 404, "not_found"),
        ("/v1/blocks/0", 404, "not_found"),
        ("/v1/blocks/999999999", 404, "not_found"),
        ("/v1/blocks/" + "9" * 19, 404, "not_found"),
        ("/v1/blocks/" + "9" * 40, 400, "malformed_request"),
        ("/v1/blocks/-1", 400, "malformed_request"),
        ("/v1/blocks?limit=101", 400, "malformed_request"),
        ("/v1/blocks?before=x", 400, "malformed_request"),
        ("/v1/problems/none", 404, "not_found"),
        ("/v1/nothing", 404, "no_such_route"),
        ("/v2/status", 404, "no_such_route"),
        ("/v1/transactions", 405, "method_not_allowed"),
    ],
)
async def test_a_question_that_makes_no_sense_is_told_so(
    api: Api, path: str, status: int, code: str
) -> None:
    await refused(api, await api.get(path), status, code)


async def test_what_a_route_does_take_is_in_the_allow_header(api: Api) -> None:
    answer = await api.request("DELETE", "/v1/blocks")
    await refused(api, answer, 405, "method_not_allowed")
    assert answer.headers["Allow"] == "GET,HEAD"


@pytest.mark.usefixtures("nothing_changes")
async def test_a_request_line_or_header_without_end_is_refused(api: Api) -> None:
    assert (await api.get("/v1/accounts/" + "a" * 20_000)).status == 400
    assert (await api.get("/v1/status", **{"X-Long": "a" * 20_000})).status == 400


async def test_in_a_batch_each_stands_for_itself(api: Api) -> None:
    envelopes = [good(api), b"garbage", resealed(api, bytes(64)), good(api)]
    answer = await api.post(encode(envelopes), path="/v1/transactions:batch")
    assert answer.status == 202
    codes = [item.get("code") for item in answer.json]
    assert codes == [None, "malformed", "bad_signature", None]
    for item in (answer.json[0], answer.json[3]):
        settled = await api.get(f"/v1/transactions/{item['id']}?wait=20")
        assert settled.json["state"] == "committed"


@pytest.mark.usefixtures("nothing_changes")
@pytest.mark.parametrize(
    ("body", "content_type", "status", "code"),
    [
        (b"\xc0", "application/msgpack", 400, "malformed_request"),
        (b"\x91\xa1a", "application/msgpack", 400, "malformed_request"),
        (b"\x91" * 100_000, "application/msgpack", 400, "malformed_request"),
        (b"\xdd\xff\xff\xff\xff", "application/msgpack", 400, "malformed_request"),
        (b'{"transactions": [1]}', "application/json", 400, "malformed_request"),
        (b'{"transactions": ["%"]}', "application/json", 400, "malformed_request"),
        (b"x", "text/csv", 415, "unsupported_media_type"),
        (bytes(9_000_000), "application/msgpack", 413, "body_too_large"),
    ],
)
async def test_a_batch_that_is_none_is_refused(
    api: Api, body: bytes, content_type: str, status: int, code: str
) -> None:
    answer = await api.post(body, content_type, "/v1/transactions:batch")
    await refused(api, answer, status, code)


async def test_after_all_that_the_node_works_as_before(api: Api) -> None:
    answer = await api.post(good(api), path="/v1/transactions?wait=20")
    assert answer.json["state"] == "committed"
    assert public_key("alpha").hex() in str((await api.get("/v1/participants/alpha")).json["keys"])
