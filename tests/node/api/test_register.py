"""Reading participants, accounts and holdings, with and without proof."""

import base64

import pytest

from amanat.ledger.encoding import encode
from amanat.ledger.operations import Transfer
from amanat.verifier import verify
from amanat.verifier.contents import Balance
from tests.ledger.world import BILL, RUPEE, public_key
from tests.node.conftest import Api

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_a_participant_is_shown_with_its_keys(api: Api) -> None:
    assert (await api.get("/v1/participants/sbp")).json == {
        "name": "sbp",
        "title": "SBP",
        "roles": ["central_bank"],
        "keys": [{"key": public_key("sbp").hex(), "weight": 1, "until": None}],
        "threshold": 1,
        "lei": None,
        "standing": "active",
    }


async def test_an_account_says_nothing_of_the_person_behind_it(api: Api) -> None:
    shown = (await api.get("/v1/accounts/alpha")).json
    assert set(shown) == {"name", "owner", "custodian", "kind", "form", "attestation"}
    attested = {"commitment", "investor_class", "jurisdiction", "tax_class", "expires"}
    assert set(shown["attestation"]) == attested
    assert shown["attestation"]["expires"] == "2035-12-30"
    assert (shown["owner"], shown["custodian"]) == ("alpha", "custodian-a")


async def test_amounts_are_decimal_strings(api: Api) -> None:
    shown = (await api.get(f"/v1/accounts/mof-house/holdings/{BILL}")).json
    assert shown["amount"] == "5000000000"


async def test_every_answer_names_the_height_and_root_that_it_speaks_of(api: Api) -> None:
    answer = await api.get("/v1/accounts/alpha/holdings/PKR")
    assert answer.headers["Ledger-Height"] == str(answer.json["height"])
    assert answer.headers["Ledger-Root"] == answer.json["state_root"]
    node = api.network.nodes[api.at]
    assert answer.json["state_root"] == node.chain.final.tree.root.hex()


@pytest.mark.parametrize(
    ("account", "instrument", "amount"),
    [
        ("mof-house", BILL, 5_000_000_000),
        ("alpha", BILL, 0),
        ("nobody", RUPEE, 0),
        ("alpha", "USD", 0),
    ],
)
async def test_a_holding_or_its_absence_is_proved_against_the_genesis_document_alone(
    api: Api, account: str, instrument: str, amount: int
) -> None:
    shown = (await api.get(f"/v1/accounts/{account}/holdings/{instrument}?proof=true")).json
    assert shown["amount"] == str(amount)
    finding = verify(encode(api.network.document), base64.b64decode(shown["proof"]))
    assert finding.proved == Balance(account, instrument, amount)
    assert finding.height == shown["height"]


async def test_a_list_of_holdings_can_be_proved_item_by_item(api: Api) -> None:
    items = (await api.get("/v1/accounts/alpha/holdings?proof=true")).json
    assert [item["instrument"] for item in items] == [RUPEE]
    for item in items:
        finding = verify(encode(api.network.document), base64.b64decode(item["proof"]))
        assert finding.proved == Balance("alpha", item["instrument"], int(item["amount"]))


async def test_no_proof_is_sent_unless_it_was_asked_for(api: Api) -> None:
    assert "proof" not in (await api.get("/v1/accounts/alpha/holdings/PKR")).json


async def test_what_was_written_at_one_node_is_read_at_another(api: Api) -> None:
    for paid in range(1, 6):
        order = api.network.writer.sign(["alpha"], Transfer("alpha", "gamma", RUPEE, 1))
        done = (await api.post(order, path="/v1/transactions?wait=20")).json
        for name in api.network.names:
            for how in (f"min_height={done['height']}", "consistency=linearizable"):
                shown = await api.get(f"/v1/accounts/gamma/holdings/PKR?{how}", at=name)
                assert shown.json["amount"] == str(1_000_000_000 + paid)


async def test_a_node_that_is_behind_says_by_how_much(api: Api) -> None:
    height = api.network.nodes[api.at].chain.final.height
    answer = await api.get(f"/v1/accounts/alpha?min_height={height + 1000}")
    assert answer.status == 503
    assert answer.json["code"] == "behind"
    assert answer.json["retryable"] is True
    assert answer.json["figures"] == {"have": str(height), "need": str(height + 1000)}
