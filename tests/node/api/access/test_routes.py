"""Every route times every kind of reader: who gets an answer, and that the others learn nothing."""

import asyncio
from typing import Any

import msgspec
import pytest
import structlog

from amanat.ledger.dry_run import Draft
from amanat.ledger.encoding import decode, encode
from amanat.ledger.operations import AnyOperation, Approve, Transfer
from amanat.ledger.transactions import SignedTransaction, transaction_id
from amanat.node.api.access.scopes import IN_PART, PUBLIC
from amanat.node.api.application import ROUTES, create
from tests.ledger.world import BILL, RUPEE, public_key
from tests.node.api.access.confidential import NODE, Confidential
from tests.node.conftest import Answer

pytestmark = pytest.mark.asyncio(loop_scope="package")

UNPROVEN = {None, "suspended", "ended", "dead", "nobody-knows"}
"""Those who say nothing, and keys that do not count: of one suspended, ended, blocked, unknown."""

SUPERVISORS = {"secp", "agp"}
OF_ALPHA = {"alpha", "custodian-b"} | SUPERVISORS
"""Its owner and its custodian. custodian-a was its custodian before."""

STRANGERS = {"beta", "custodian-a", "shop", "cdc", "gamma", "mof", "sbp"}
PROVEN = OF_ALPHA | STRANGERS

READERS: dict[tuple[str, str], tuple[str, set[str]]] = {
    ("GET", f"/v1/accounts/{{account}}{part}"): (f"/v1/accounts/alpha{part}", OF_ALPHA)
    for part in ("", "/holdings", "/orders", "/holds", "/pledges", "/instructions", "/settlements")
} | {
    ("GET", "/v1/accounts/{account}/holdings/{instrument}"): (
        "/v1/accounts/alpha/holdings/PKR?proof=true",
        OF_ALPHA,
    ),
    ("GET", "/v1/participants/{participant}/custody"): (
        "/v1/participants/custodian-b/custody",
        {"custodian-b"} | SUPERVISORS,
    ),
    ("GET", "/v1/settlements/{date}"): ("/v1/settlements/2026-01-05", SUPERVISORS),
    ("GET", "/v1/chain"): ("/v1/chain?from=2", SUPERVISORS),
    ("GET", "/v1/orders/{order}"): ("/v1/orders/court-1", OF_ALPHA | {"sbp"}),
    ("GET", "/v1/proposals/{proposal}"): (
        "/v1/proposals/{proposal}",
        OF_ALPHA | {"mof", "sbp"},
    ),
    ("GET", "/v1/transactions/{transaction}"): (
        "/v1/transactions/{transaction}",
        OF_ALPHA | {"gamma"},
    ),
    ("GET", "/v1/transactions/{transaction}/receipt"): (
        "/v1/transactions/{transaction}/receipt",
        OF_ALPHA | {"gamma"},
    ),
    ("GET", "/v1/statements/{statement}"): ("/v1/statements/holdings?account=alpha", OF_ALPHA),
    ("GET", "/v1/statements/{statement}/manifest"): (
        "/v1/statements/holdings/manifest?custodian=custodian-b",
        {"custodian-b"} | SUPERVISORS,
    ),
    ("POST", "/v1/transactions:simulate"): ("/v1/transactions:simulate", PROVEN),
    ("POST", "/v1/transactions:prepare"): ("/v1/transactions:prepare", PROVEN),
    ("POST", "/v1/tokens"): ("/v1/tokens", PROVEN),
}
"""By route: a request, and who is answered."""

PREPARATION = {
    "operations": [
        {
            "operation": "transfer",
            "source": "beta",
            "target": "alpha",
            "instrument": "PKR",
            "amount": "1",
        }
    ],
    "signers": [public_key("beta").hex()],
}

ABSENT = {
    "/v1/accounts/alpha": "/v1/accounts/nobody",
    "/v1/accounts/alpha/holdings/PKR?proof=true": "/v1/accounts/nobody/holdings/PKR?proof=true",
    "/v1/accounts/alpha/pledges": "/v1/accounts/nobody/pledges",
    "/v1/accounts/alpha/orders": "/v1/accounts/Not%20a%20name/orders",
    "/v1/participants/custodian-b/custody": "/v1/participants/nobody/custody",
    "/v1/orders/court-1": "/v1/orders/court-9",
    "/v1/statements/holdings/manifest?account=alpha": (
        "/v1/statements/holdings/manifest?account=nobody"
    ),
    "/v1/proposals/{proposal}": "/v1/proposals/" + 64 * "0",
}
"""By a request for what is there: one for what is not."""


