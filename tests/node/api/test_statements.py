"""Statements over HTTP: what they list, that they add up, and that every node makes the same."""

import csv
import io
from collections.abc import AsyncIterator
from hashlib import sha256
from typing import Any

import pytest
import pytest_asyncio

from amanat.ledger.dates import DAY_MS, start_of
from amanat.ledger.encoding import encode
from amanat.ledger.operations import (
    CloseDay,
    DeliverVersusPayment,
    Issue,
    MoveAccount,
    Redeem,
    Transfer,
)
from amanat.node.api import statements
from amanat.node.api.statements import STATEMENTS
from amanat.node.statements.past import NotKept
from amanat.verifier.decoding import Invalid
from amanat.verifier.statements import StatementFound, Total, verify_statement
from tests.ledger.world import BILL, RUPEE, START
from tests.node.conftest import Api

pytestmark = pytest.mark.asyncio(loop_scope="module")

THURSDAY = START // DAY_MS
TEN = 1_000_000_000
"""What each client was issued, in paisa."""


@pytest_asyncio.fixture(scope="module", loop_scope="module", autouse=True)
async def traded(api: Api) -> AsyncIterator[dict[str, int]]:
    """Trade on two business days; the heights of what was done."""
    network = api.network
    heights = {"opened": network.nodes["mof"].chain.final.height}

    async def do(name: str, signers: str, *operations: Any) -> None:
        done = await network.do(signers, *operations)
        assert done.state == "committed", done
        assert done.height is not None
        heights[name] = done.height

    sale = DeliverVersusPayment("mof-house", "alpha", BILL, 500_000, RUPEE, 480_000)
    await do("paid", "alpha", Transfer("alpha", "gamma", RUPEE, 250))
    await do("sold", "mof, alpha", sale)
    network.later_ms += start_of(THURSDAY + 20) - network.now()
    network.writer.valid_until = network.now() + DAY_MS
    await do("closed", "sbp", CloseDay(THURSDAY))
    await do("moved", "alpha, custodian-b", MoveAccount("alpha", "custodian-b"))
    await do("withdrawn", "sbp, alpha", Redeem(RUPEE, "alpha", 100, None))
    await do("issued", "sbp", Issue(RUPEE, "beta", 7))
    await network.level()
    yield heights


async def rows(api: Api, query: str, at: str | None = None) -> list[dict[str, str]]:
    answer = await api.get(f"/v1/statements/{query}", at)
    assert answer.status == 200, answer.body
    return list(csv.DictReader(io.StringIO(answer.body.decode())))


async def manifest(api: Api, query: str, at: str | None = None, **file: Any) -> StatementFound:
    noun, _, rest = query.partition("?")
    path = f"/v1/statements/{noun}/manifest?{rest}"
    answer = await api.get(path, at, Accept="application/octet-stream")
    assert answer.status == 200, answer.body
    document = encode(api.network.document)
    return verify_statement(document, answer.body, lambda *_: None, **file)


def amounts(found: list[dict[str, str]]) -> dict[tuple[str, str], int]:
    return {(row["account"], row["instrument"]): int(row["amount"]) for row in found}


async def test_holdings_of_an_account(api: Api, traded: dict[str, int]) -> None:
    found = await rows(api, f"holdings?account=alpha&at_height={traded['sold']}")
    assert found == [
        {
            "account": "alpha",
            "owner": "alpha",
            "custodian": "custodian-a",
            "instrument": RUPEE,
            "unit": "PKR",
            "amount": "999519750",
            "reserved": "0",
            "quantity": "9995197.50",
        },
        {
            "account": "alpha",
            "owner": "alpha",
            "custodian": "custodian-a",
            "instrument": BILL,
            "unit": "PKR",
            "amount": "500000",
            "reserved": "0",
            "quantity": "5000.00",
        },
    ]


async def test_holdings_at_a_height_are_those_of_then(api: Api, traded: dict[str, int]) -> None:
    query = "holdings?account=alpha&instrument=PKR&at_height="
    for name, held in (("opened", TEN), ("paid", TEN - 250), ("sold", TEN - 480_250)):
        assert amounts(await rows(api, f"{query}{traded[name]}")) == {("alpha", RUPEE): held}
    assert amounts(await rows(api, "holdings?account=alpha&instrument=PKR")) == {
        ("alpha", RUPEE): TEN - 480_350
    }


async def test_holdings_as_of_a_business_day_are_those_after_its_close(
    api: Api, traded: dict[str, int]
) -> None:
    answer = await api.get("/v1/statements/holdings?custodian=custodian-a&as_of=2026-01-01")
    assert answer.headers["Ledger-Height"] == str(traded["closed"])
    assert answer.headers["Content-Disposition"] == (
        'attachment; filename="20260101_holdings_custodian-a.csv"'
    )
    found = list(csv.DictReader(io.StringIO(answer.body.decode())))
    assert amounts(found) == {
        ("alpha", RUPEE): TEN - 480_250,
        ("alpha", BILL): 500_000,
        ("beta", RUPEE): TEN,
    }


