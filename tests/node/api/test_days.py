"""Reading business days, and what was sealed when they were closed."""

import pytest

from amanat.ledger.dates import DAY_MS, start_of
from amanat.ledger.operations import CloseDay, Transfer
from tests.ledger.world import BILL, RUPEE, START
from tests.node.conftest import Api

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
    ],
)
async def test_what_cannot_be_shown_is_a_problem(
    api: Api, path: str, status: int, code: str
) -> None:
    answer = await api.get(path)
    assert (answer.status, answer.json["code"]) == (status, code)