async def test_every_route_says_who_may_read_it(node: Confidential) -> None:
    """A route beside the table would be served by nobody's leave; a new one must be tested here."""
    assert {(each.method, each.path) for each in ROUTES if each.scope not in (PUBLIC, IN_PART)} == (
        READERS.keys()
    )
    served = {
        (route.method, route.resource.canonical)
        for route in create(node.network.nodes[NODE]).router.routes()
        if route.resource is not None and route.method != "HEAD"
    }
    beside = served - {(each.method, each.path) for each in ROUTES}
    assert beside == set()


async def asked(node: Confidential, key: str | None, method: str, path: str) -> Answer:
    body = None
    if path.endswith(":simulate"):
        body = node.network.writer.sign(["beta"], Transfer("beta", "alpha", RUPEE, 1))
    if path.endswith(":prepare"):
        body = msgspec.json.encode(PREPARATION)
    return await node.ask(key, path.format(**node.names), method=method, body=body)


@pytest.mark.parametrize("route", READERS, ids=" ".join)
async def test_who_is_answered(node: Confidential, route: tuple[str, str]) -> None:
    path, readers = READERS[route]
    for key in sorted(PROVEN | SUPERVISORS):
        answer = await asked(node, key, route[0], path)
        assert answer.status == (200 if key in readers else 403), (key, answer.body)
        if key in readers:
            assert answer.headers["Cache-Control"] == "private, no-store"
        else:
            assert answer.json["code"] == "not_permitted"
    for nobody in UNPROVEN:
        answer = await asked(node, nobody, route[0], path)
        assert answer.status == 401, (nobody, answer.body)
        code = "authentication_required" if nobody is None else "authentication_failed"
        assert answer.json["code"] == code
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")
        assert "created;keyid;nonce" in answer.headers["Accept-Signature"]


def told(answer: Answer) -> dict[str, Any]:
    """Return all that an answer tells, but the id of its request and when it was made."""
    own = {"Date", "Request-Id"}
    headers = {name: value for name, value in answer.headers.items() if name not in own}
    content = {name: value for name, value in answer.json.items() if name != "request_id"}
    return {"status": answer.status, "headers": headers, "content": content}


@pytest.mark.parametrize("path", ABSENT)
async def test_who_may_not_read_a_thing_does_not_learn_whether_it_is_there(
    node: Confidential, path: str
) -> None:
    for key in ("beta", "custodian-a", None):
        there = await asked(node, key, "GET", path)
        not_there = await asked(node, key, "GET", ABSENT[path])
        assert told(there) == told(not_there)
        assert "alpha" not in there.body.decode()
    assert (await node.ask("agp", ABSENT[path])).status in (200, 404)


