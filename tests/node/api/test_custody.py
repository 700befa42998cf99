"""Reading the rules of an instrument, and whom a custodian serves within which limits."""

import pytest

from amanat.ledger.custody.accounts import InvestorClass
from amanat.ledger.governance.participants import Standing
from amanat.ledger.operations import (
    AnyOperation,
    MoveClients,
    SetLimits,
    SetRules,
    SetStanding,
    Transfer,
)
from amanat.ledger.rules import InvestorClasses, Period, Velocity
from tests.ledger.exchange import LIMITS, register
from tests.ledger.rules.ruled import FACE
from tests.ledger.world import BILL, RUPEE, account, attestation, holder
from tests.node.conftest import Api

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def commit(api: Api, signers: str, *operations: AnyOperation) -> None:
    envelope = api.network.writer.sign(signers.split(", "), *operations)
    answer = await api.post(envelope, path="/v1/transactions?wait=10")
    assert answer.json["state"] == "committed", answer.json


async def test_the_rules_of_an_instrument_are_told_in_plain_words(api: Api) -> None:
    assert (await api.get(f"/v1/instruments/{RUPEE}/rules")).json == []
    rules = (InvestorClasses((InvestorClass.CORPORATE,)), Velocity(Period.DAY, 100))
    await commit(api, "mof, sbp", SetRules(RUPEE, rules))
    assert (await api.get(f"/v1/instruments/{RUPEE}/rules")).json == [
        {
            "kind": "investor-classes",
            "subject": "",
            "sentence": "the classes of investors that may receive it: corporate",
        },
        {
            "kind": "velocity",
            "subject": "day",
            "sentence": "what a holder may give away in a day: PKR 1.00",
        },
    ]
    await commit(api, "mof, sbp", SetRules(RUPEE, ()))


async def test_a_custodian_without_limits_shows_whom_it_serves(api: Api) -> None:
    assert (await api.get("/v1/participants/custodian-a/custody")).json == {
        "custodian": "custodian-a",
        "accounts": 2,
        "clients": 2,
        "limits": None,
        "successor": None,
    }
    assert (await api.get("/v1/participants/mof/custody")).json["clients"] == 0


async def test_a_distributor_shows_its_limits_and_how_far_they_are_used(api: Api) -> None:
    await commit(api, "mof, sbp", register(), SetLimits("exchange", LIMITS))
    emirates = attestation(jurisdiction="AE")
    await commit(api, "custodian-a", holder("li"))
    await commit(api, "exchange", account("li", "li", "exchange", emirates))
    await commit(api, "mof", Transfer("mof-house", "li", BILL, 7 * FACE))
    shown = (await api.get("/v1/participants/exchange/custody")).json
    assert (shown["accounts"], shown["clients"]) == (1, 1)
    assert shown["limits"] == [
        {"limit": "total", "of": "PKR", "holds": "3500000", "may_hold": "50000000"},
        {"limit": "instrument", "of": BILL, "holds": "3500000", "may_hold": "30000000"},
        {"limit": "jurisdiction", "of": "AE PKR", "holds": "3500000", "may_hold": "25000000"},
    ]
    await commit(api, "mof, sbp", SetStanding("exchange", Standing.SUSPENDED))
    await commit(api, "mof, sbp, custodian-b", MoveClients("exchange", "custodian-b", 9))
    shown = (await api.get("/v1/participants/exchange/custody")).json
    assert (shown["successor"], shown["clients"]) == ("custodian-b", 0)
    assert {limit["holds"] for limit in shown["limits"]} == {"0"}


@pytest.mark.parametrize("path", ["/v1/instruments/NONE/rules", "/v1/participants/nobody/custody"])
async def test_what_is_not_known_is_not_found(api: Api, path: str) -> None:
    answer = await api.get(path)
    assert (answer.status, answer.json["code"]) == (404, "not_found")
