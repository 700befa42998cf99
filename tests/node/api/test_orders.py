"""Reading legal orders: one of them, those on an account, and what pauses an instrument."""

import pytest

from amanat.ledger.orders.legal_orders import InstrumentScope
from tests.ledger.court import amount, document, order
from tests.ledger.world import BILL, RUPEE
from tests.node.conftest import Api

pytestmark = pytest.mark.asyncio(loop_scope="module")

SHOWN = {
    "id": "court-1",
    "issued_by": "High Court of Sindh",
    "reference": "Suit court-1",
    "document": document("court-1").hex(),
    "scope": "amount",
    "account": "gamma",
    "instrument": RUPEE,
    "direction": None,
    "amount": "600",
    "seizable": "500",
    "taken": "0",
    "expires": None,
    "entered_by": "sbp",
    "status": "standing",
    "in_force": True,
}


async def test_orders_are_shown_by_account_and_by_instrument(api: Api) -> None:
    freeze = order(amount(600, "gamma"), seizable=500)
    signed = api.network.writer.sign(["sbp"], freeze)
    answer = await api.post(signed, path="/v1/transactions?wait=20")
    assert answer.json["state"] == "committed"
    assert (await api.get("/v1/orders/court-1")).json == SHOWN
    assert (await api.get("/v1/accounts/gamma/orders")).json == [SHOWN]
    assert (await api.get("/v1/accounts/alpha/orders")).json == []
    pause = api.network.writer.sign(["mof", "sbp"], order(InstrumentScope(BILL), "pause-1"))
    await api.post(pause, path="/v1/transactions?wait=20")
    (paused,) = (await api.get(f"/v1/instruments/{BILL}/orders")).json
    assert (paused["id"], paused["scope"], paused["account"]) == ("pause-1", "instrument", None)


@pytest.mark.parametrize(
    "path", ["/v1/orders/court-9", "/v1/accounts/nobody/orders", "/v1/instruments/USD/orders"]
)
async def test_what_is_unknown_is_not_found(api: Api, path: str) -> None:
    assert (await api.get(path)).status == 404