async def test_a_custodian_has_the_accounts_that_it_served_then(api: Api) -> None:
    now = amounts(await rows(api, "holdings?custodian=custodian-b"))
    assert now.keys() == {("alpha", RUPEE), ("alpha", BILL), ("gamma", RUPEE)}
    assert amounts(await rows(api, "holdings?custodian=custodian-b&instrument=PKR")).keys() == {
        ("alpha", RUPEE),
        ("gamma", RUPEE),
    }
    assert amounts(await rows(api, "holdings?custodian=cdc")) == {}


async def test_the_sum_of_all_holdings_is_the_supply(api: Api) -> None:
    for instrument, supply in ((RUPEE, 3 * TEN - 93), (BILL, 5_000_000_000)):
        found = amounts(await rows(api, f"holdings?instrument={instrument}"))
        assert sum(found.values()) == supply
        made = await manifest(api, f"holdings?instrument={instrument}")
        assert made.totals == (Total(instrument, supply, supply, "supply"),)
    made = await manifest(api, "holdings?custodian=custodian-b&instrument=PKR")
    assert made.totals == (Total(RUPEE, 2 * TEN - 480_100, 2 * TEN - 480_100, "custodian"),)
    assert (await manifest(api, "holdings?account=beta")).totals == (
        Total(RUPEE, TEN + 7, None, ""),
    )


async def test_what_holders_of_a_bill_are_paid_next_adds_up_to_its_supply(api: Api) -> None:
    found = await rows(api, f"entitlements?instrument={BILL}")
    assert sum(int(row["amount"]) for row in found) == 5_000_000_000
    assert {row["payment"] for row in found} == {"redemption"}
    made = await manifest(api, f"entitlements?instrument={BILL}")
    assert made.totals == (Total(BILL, 5_000_000_000, 5_000_000_000, "supply"),)
    assert await rows(api, f"entitlements?instrument={RUPEE}") == []


async def test_movements_of_an_account(api: Api, traded: dict[str, int]) -> None:
    query = f"movements?account=alpha&from_height={traded['paid']}&to_height={traded['issued']}"
    found = await rows(api, query)
    first = found[0]
    status = (await api.get(f"/v1/transactions/{first['transaction']}")).json
    assert status["height"] == traded["paid"] == int(first["height"])
    assert first["time"].startswith("2026-01-01T")
    del first["transaction"], first["time"]
    assert first == {
        "height": str(traded["paid"]),
        "index": "0",
        "event": "transferred",
        "account": "alpha",
        "instrument": RUPEE,
        "unit": "PKR",
        "direction": "out",
        "amount": "250",
        "quantity": "2.50",
        "counterparty": "gamma",
    }
    shown = [
        (each["event"], each["instrument"], each["direction"], each["amount"]) for each in found
    ]
    assert shown == [
        ("transferred", RUPEE, "out", "250"),
        ("delivered-versus-payment", BILL, "in", "500000"),
        ("delivered-versus-payment", RUPEE, "out", "480000"),
        ("redeemed", RUPEE, "out", "100"),
    ]
    made = await manifest(api, query)
    assert made.totals == (
        Total(BILL, 500_000, 500_000, "change"),
        Total(RUPEE, -480_350, -480_350, "change"),
    )


async def test_movements_of_a_custodian_and_of_an_instrument_add_up(
    api: Api, traded: dict[str, int]
) -> None:
    span = f"from_height=1&to_height={traded['issued']}"
    for subject, total in (
        ("custodian=custodian-b&instrument=PKR", Total(RUPEE, 2 * TEN - 480_100, 0, "change")),
        ("instrument=PKR", Total(RUPEE, 3 * TEN - 93, 0, "change")),
    ):
        made = await manifest(api, f"movements?{subject}&{span}")
        (found,) = made.totals
        assert (found.counted, found.expected) == (total.counted, total.counted)
    both = await rows(api, f"movements?instrument={BILL}&{span}")
    assert [(each["account"], each["direction"]) for each in both] == [
        ("mof-house", "in"),
        ("mof-house", "out"),
        ("alpha", "in"),
    ]


async def test_movements_of_business_days(api: Api, traded: dict[str, int]) -> None:
    query = "movements?account=alpha&from=2026-01-01&to=2026-01-01"
    found = await rows(api, query)
    assert {each["event"] for each in found} == {
        "issued",
        "transferred",
        "delivered-versus-payment",
    }
    made = await manifest(api, query)
    assert dict(made.asked) == {
        "statement": "movements",
        "account": "alpha",
        "from": "2026-01-01",
        "to": "2026-01-01",
        "from_height": "1",
        "to_height": str(traded["closed"]),
    }


async def test_supply(api: Api) -> None:
    found = {each["instrument"]: each for each in await rows(api, "supply")}
    assert set(found) == {RUPEE, BILL}
    assert found[RUPEE] == {
        "instrument": RUPEE,
        "issuer": "sbp",
        "kind": "cash",
        "status": "active",
        "unit": "PKR",
        "issued": str(3 * TEN + 7),
        "redeemed": "100",
        "outstanding": str(3 * TEN - 93),
        "quantity": "29999999.07",
    }
    assert [each["instrument"] for each in await rows(api, "supply?at_height=2")] == [RUPEE]
    made = await manifest(api, "supply?instrument=PKR")
    assert made.totals == (Total(RUPEE, 3 * TEN - 93, 3 * TEN - 93, "supply"),)