async def test_the_node_log_names_no_account(
    node: Confidential, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("broken")

    monkeypatch.setattr("amanat.node.api.register.provable.balance", broken)
    with structlog.testing.capture_logs() as logged:
        answer = await node.ask("alpha", "/v1/accounts/alpha/holdings/PKR?proof=true")
    assert answer.status == 500
    (line,) = logged
    assert line["event"] == "api.failed"
    assert line["route"] == "/v1/accounts/{account}/holdings/{instrument}"
    assert "alpha" not in str({name: line[name] for name in line if name != "exc_info"})


async def test_a_distributor_reads_the_accounts_of_its_clients_alone(node: Confidential) -> None:
    for key, status in (("shop", 200), ("delta", 200), ("custodian-b", 403), ("alpha", 403)):
        assert (await node.ask(key, "/v1/accounts/delta/holdings")).status == status


async def test_what_concerns_everybody_is_public(node: Confidential) -> None:
    public = [
        "/v1/instruments",
        f"/v1/instruments/{BILL}/orders",
        "/v1/orders/pause-1",
        "/v1/participants/alpha",
        "/v1/blocks",
        "/v1/blocks/1",
        "/v1/record",
        "/v1/status",
        "/v1/network",
        "/v1/days/2026-01-01",
        "/v1/settlements",
        "/livez",
        "/readyz",
    ]
    for path in public:
        answer = await node.ask(None, path)
        assert answer.status == 200, path


async def test_of_a_closed_day_each_custodian_sees_its_own_line(node: Confidential) -> None:
    path = f"/v1/days/2026-01-01/instruments/{RUPEE}"
    seen = {key: (await node.ask(key, path)).json for key in (None, "custodian-a", "agp", "beta")}
    assert {each["outstanding"] for each in seen.values()} == {"3000000000"}
    assert seen[None]["custodians"] == seen["beta"]["custodians"] == {}
    assert list(seen["custodian-a"]["custodians"]) == ["custodian-a"]
    assert set(seen["agp"]["custodians"]) == {"custodian-a", "custodian-b"}


async def test_of_the_proposals_each_sees_those_that_are_for_it(node: Confidential) -> None:
    wanted = node.names["proposal"]
    for key, sees in ((None, False), ("beta", False), ("alpha", True), ("sbp", True)):
        listed = [each["id"] for each in (await node.ask(key, "/v1/proposals")).json]
        assert (wanted in listed) == sees, key


async def test_a_statement_of_an_instrument_is_for_supervisors_and_supply_for_anyone(
    node: Confidential,
) -> None:
    whole, both = f"instrument={RUPEE}", f"instrument={RUPEE}&custodian=custodian-b"
    for key in ("agp", "secp"):
        assert (await node.ask(key, f"/v1/statements/holdings?{whole}")).status == 200
    for key in ("custodian-b", "sbp", "alpha"):
        assert (await node.ask(key, f"/v1/statements/holdings?{whole}")).status == 403
    assert (await node.ask("custodian-b", f"/v1/statements/holdings?{both}")).status == 200
    assert (await node.ask("custodian-a", f"/v1/statements/holdings?{both}")).status == 403
    assert (
        await node.ask("alpha", "/v1/statements/holdings?account=alpha&custodian=cdc")
    ).status == 403
    assert (await node.ask(None, "/v1/statements/supply")).status == 200
    assert (await node.ask(None, "/v1/statements/holdings")).status == 401


async def test_a_bad_signature_is_refused_also_where_some_is_public(node: Confidential) -> None:
    for path in ("/v1/proposals", "/v1/orders/pause-1"):
        assert (await node.ask("dead", path)).status == 401


def unsigned(node: Confidential, *operations: AnyOperation) -> bytes:
    """Return a draft that alpha is to sign with beta, and nobody has."""
    order = node.network.writer.sign(["alpha", "beta"], *operations)
    return encode(Draft(decode(order, SignedTransaction).body, ()))


async def test_a_dry_run_tells_a_stranger_no_more_than_submitting_would(
    node: Confidential,
) -> None:
    """Else anybody could learn by trials what an account holds."""
    path = "/v1/transactions:simulate"
    mine, others = Transfer("beta", "gamma", RUPEE, 1), Transfer("alpha", "beta", RUPEE, 10**15)
    for key, sentences, codes in (
        ("beta", 1, ["missing_signature"]),
        ("agp", 3, ["insufficient_holding"]),
        ("secp", 3, ["insufficient_holding"]),
    ):
        body = unsigned(node, mine, others, mine)
        tried = (await node.ask(key, path, method="POST", body=body)).json
        assert [each["code"] for each in tried["refusals"]] == codes
        assert len(tried["sentences"]) == sentences
        assert len(tried["events"]) == (1 if key == "beta" else 2)


async def test_a_dry_run_of_a_proposal_is_for_whom_the_proposal_is(node: Confidential) -> None:
    proposal = Approve(bytes.fromhex(node.names["proposal"]))
    for key, status in (("beta", 403), ("sbp", 200), ("agp", 200)):
        body = unsigned(node, proposal)
        path = "/v1/transactions:simulate"
        assert (await node.ask(key, path, method="POST", body=body)).status == status


async def test_a_transaction_that_is_not_known_here_has_nothing_to_hide(
    node: Confidential,
) -> None:
    path = "/v1/transactions/" + 64 * "0"
    assert (await node.ask("beta", path)).json["state"] == "unknown"
    assert (await node.ask(None, path)).status == 401


async def test_who_asked_before_it_was_there_is_checked_when_it_is(node: Confidential) -> None:
    """A stranger that waits for an id is not told what the transaction did."""
    order = node.network.writer.sign(["alpha"], Transfer("alpha", "gamma", RUPEE, 7))
    identifier = transaction_id(decode(order, SignedTransaction).body).hex()
    path = f"/v1/transactions/{identifier}?wait=10"
    waiting = asyncio.create_task(node.ask("beta", path))
    permitted = asyncio.create_task(node.ask("custodian-b", path))
    await asyncio.sleep(0.1)
    await node.network.commit(order)
    assert (await waiting).status == 403
    assert (await permitted).json["state"] == "committed"
