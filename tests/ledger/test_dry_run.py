"""A dry run lists all that speaks against a transaction; execution names the first of it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from amanat.ledger.dates import DAY_MS
from amanat.ledger.dry_run import WORK_MAX, Draft, DryRun
from amanat.ledger.encoding import decode, encode
from amanat.ledger.governance.participants import Role, Standing
from amanat.ledger.operations import (
    AnyOperation,
    Approve,
    CloseDay,
    DeliverVersusPayment,
    Issue,
    Propose,
    Redeem,
    SetPolicy,
    SetRoles,
    SetStanding,
    Transfer,
    WithdrawProposal,
)
from amanat.ledger.receipts import Applied, Rejected
from amanat.ledger.rejections import DoorCode, DoorRefusal, RejectionCode
from amanat.ledger.transactions import SignedTransaction
from tests.ledger.desk import Desk, desk_with_market
from tests.ledger.world import BILL, RUPEE, START, account, holder, policy, public_key

LATE = START + 20 * DAY_MS
ISSUE = Issue(BILL, "mof-house", 500_000)


@pytest.fixture
def desk() -> Desk:
    return desk_with_market()


def rehearse(desk: Desk, signers: str, *operations: AnyOperation) -> DryRun:
    envelope = desk.writer.sign(signers.split(", "), *operations)
    return desk.leader.rehearse(envelope, now=desk.time)


def found(run: DryRun) -> list[tuple[int, str]]:
    return [(each.operation, each.refused.code.value) for each in run.refusals]


def draft(envelope: bytes, *kept: int) -> bytes:
    """Return the transaction with only these of its signatures."""
    signed = decode(envelope, SignedTransaction)
    return encode(Draft(signed.body, tuple(signed.signatures[index] for index in kept)))


def test_what_would_pass_is_told_in_words_and_events(desk: Desk) -> None:
    order = Transfer("alpha", "beta", RUPEE, 7)
    run = rehearse(desk, "alpha", order)
    assert run.passes
    assert run.sentences == ("transfer PKR 0.07 from alpha to beta",)
    assert list(run.events) == desk.do("alpha", order)


def test_it_changes_nothing(desk: Desk) -> None:
    before, tip = dict(desk.leader.tip.tree.items()), desk.leader.tip
    rehearse(desk, "alpha", Transfer("alpha", "beta", RUPEE, 7))
    rehearse(desk, "alpha", Transfer("alpha", "beta", RUPEE, 10**12))
    assert desk.leader.tip == tip
    assert dict(desk.leader.tip.tree.items()) == before
    desk.do("alpha", Transfer("alpha", "beta", RUPEE, 10**9))


def test_every_signature_that_lacks_and_every_rule_that_refuses_is_listed(desk: Desk) -> None:
    desk.do("mof, sbp", SetStanding("gamma", Standing.SUSPENDED))
    deal = DeliverVersusPayment("mof-house", "gamma", BILL, 10**10 + 1, RUPEE, 2 * 10**9)
    run = rehearse(desk, "alpha", deal)
    assert found(run) == [
        (0, "missing_signature"),
        (0, "missing_signature"),
        (0, "not_a_multiple"),
        (0, "insufficient_holding"),
        (0, "suspended"),
        (0, "insufficient_holding"),
        (0, "suspended"),
    ]
    assert run.refusals[3].refused.figures == {
        "account": "mof-house",
        "instrument": BILL,
        "have": 5 * 10**9,
        "need": 10**10 + 1,
    }
    assert run.events == ()


def test_an_operation_that_cannot_go_on_does_not_hide_the_next(desk: Desk) -> None:
    run = rehearse(
        desk,
        "alpha",
        Transfer("nobody", "alpha", RUPEE, 1),
        Transfer("alpha", "alpha", RUPEE, 1),
        Transfer("alpha", "beta", RUPEE, 1),
        CloseDay(1),
    )
    assert found(run) == [
        (0, "unknown_account"),
        (1, "same_account"),
        (3, "missing_approval"),
        (3, "wrong_day"),
    ]
    assert [event.operation for event in run.events] == [2]


def test_a_later_operation_is_tried_on_what_the_earlier_left(desk: Desk) -> None:
    orders = (
        holder("delta"),
        account("delta", "delta", "custodian-a"),
        Transfer("alpha", "delta", RUPEE, 10),
    )
    assert found(rehearse(desk, "custodian-a", *orders)) == [(2, "missing_signature")]
    assert rehearse(desk, "alpha, custodian-a", *orders).passes


def test_all_that_refuses_a_proposal_refuses_its_approval(desk: Desk) -> None:
    acts = (ISSUE, Transfer("mof-house", "alpha", BILL, 6 * 10**9), CloseDay(1))
    proposal = desk.propose("mof", acts, LATE)
    run = rehearse(desk, "sbp", Approve(proposal))
    assert found(run) == [(0, "insufficient_holding"), (0, "wrong_day")]
    assert desk.refused("sbp", Approve(proposal))[0] == RejectionCode.INSUFFICIENT_HOLDING


def test_an_approval_that_completes_nothing_passes(desk: Desk) -> None:
    proposal = desk.propose("cdc", [ISSUE], LATE)
    run = rehearse(desk, "mof", Approve(proposal))
    assert (run.passes, [event.name for event in run.events]) == (True, ["approval-added"])


def test_keys_that_have_not_signed_yet_are_named_and_count_as_if_they_had(desk: Desk) -> None:
    envelope = desk.writer.sign(["mof", "sbp"], ISSUE)
    signers = sorted(map(public_key, ("mof", "sbp")))
    for kept in ((), (0,), (1,)):
        run = desk.leader.rehearse(draft(envelope, *kept), now=desk.time)
        assert run.refusals == ()
        assert [(each.code, each.figures["key"]) for each in run.door] == [
            (DoorCode.BAD_SIGNATURE, key.hex())
            for index, key in enumerate(signers)
            if index not in kept
        ]
    assert desk.leader.rehearse(draft(envelope, 0, 1), now=desk.time).passes


def test_a_signature_in_the_wrong_place_is_none(desk: Desk) -> None:
    envelope = desk.writer.sign(["mof", "sbp"], ISSUE)
    run = desk.leader.rehearse(draft(envelope, 1, 0), now=desk.time)
    assert [each.code for each in run.door] == [DoorCode.BAD_SIGNATURE] * 2
    single = desk.writer.sign(["alpha"], Transfer("alpha", "beta", RUPEE, 1))
    run = desk.leader.rehearse(draft(single, 0, 0), now=desk.time)
    assert [(each.code, each.figures) for each in run.door] == [(DoorCode.MALFORMED, {"have": 1})]


def test_the_door_is_rehearsed_as_well(desk: Desk) -> None:
    order = Transfer("alpha", "beta", RUPEE, 1)
    envelope = desk.writer.sign(["alpha", "stranger"], order)
    late = desk.leader.rehearse(envelope, now=desk.time + 2 * DAY_MS)
    assert [each.code for each in late.door] == [DoorCode.EXPIRED, DoorCode.UNKNOWN_KEY]
    sent = desk.writer.sign(["alpha"], order)
    desk.submit(sent)
    again = desk.leader.rehearse(sent, now=desk.time)
    assert [each.code for each in again.door] == [DoorCode.ALREADY_EXECUTED]


@pytest.mark.parametrize("envelope", [b"", b"\xc1", encode([b"", []]), encode([b"\x90", [], 1])])
def test_what_is_no_transaction_is_refused(desk: Desk, envelope: bytes) -> None:
    with pytest.raises(DoorRefusal) as refused:
        desk.leader.rehearse(envelope, now=desk.time)
    assert refused.value.code is DoorCode.MALFORMED


def test_what_is_too_long_is_refused_before_it_is_read(desk: Desk) -> None:
    with pytest.raises(DoorRefusal) as refused:
        desk.leader.rehearse(bytes(1024 * 1024 + 1), now=desk.time)
    assert refused.value.code is DoorCode.TOO_LARGE


def test_work_is_bounded_and_that_of_proposals_counts(desk: Desk) -> None:
    tried = Transfer("alpha", "beta", RUPEE, 1)
    assert rehearse(desk, "alpha", *[tried] * WORK_MAX).passes
    with pytest.raises(DoorRefusal) as refused:
        rehearse(desk, "alpha", *[tried] * (WORK_MAX + 1))
    assert refused.value.code is DoorCode.TOO_MANY_OPERATIONS
    assert refused.value.figures == {"may": WORK_MAX}
    with pytest.raises(DoorRefusal):
        rehearse(desk, "gamma", Propose((tried,) * 600, LATE), Propose((tried,) * 401, LATE))
    proposal = desk.propose("gamma", [tried] * 600, LATE)
    with pytest.raises(DoorRefusal):
        rehearse(desk, "alpha", Approve(proposal), Approve(proposal))
    assert rehearse(desk, "alpha", Approve(proposal)).passes


ACTS: list[AnyOperation] = [
    Transfer("alpha", "beta", RUPEE, 400_000_000),
    Transfer("beta", "gamma", RUPEE, 1_300_000_000),
    Transfer("gamma", "gamma", RUPEE, 1),
    Transfer("alpha", "nobody", RUPEE, 1),
    Transfer("mof-house", "alpha", BILL, 500_001),
    DeliverVersusPayment("mof-house", "alpha", BILL, 500_000, RUPEE, 700_000_000),
    DeliverVersusPayment("alpha", "mof-house", BILL, 500_000, RUPEE, 1),
    Issue(RUPEE, "gamma", 5),
    Issue(BILL, "mof-house", 2**63 - 500_001),
    Redeem(RUPEE, "beta", 1_100_000_000, None),
    Redeem(BILL, "mof-house", 500_000, "mof-house"),
    SetStanding("beta", Standing.SUSPENDED),
    SetRoles("custodian-a", (Role.CENTRAL_BANK, Role.CUSTODIAN)),
    SetRoles("sbp", ()),
    SetPolicy(policy("issue/cash", (Role.CENTRAL_BANK, 1), (Role.CUSTODIAN, 1))),
    CloseDay(START // DAY_MS),
    holder("delta"),
    account("delta", "delta", "custodian-a"),
    Transfer("alpha", "delta", RUPEE, 100),
    Propose((ISSUE, Transfer("alpha", "beta", RUPEE, 2 * 10**9)), LATE),
    Propose((SetStanding("gamma", Standing.SUSPENDED),), START - 1),
]
SIGNERS = ["alpha", "beta", "custodian-a", "gamma", "mof", "sbp"]


@settings(max_examples=250, deadline=None)
@given(
    st.lists(st.sampled_from(ACTS) | st.integers(0, 3), min_size=1, max_size=5),
    st.lists(st.sampled_from(SIGNERS), min_size=1, unique=True) | st.just(SIGNERS),
)
def test_it_finds_a_refusal_exactly_where_execution_does_and_the_same_one_first(
    drawn: list[AnyOperation | int], signers: list[str]
) -> None:
    desk, proposals = PREPARED
    operations = [proposals[each] if isinstance(each, int) else each for each in drawn]
    envelope = desk.writer.sign(sorted(signers), *operations)
    run = desk.leader.rehearse(envelope, now=desk.time)
    height = desk.leader.tip.height
    outcome = desk.submit(envelope).outcome
    desk.leader.truncate(height)
    desk.follower.truncate(height)
    if isinstance(outcome, Applied):
        assert run.passes
        assert run.events == outcome.events
    else:
        assert isinstance(outcome, Rejected)
        first = run.refusals[0]
        assert (first.refused.code.value, first.operation) == (outcome.code, outcome.operation)
        assert first.refused.figures == outcome.figures


def prepared() -> tuple[Desk, list[AnyOperation]]:
    """Return a market in which two proposals wait, and what may be done about them."""
    desk = desk_with_market()
    first = desk.propose("mof", [ISSUE, Transfer("mof-house", "alpha", BILL, 500_000)], LATE)
    second = desk.propose("cdc", [Transfer("gamma", "alpha", RUPEE, 10**9)], LATE)
    desk.do("gamma", Transfer("gamma", "beta", RUPEE, 1))
    return desk, [Approve(first), Approve(second), WithdrawProposal(first), Approve(bytes(32))]


PREPARED = prepared()


# For whoever may not know what others hold.


def tried(desk: Desk, envelope: bytes, *assumed: str) -> DryRun:
    """Try it where the keys called so count as if they had signed, and no others."""
    keys = [public_key(name) for name in assumed]
    return desk.leader.rehearse(envelope, now=desk.time, assumed=keys)


def test_keys_of_others_count_only_where_they_signed(desk: Desk) -> None:
    paid = Transfer("alpha", "beta", RUPEE, 1)
    whole = desk.writer.sign(["alpha"], paid)
    body = decode(whole, SignedTransaction).body
    assert tried(desk, whole, "beta").passes
    unsigned = encode(Draft(body, ()))
    assert tried(desk, unsigned, "alpha").refusals == ()
    alone = tried(desk, unsigned, "beta")
    assert [each.code for each in alone.door] == [DoorCode.BAD_SIGNATURE]
    assert (alone.sentences, alone.refusals, alone.events) == ((), (), ())


def test_as_submitted_nothing_is_told_that_waits_for_the_consent_of_others(desk: Desk) -> None:
    mine, others = Transfer("beta", "gamma", RUPEE, 1), Transfer("alpha", "beta", RUPEE, 10**15)
    run = rehearse(desk, "beta", mine, others, mine)
    assert found(run) == [(1, "missing_signature"), (1, "insufficient_holding")]
    told = run.as_submitted()
    assert found(told) == [(1, "missing_signature")]
    assert len(told.sentences) == 1
    assert [each.operation for each in told.events] == [0]


def test_as_submitted_all_is_told_that_only_rules_refuse(desk: Desk) -> None:
    run = rehearse(desk, "beta", Transfer("beta", "gamma", RUPEE, 10**15))
    assert run.as_submitted() == run
