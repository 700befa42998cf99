"""Reading proposals: what they would do, who approved them, what they lack."""

import asyncio
from types import SimpleNamespace

import pytest

from amanat.ledger.dates import DAY_MS
from amanat.ledger.governance.participants import ParticipantKey
from amanat.ledger.operations import Approve, Issue, Propose, ReplaceKeys, WithdrawProposal
from amanat.node.api import list_cursors, proposals
from tests.ledger.world import BILL, public_key
from tests.node.conftest import Api

pytestmark = pytest.mark.asyncio(loop_scope="module")

ISSUE = Issue(BILL, "mof-house", 500_000)


async def propose(api: Api, signers: str, *acts: Issue | ReplaceKeys) -> str:
    expires = api.network.now() + 30 * DAY_MS
    status = await api.network.do(signers, Propose(acts, expires))
    await api.network.level()
    assert status.receipt is not None
    return str(status.receipt.outcome.events[0].fields["proposal"])  # type: ignore[union-attr]


async def test_a_proposal_is_told_in_words_with_what_it_lacks(api: Api) -> None:
    proposal = await propose(api, "mof", ISSUE)
    shown = (await api.get(f"/v1/proposals/{proposal}")).json
    assert (shown["id"], shown["proposer"], shown["status"]) == (proposal, "mof", "open")
    assert shown["sentence"] == "issue PKR 5,000.00 of PK04D2512341 into mof-house"
    assert shown["operations"] == ["issue"]
    (approval,) = shown["approvals"]
    assert (approval["participant"], approval["key"]) == ("mof", public_key("mof").hex())
    assert shown["lacking"] == [
        {
            "code": "missing_approval",
            "figures": {
                "act": "issue/treasury-bill",
                "role": "central_bank",
                "have": "0",
                "need": "1",
            },
        }
    ]
    assert shown in (await api.get("/v1/proposals")).json
    await api.network.do("sbp", Approve(bytes.fromhex(proposal)))
    await api.network.level()
    shown = (await api.get(f"/v1/proposals/{proposal}")).json
    assert (shown["status"], shown["lacking"]) == ("executed", [])
    assert proposal not in [each["id"] for each in (await api.get("/v1/proposals")).json]


async def test_one_whose_notice_runs_says_until_when(api: Api) -> None:
    keys = (ParticipantKey(public_key("new"), 1, None),)
    proposal = await propose(api, "mof, sbp", ReplaceKeys("mof", keys, 1))
    shown = (await api.get(f"/v1/proposals/{proposal}")).json
    assert shown["status"] == "approved"
    assert [each["code"] for each in shown["lacking"]] == ["notice_runs"]
    await api.network.do("sbp", WithdrawProposal(bytes.fromhex(proposal)))
    await api.network.level()
    assert (await api.get(f"/v1/proposals/{proposal}")).json["status"] == "withdrawn"


async def test_the_oldest_come_first_up_to_the_limit(api: Api) -> None:
    made = [await propose(api, "mof", ISSUE) for _ in range(3)]
    listed = [each["id"] for each in (await api.get("/v1/proposals")).json]
    assert [each for each in listed if each in made] == made
    assert len((await api.get("/v1/proposals?limit=2")).json) == 2


async def test_the_list_goes_on_behind_a_cursor(api: Api) -> None:
    made = [await propose(api, "mof", ISSUE) for _ in range(3)]
    whole = [each["id"] for each in (await api.get("/v1/proposals")).json]
    assert whole[-3:] == made
    paged: list[str] = []
    path = "/v1/proposals?limit=2"
    while path:
        page = await api.get(path)
        paged += [each["id"] for each in page.json]
        path = next_page(page.headers)
    assert paged == whole


async def test_a_page_behind_a_proposal_that_waits_no_more_is_not_found(api: Api) -> None:
    first, second = await propose(api, "mof", ISSUE), await propose(api, "mof", ISSUE)
    behind = f"/v1/proposals?after={list_cursors.written(bytes.fromhex(first))}"
    assert [each["id"] for each in (await api.get(behind)).json] == [second]
    await api.network.do("mof", WithdrawProposal(bytes.fromhex(first)))
    await api.network.level()
    refused = await api.get(behind)
    assert (refused.status, refused.json["code"]) == (404, "not_found")


def next_page(headers: dict[str, str]) -> str:
    link = headers.get("Link", "")
    target, _, relation = link.partition(">")
    assert relation == ('; rel="next"' if link else "")
    return target.removeprefix("<")


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/v1/proposals/" + "ab" * 32, 404, "not_found"),
        ("/v1/proposals/xyz", 400, "malformed_request"),
        ("/v1/proposals?after=now", 400, "malformed_request"),
        ("/v1/proposals?after=" + "-" * 42 + "9", 400, "malformed_request"),
        ("/v1/proposals?after=" + "A" * 43, 404, "not_found"),
        ("/v1/proposals?limit=101", 400, "malformed_request"),
    ],
)
async def test_what_cannot_be_shown_is_a_problem(
    api: Api, path: str, status: int, code: str
) -> None:
    answer = await api.get(path)
    assert (answer.status, answer.json["code"]) == (status, code)


async def test_a_list_speaks_of_one_height_though_blocks_become_final_meanwhile(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = await propose(api, "mof", ISSUE), await propose(api, "mof", ISSUE)
    height = api.network.nodes[api.at].chain.final.height
    pause = asyncio.sleep
    approving = [api.network.do("sbp", Approve(bytes.fromhex(second)))]

    async def approve_meanwhile(seconds: float) -> None:
        if approving:
            await approving.pop()
            await api.network.level()
        await pause(seconds)

    monkeypatch.setattr(proposals, "asyncio", SimpleNamespace(sleep=approve_meanwhile))
    answer = await api.get("/v1/proposals")
    monkeypatch.undo()
    assert answer.headers["Ledger-Height"] == str(height)
    lacking = {each["id"]: len(each["lacking"]) for each in answer.json}
    assert lacking[first] == lacking[second] == 1
    again = await api.get(f"/v1/proposals/{second}")
    assert again.json["status"] == "executed"
    assert int(again.headers["Ledger-Height"]) > height
