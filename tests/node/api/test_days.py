"""Reading business days, and what was sealed when they were closed."""

import base64
from pathlib import Path

import pytest

from amanat.config.genesis_file import to_json
from amanat.ledger.dates import DAY_MS, start_of
from amanat.ledger.encoding import encode
from amanat.ledger.operations import CloseDay, Transfer
from amanat.node import provable
from amanat.node.store import Store
from amanat.verifier import Balance, ClosingBalance, verify
from tests.ledger.world import BILL, RUPEE, START
from tests.node.conftest import Api
from tests.verifier.javascript import run

pytestmark = pytest.mark.asyncio(loop_scope="module")

THURSDAY = START // DAY_MS


async def test_what_was_sealed_stays_as_it_was(api: Api) -> None:
    network = api.network
    assert (await api.get("/v1/days/open")).json == {"date": "2026-01-01", "number": 1}
    assert (await api.get("/v1/days/2026-01-01")).status == 404
    network.later_ms += start_of(THURSDAY + 20) - network.now()
    network.writer.valid_until = network.now() + DAY_MS
    closed = await network.do("sbp", CloseDay(THURSDAY))
    await network.do("alpha", Transfer("alpha", "gamma", RUPEE, 5))
    await network.level()
    assert (await api.get("/v1/days/open")).json == {"date": "2026-01-21", "number": 2}
    shown = (await api.get("/v1/days/2026-01-01")).json
    time = shown.pop("time")
    assert shown == {
        "date": "2026-01-01",
        "number": 1,
        "next": "2026-01-21",
        "height": closed.height,
    }
    assert time >= start_of(THURSDAY + 20)
    assert (await api.get(f"/v1/days/2026-01-01/instruments/{RUPEE}")).json == {
        "date": "2026-01-01",
        "instrument": RUPEE,
        "issued": "3000000000",
        "redeemed": "0",
        "outstanding": "3000000000",
        "custodians": {"custodian-a": "2000000000", "custodian-b": "1000000000"},
    }
    bill = (await api.get(f"/v1/days/2026-01-01/instruments/{BILL}")).json
    assert bill["custodians"] == {"mof": "5000000000"}


HOLDING = f"/v1/accounts/alpha/holdings/{RUPEE}"


async def test_a_holding_is_certified_as_it_was_at_the_close(api: Api) -> None:
    shown = (await api.get(f"{HOLDING}?as_of=2026-01-01&proof=true")).json
    day = (await api.get("/v1/days/2026-01-01")).json
    assert (shown["as_of"], shown["height"]) == ("2026-01-01", day["height"])
    assert shown["amount"] == "1000000000"
    assert (await api.get(HOLDING)).json["amount"] == "999999995"
    finding = verify(encode(api.network.document), base64.b64decode(shown["proof"]))
    assert finding.proved == ClosingBalance("alpha", RUPEE, 1_000_000_000, 0, "2026-01-01")
    assert (finding.height, finding.time) == (day["height"], day["time"])


async def test_the_certificate_is_checked_without_any_of_this_program(
    api: Api, tmp_path: Path
) -> None:
    shown = (await api.get(f"{HOLDING}?as_of=2026-01-01&proof=true")).json
    (tmp_path / "genesis.json").write_text(to_json(api.network.document))
    (tmp_path / "certificate").write_bytes(base64.b64decode(shown["proof"]))
    done = run(tmp_path / "certificate", "--genesis", tmp_path / "genesis.json")
    assert (done.returncode, done.stderr) == (0, "")
    said = "VALID:        alpha held 1000000000 of PKR at the close of 2026-01-01 (block "
    assert done.stdout.splitlines()[-1].startswith(said)


