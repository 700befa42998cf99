"""Who asks: signatures that do not count, and tokens."""

import base64
import json

import msgspec
import pytest

from amanat.node.api import delivery
from amanat.node.api.access.signatures import AGE_MAX_MS, AHEAD_MAX_MS
from amanat.node.client import Client, Refusal
from tests.node.api.access.confidential import Confidential

pytestmark = pytest.mark.asyncio(loop_scope="package")

PATH = "/v1/accounts/alpha"
OWN = f"{PATH}/holdings"


async def test_a_signature_counts_once(node: Confidential) -> None:
    signed = node.signer("alpha").headers("GET", node.url + PATH, None)
    assert (await node.send("GET", PATH, signed)).status == 200
    again = await node.send("GET", PATH, signed)
    assert (again.status, again.json["code"]) == (401, "authentication_failed")
    assert "nonce was used" in again.json["detail"]


@pytest.mark.parametrize(
    ("later_ms", "status"),
    [
        (-AGE_MAX_MS - 2_000, 401),
        (-AGE_MAX_MS + 3_000, 200),
        (AHEAD_MAX_MS - 2_000, 200),
        (AHEAD_MAX_MS + 3_000, 401),
    ],
)
async def test_a_signature_counts_for_a_minute(
    node: Confidential, later_ms: int, status: int
) -> None:
    signed = node.signer("alpha", later_ms=later_ms).headers("GET", node.url + PATH, None)
    assert (await node.send("GET", PATH, signed)).status == status


@pytest.mark.parametrize(
    ("method", "signed_for"),
    [
        ("POST", PATH),
        ("GET", "/v1/accounts/beta"),
        ("GET", f"{PATH}?min_height=1"),
        ("GET", f"{PATH}/"),
    ],
)
async def test_a_signature_is_for_one_request(
    node: Confidential, method: str, signed_for: str
) -> None:
    signed = node.signer("alpha").headers(method, node.url + signed_for, None)
    answer = await node.send("GET", PATH, signed)
    assert (answer.status, answer.json["code"]) == (401, "authentication_failed")


async def test_a_signature_is_for_one_node(node: Confidential) -> None:
    other = "http://sbp.example:8101"
    signed = node.signer("alpha").headers("GET", other + PATH, None)
    answer = await node.send("GET", PATH, signed | {"Host": "sbp.example:8101"})
    assert answer.status == 401
    assert "it is signed for sbp.example:8101" in answer.json["detail"]


@pytest.mark.parametrize(
    "host", ["{node}{path}#", "{node}{path}?x=", "x@{node}", "{node}#", "", "["]
)
async def test_a_host_cannot_turn_a_signature_to_another_path(
    node: Confidential, host: str
) -> None:
    """Who recorded a request that never arrived would read with it what it was not signed for."""
    signed = node.signer("alpha").headers("GET", node.url + PATH, None)
    name = host.format(node=node.url.removeprefix("http://"), path=PATH)
    answer = await node.send("GET", OWN, signed | {"Host": name})
    assert answer.status in (400, 401)
    assert "2500" not in answer.body.decode()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (";nonce=", ";tag="),
        ('"@authority" ', ""),
        ("created=", "expires="),
        ("keyid=", "key="),
        ('alg="ed25519"', 'alg="hmac-sha256"'),
        ("amanat=", "other="),
        ("amanat=", 'other=("@method");created=1, amanat='),
        ("amanat=(", "amanat=1;x=("),
        ("amanat=(", "\x80=("),
        (';keyid="', ';keyid="00'),
    ],
)
async def test_what_is_signed_cannot_be_changed(node: Confidential, old: str, new: str) -> None:
    signed = node.signer("alpha").headers("GET", node.url + PATH, None)
    assert old in signed["Signature-Input"]
    signed["Signature-Input"] = signed["Signature-Input"].replace(old, new)
    assert (await node.send("GET", PATH, signed)).status == 401


@pytest.mark.parametrize("signature", ["", "amanat=:AAAA:", "amanat=1", "x=:AAAA:", "garbage("])
async def test_what_is_no_signature_is_refused(node: Confidential, signature: str) -> None:
    signed = node.signer("alpha").headers("GET", node.url + PATH, None)
    answer = await node.send("GET", PATH, signed | {"Signature": signature})
    assert answer.status == 401


async def test_a_body_is_signed_by_its_digest(node: Confidential) -> None:
    path, body = "/v1/tokens", b'{"seconds":60}'
    signed = node.signer("alpha").headers("POST", node.url + path, body)
    assert (await node.send("POST", path, signed, b'{"seconds":61}')).status == 401
    unsigned_body = node.signer("alpha").headers("POST", node.url + path, None)
    assert (await node.send("POST", path, unsigned_body, body)).status == 401
    assert (await node.send("POST", path, signed, body)).status == 200


async def test_a_token_reads_what_its_participant_may(node: Confidential) -> None:
    bearer = {"Authorization": f"Bearer {await node.token('alpha')}"}
    for _ in range(2):
        assert (await node.send("GET", OWN, bearer)).status == 200
    assert (await node.send("GET", "/v1/accounts/beta", bearer)).status == 403


async def test_a_token_may_be_for_a_part(node: Confidential) -> None:
    bearer = {"Authorization": f"Bearer {await node.token('agp', path=PATH)}"}
    for path, status in ((PATH, 200), (OWN, 200), ("/v1/accounts/alphabet", 403)):
        assert (await node.send("GET", path, bearer)).status == status
    elsewhere = await node.send("GET", "/v1/accounts/beta", bearer)
    assert (elsewhere.status, elsewhere.json["code"]) == (403, "not_permitted")
    assert elsewhere.json["detail"] == f"the token is for {PATH} alone"