@pytest.mark.parametrize("kind", ["csv", "json", "jsonl"])
async def test_every_node_makes_the_same_file_and_signs_for_it(
    api: Api, traded: dict[str, int], kind: str
) -> None:
    query = f"holdings?custodian=custodian-b&at_height={traded['issued']}&format={kind}"
    files = {
        (await api.get(f"/v1/statements/{query}", name)).body for name in ("mof", "sbp", "cdc")
    }
    (file,) = files
    facts = (sha256(file).digest(), len(file))
    header = (await api.get(f"/v1/blocks/{traded['issued']}")).json
    for name in ("mof", "sbp", "cdc"):
        made = await manifest(api, query, name, file=facts)
        assert (made.authority, made.format, made.rows) == (name, kind, 3)
        assert made.height == traded["issued"]
        assert (made.block, made.state_root) == (header["hash"], header["state_root"])
        assert made.file_checked
    with pytest.raises(Invalid, match="SHA-256"):
        await manifest(api, query, file=(sha256(file + b" ").digest(), len(file)))


async def test_a_manifest_comes_in_json_too(api: Api) -> None:
    answer = await api.get("/v1/statements/supply/manifest")
    assert set(answer.json) == {"manifest", "height", "sha256", "rows"}
    assert answer.json["rows"] == 2


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ("bonds?account=alpha", 404, "not_found"),
        ("holdings", 400, "malformed_request"),
        ("holdings?account=alpha&custodian=cdc", 400, "malformed_request"),
        ("holdings?account=nobody", 404, "not_found"),
        ("holdings?custodian=nobody", 404, "not_found"),
        ("holdings?instrument=USD", 404, "not_found"),
        ("holdings?account=-x", 400, "malformed_request"),
        ("holdings?account=alpha&format=xml", 400, "malformed_request"),
        ("holdings?account=alpha&at_height=1000000", 503, "behind"),
        ("holdings?account=alpha&at_height=0", 404, "not_found"),
        ("holdings?account=alpha&as_of=2026-01-03", 404, "not_found"),
        ("holdings?account=alpha&as_of=20260101", 400, "malformed_request"),
        ("holdings?account=alpha&as_of=2026-01-01&at_height=3", 400, "malformed_request"),
        ("holdings?account=alpha&from=2026-01-01", 400, "malformed_request"),
        ("movements?account=alpha", 400, "malformed_request"),
        ("movements?account=alpha&from_height=1", 400, "malformed_request"),
        ("movements?account=alpha&from_height=4&to_height=3", 400, "malformed_request"),
        ("movements?account=alpha&from=2026-01-02&to=2026-01-02", 404, "not_found"),
        (
            "movements?account=alpha&from=2026-01-01&from_height=1&to_height=2",
            400,
            "malformed_request",
        ),
        ("movements?account=alpha&at_height=3&from_height=1&to_height=2", 400, "malformed_request"),
        ("supply?account=alpha", 400, "malformed_request"),
    ],
)
async def test_what_cannot_be_stated_is_a_problem(
    api: Api, query: str, status: int, code: str
) -> None:
    noun, _, rest = query.partition("?")
    for path in (query, f"{noun}/manifest?{rest}"):
        answer = await api.get(f"/v1/statements/{path}")
        assert (answer.status, answer.json["code"]) == (status, code), answer.body


async def test_a_height_that_is_kept_no_more_is_a_problem(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(*_: object) -> None:
        raise NotKept("the state after block 3")

    monkeypatch.setattr(statements, "Statement", gone)
    answer = await api.get("/v1/statements/holdings?account=alpha&at_height=3")
    assert (answer.status, answer.json["code"]) == (410, "pruned")
    assert answer.json["detail"].startswith("the state after block 3 is not kept here")


async def test_a_node_makes_a_few_at_a_time(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    made = api.network.applications["mof"][STATEMENTS]
    monkeypatch.setattr(made.places, "most", 0)
    answer = await api.get("/v1/statements/supply")
    assert (answer.status, answer.json["code"]) == (503, "too_many_statements")


async def test_a_format_that_the_node_cannot_write_is_a_problem(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "pyarrow", None)
    answer = await api.get("/v1/statements/supply?format=parquet")
    assert (answer.status, answer.json["code"]) == (406, "format_not_available")


async def test_a_parquet_file_is_signed_for_by_the_node_that_wrote_it(api: Api) -> None:
    parquet: Any = pytest.importorskip("pyarrow.parquet")
    query = "holdings?instrument=PKR&format=parquet"
    answer = await api.get(f"/v1/statements/{query}")
    assert answer.content_type == "application/vnd.apache.parquet"
    listed = parquet.read_table(io.BytesIO(answer.body)).to_pylist()
    assert listed == await rows(api, "holdings?instrument=PKR")
    made = await manifest(api, query, file=(sha256(answer.body).digest(), len(answer.body)))
    assert made.format == "parquet"