async def test_a_close_that_others_follow_in_its_block_is_said_to_have_no_certificate(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(provable, "closes_a_day", lambda _: False)
    answer = await api.get(f"{HOLDING}?as_of=2026-01-01&proof=true")
    assert (answer.status, answer.json["code"]) == (409, "not_provable")
    height = answer.json["figures"]["height"]
    assert (await api.get(f"{HOLDING}?at_height={height}&proof=true")).status == 200
    assert (await api.get(f"{HOLDING}?as_of=2026-01-01")).json["amount"] == "1000000000"


async def test_a_holding_is_proved_as_it_was_after_a_block(api: Api) -> None:
    final = api.network.nodes[api.at].chain.final.height
    for height in range(1, final + 1):
        answer = await api.get(f"{HOLDING}?at_height={height}&proof=true")
        shown = answer.json
        finding = verify(encode(api.network.document), base64.b64decode(shown["proof"]))
        assert finding.proved == Balance("alpha", RUPEE, int(shown["amount"]))
        assert finding.height == shown["height"] == height
        assert answer.headers["Ledger-Height"] == str(height)
        assert answer.headers["Ledger-Root"] == shown["state_root"]
    assert (await api.get(f"{HOLDING}?at_height={final}")).json["amount"] == "999999995"
    assert (await api.get(f"{HOLDING}?at_height={final - 1}")).json["amount"] == "1000000000"


async def test_all_that_an_account_held_is_listed_as_it_was_after_a_block(api: Api) -> None:
    final = api.network.nodes[api.at].chain.final.height
    path = "/v1/accounts/alpha/holdings"
    for height in range(1, final + 1):
        answer = await api.get(f"{path}?at_height={height}")
        if answer.status == 404:
            assert (await api.get(f"{HOLDING}?at_height={height}")).status == 404
            continue
        assert answer.headers["Ledger-Height"] == str(height)
        for shown in answer.json:
            single = f"{path}/{shown['instrument']}?at_height={height}"
            assert (await api.get(single)).json == shown
    (closed,) = (await api.get(f"{path}?as_of=2026-01-01&proof=true")).json
    finding = verify(encode(api.network.document), base64.b64decode(closed["proof"]))
    assert isinstance(finding.proved, ClosingBalance)
    assert (closed["as_of"], closed["instrument"]) == ("2026-01-01", RUPEE)


async def test_what_did_not_exist_yet_is_not_found_without_a_proof(api: Api) -> None:
    assert (await api.get(f"{HOLDING}?at_height=1")).json["code"] == "not_found"
    assert (await api.get(f"{HOLDING}?at_height=1&proof=true")).json["amount"] == "0"


async def test_a_height_that_is_not_final_yet_is_said_to_be_so(api: Api) -> None:
    final = api.network.nodes[api.at].chain.final.height
    answer = await api.get(f"{HOLDING}?at_height={final + 1}")
    assert (answer.status, answer.json["code"]) == (503, "behind")
    assert answer.json["figures"] == {"have": str(final), "need": str(final + 1)}


async def test_a_state_that_is_not_kept_is_gone_and_those_that_are_kept_are_named(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    node = api.network.nodes[api.at]
    final = node.chain.final.height
    monkeypatch.setattr(Store, "first_height", final)
    for query in ("at_height=1&proof=true", "as_of=2026-01-01"):
        answer = await api.get(f"{HOLDING}?{query}")
        assert (answer.status, answer.json["code"]) == (410, "pruned")
        assert answer.json["figures"]["first"] == answer.json["figures"]["last"] == str(final)
    assert (await api.get(f"{HOLDING}?at_height={final}")).status == 200


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/v1/days/2026-01-03", 404, "not_found"),
        ("/v1/days/20260101", 400, "malformed_request"),
        ("/v1/days/2026-13-01", 400, "malformed_request"),
        ("/v1/days/1969-12-31", 400, "malformed_request"),
        ("/v1/days/yesterday", 400, "malformed_request"),
        ("/v1/days/2026-01-01/instruments/USD", 404, "not_found"),
        ("/v1/days/2026-01-02/instruments/PKR", 404, "not_found"),
        (f"{HOLDING}?as_of=2026-01-03", 404, "not_found"),
        (f"{HOLDING}?as_of=today", 400, "malformed_request"),
        (f"{HOLDING}?at_height=-1", 400, "malformed_request"),
        (f"{HOLDING}?at_height=x", 400, "malformed_request"),
        (f"{HOLDING}?at_height=1&as_of=2026-01-01", 400, "malformed_request"),
        (f"{HOLDING}?at_height=0", 404, "not_found"),
    ],
)
async def test_what_cannot_be_shown_is_a_problem(
    api: Api, path: str, status: int, code: str
) -> None:
    answer = await api.get(path)
    assert (answer.status, answer.json["code"]) == (status, code)