async def test_a_token_gives_no_token(node: Confidential) -> None:
    bearer = {"Authorization": f"Bearer {await node.token('alpha')}"}
    answer = await node.send("POST", "/v1/tokens", bearer)
    assert (answer.status, answer.json["code"]) == (401, "authentication_required")


@pytest.mark.parametrize(
    "wish", [{"seconds": 0}, {"seconds": 901}, {"path": "v1"}, {"until": 1}, {"path": "/" * 300}]
)
async def test_a_token_that_cannot_be_is_refused(
    node: Confidential, wish: dict[str, int | str]
) -> None:
    body = msgspec.json.encode(wish)
    answer = await node.ask("alpha", "/v1/tokens", method="POST", body=body)
    assert (answer.status, answer.json["code"]) == (400, "malformed_request")


async def test_a_token_that_was_changed_or_made_up_is_refused(node: Confidential) -> None:
    token = await node.token("alpha")
    raw = base64.urlsafe_b64decode(token)
    changed = base64.urlsafe_b64encode(raw.replace(b"alpha", b"gamma")).decode()
    for other in (changed, token[:-8], "", "x", "\u00fc", "A" * 4_000):
        answer = await node.send("GET", PATH, {"Authorization": f"Bearer {other}"})
        assert (answer.status, answer.json["code"]) == (401, "authentication_failed")
    basic = await node.send("GET", PATH, {"Authorization": "Basic YTpi"})
    assert (basic.status, basic.json["code"]) == (401, "authentication_required")


async def test_a_token_ends(node: Confidential) -> None:
    bearer = {"Authorization": f"Bearer {await node.token('alpha', seconds=10)}"}
    assert (await node.send("GET", PATH, bearer)).status == 200
    node.network.later_ms += 10_000
    ended = await node.send("GET", PATH, bearer)
    assert (ended.status, ended.json["detail"]) == (401, "the token has expired")


async def test_the_client_signs_what_it_asks(node: Confidential) -> None:
    async with Client([node.url], reader=node.signer("alpha")) as client:
        assert (await client.get(f"{OWN}/PKR?proof=true"))["account"] == "alpha"
        assert (await client.token("/v1", 60))["participant"] == "alpha"
        with pytest.raises(Refusal) as refused:
            await client.get("/v1/accounts/beta")
    assert refused.value.code == "not_permitted"


async def test_supervision_and_refusals_are_logged_and_nothing_of_what_was_read(
    node: Confidential,
) -> None:
    own = await node.ask("alpha", OWN)
    read = await node.ask("agp", OWN)
    refused = await node.ask("beta", OWN)
    nobody = await node.ask(None, OWN)
    assert (own.status, read.status) == (200, 200)
    directory = node.network.root / "mof" / "access"
    lines = {
        line["request"]: line
        for kind in ("granted", "refused")
        for line in map(json.loads, (directory / f"{kind}.jsonl").read_text().splitlines())
    }
    assert own.headers["Request-Id"] not in lines
    seen = lines[read.headers["Request-Id"]]
    assert seen["time"].endswith("+00:00")
    assert (seen["participant"], seen["granted_as"]) == ("agp", "auditor")
    assert (seen["route"], seen["about"]) == (
        "GET /v1/accounts/{account}/holdings",
        {"account": "alpha"},
    )
    assert set(seen) == {
        "time", "request", "route", "about", "participant", "key", "granted_as", "refused_with",
    }  # fmt: skip
    turned_away = lines[refused.headers["Request-Id"]]
    assert (turned_away["participant"], turned_away["refused_with"]) == ("beta", "not_permitted")
    unknown = lines[nobody.headers["Request-Id"]]
    assert (unknown["participant"], unknown["refused_with"]) == (None, "authentication_required")
    holds = read.json[0]["amount"]
    assert not any(holds in path.read_text() for path in directory.iterdir())


async def test_what_cannot_be_logged_is_not_shown(
    node: Confidential, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("amanat.node.access_log.AccessLog.write", full)
    assert (await node.ask("agp", OWN)).status == 500
    assert (await node.ask("alpha", OWN)).status == 200
    assert (await node.ask("beta", OWN)).status == 403


async def test_the_explorer_shows_no_transaction(node: Confidential) -> None:
    page = await node.ask(None, f"/transactions/{node.names['transaction']}")
    assert page.status == 403
    assert b"alpha" not in page.body
    height = (
        node.network.nodes["mof"]
        .submissions.status(bytes.fromhex(node.names["transaction"]))
        .height
    )
    block = await node.ask(None, f"/blocks/{height}")
    assert (block.status, b"applied" in block.body) == (200, False)


async def test_what_holds_a_token_is_not_compressed_nor_kept(
    node: Confidential, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its length would tell how much of the token is like what the request chose."""
    monkeypatch.setattr(delivery, "PACKED_FROM", 1)
    given = await node.ask("alpha", "/v1/tokens", method="POST", body=b"{}")
    assert given.status == 200
    assert "Content-Encoding" not in given.headers
    assert given.headers["Cache-Control"] == "private, no-store"
    other = await node.ask("alpha", "/v1/status")
    assert other.headers["Content-Encoding"] == "gzip"
