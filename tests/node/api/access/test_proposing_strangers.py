"""Anybody may propose anything; nobody learns by that what it may not read."""

from typing import Any

import pytest

from amanat.ledger.dates import DAY_MS
from amanat.ledger.dry_run import Draft
from amanat.ledger.encoding import decode, encode
from amanat.ledger.operations import (
    AnyOperation,
    Approve,
    Issue,
    MoveAccount,
    OpenHold,
    Pledge,
    PostHold,
    Propose,
    ReleasePledge,
    SubstitutePledge,
    Transfer,
    WithdrawProposal,
)
from amanat.ledger.transactions import SignedTransaction
from tests.ledger.world import BILL, RUPEE
from tests.node.api.access.confidential import Confidential

pytestmark = pytest.mark.asyncio(loop_scope="package")

SIMULATE = "/v1/transactions:simulate"
HIDDEN = "what it is about is not for this reader"


async def proposed(node: Confidential, by: str, *operations: Any) -> str:
    """Return the id of what was proposed with these keys."""
    expires = node.network.now() + DAY_MS
    return str((await events(node, by, Propose(operations, expires)))["proposal"])


async def events(node: Confidential, by: str, operation: AnyOperation) -> dict[str, Any]:
    """Return the fields of the first event of an operation."""
    done = await node.network.do(by, operation)
    assert done.receipt is not None
    return dict(done.receipt.outcome.events[0].fields)  # type: ignore[union-attr]


async def seen(node: Confidential, key: str | None, proposal: str) -> dict[str, Any]:
    answer = await node.ask(key, f"/v1/proposals/{proposal}")
    return answer.json if answer.status == 200 else {"status": answer.status}


async def pledge(node: Confidential, reference: str) -> bytes:
    """Return the id of what alpha pledges to gamma."""
    made = await events(node, "alpha", Pledge("alpha", RUPEE, 7, "gamma", reference))
    return bytes.fromhex(str(made["pledge"]))


def codes(view: dict[str, Any]) -> list[str]:
    return [each["code"] for each in view["lacking"]]


async def test_who_proposes_of_others_does_not_learn_what_they_hold(node: Confidential) -> None:
    """The figures of a refusal would tell it."""
    wanted = await proposed(node, "beta", Transfer("alpha", "beta", RUPEE, 10**15))
    for key, found in (
        ("beta", ["missing_signature"]),
        ("alpha", ["missing_signature", "insufficient_holding"]),
        ("agp", ["missing_signature", "insufficient_holding"]),
    ):
        assert codes(await seen(node, key, wanted)) == found, key
    (listed,) = [
        each for each in (await node.ask("beta", "/v1/proposals")).json if each["id"] == wanted
    ]
    assert codes(listed) == ["missing_signature"]


async def test_nor_of_what_follows_something_of_its_own(node: Confidential) -> None:
    mine, others = (
        Transfer("beta", "gamma", RUPEE, 10**15),
        Transfer("alpha", "beta", RUPEE, 10**15),
    )
    wanted = await proposed(node, "gamma", others, mine)
    assert codes(await seen(node, "gamma", wanted)) == 2 * ["missing_signature"]
    assert "insufficient_holding" not in codes(await seen(node, "beta", wanted))


async def test_who_has_to_approve_is_told_all_that_lacks(node: Confidential) -> None:
    wanted = await proposed(node, "mof", Issue(BILL, "alpha", 10**15))
    assert {"missing_approval", "exceeds_authorised"} & set(codes(await seen(node, "sbp", wanted)))
    assert len(codes(await seen(node, "sbp", wanted))) > 1


async def test_a_proposal_that_names_a_thing_by_its_id_is_for_whom_that_concerns(
    node: Confidential,
) -> None:
    """Ids follow from those of transactions, which are public."""
    wanted = await proposed(node, "alpha", ReleasePledge(await pledge(node, "loan-1"), 3))
    for key in ("alpha", "custodian-b", "gamma"):
        assert "in alpha from the pledge to gamma" in (await seen(node, key, wanted))["sentence"]
    assert await seen(node, None, wanted) == {"status": 401}
    for key in ("beta", "custodian-a", "shop"):
        assert await seen(node, key, wanted) == {"status": 403}


async def test_also_when_that_thing_is_there_no_more(node: Confidential) -> None:
    wanted = await proposed(node, "gamma", ReleasePledge(await pledge(node, "loan-2"), 7))
    assert (await seen(node, "gamma", wanted))["status"] == "executed"
    assert await seen(node, None, wanted) == {"status": 401}
    assert await seen(node, "beta", wanted) == {"status": 403}


async def test_a_sentence_does_not_tell_the_proposer_what_it_may_not_read(
    node: Confidential,
) -> None:
    release = ReleasePledge(await pledge(node, "loan-3"), 3)
    held = await events(
        node,
        "alpha",
        OpenHold("alpha", "gamma", RUPEE, 7, None, node.network.now() + DAY_MS, "hold-1"),
    )
    hold = bytes.fromhex(str(held["hold"]))
    for act in (
        release,
        SubstitutePledge(release.pledge, 1, "beta", RUPEE, 1),
        PostHold(hold, 3),
        MoveAccount("alpha", "beta"),
    ):
        wanted = await proposed(node, "beta", act)
        view = await seen(node, "beta", wanted)
        assert view["sentence"] == f"{act.tag()}: {HIDDEN}"
        assert HIDDEN not in (await seen(node, "alpha", wanted))["sentence"]
        assert HIDDEN not in (await seen(node, "agp", wanted))["sentence"]
        for tried in (
            Propose((act,), node.network.now() + DAY_MS),
            Approve(bytes.fromhex(wanted)),
            WithdrawProposal(bytes.fromhex(wanted)),
        ):
            assert await told(node, "beta", tried) in ([], [f"{tried.tag()}: {HIDDEN}"])
            assert HIDDEN not in str(await told(node, "agp", tried))


async def test_who_is_asked_is_told_what_it_is_asked_by_whom_it_is_about(
    node: Confidential,
) -> None:
    wanted = await proposed(node, "alpha", MoveAccount("alpha", "custodian-a"))
    for key in ("alpha", "custodian-a"):
        view = await seen(node, key, wanted)
        assert "custodian-b" in view["sentence"], view
    assert await told(node, "custodian-a", Approve(bytes.fromhex(wanted))) != []
    assert HIDDEN not in str(await told(node, "custodian-a", Approve(bytes.fromhex(wanted))))


async def told(node: Confidential, key: str, operation: AnyOperation) -> list[str]:
    """Return the sentences of a dry run that nobody has signed."""
    order = node.network.writer.sign([key], operation)
    body = encode(Draft(decode(order, SignedTransaction).body, ()))
    answer = await node.ask(key, SIMULATE, method="POST", body=body)
    assert answer.status == 200, answer.body
    return list(answer.json["sentences"])
