"""Whatever moves, no cap is exceeded; the sums here are made anew from who holds what."""

from collections import defaultdict
from collections.abc import Iterator

from hypothesis import given, settings
from hypothesis import strategies as st

from amanat.ledger.custody.accounts import Account, InvestorClass
from amanat.ledger.operations import AnyOperation, Issue, Transfer
from amanat.ledger.receipts import Applied
from amanat.ledger.rules import (
    CustodianCap,
    HolderCap,
    HolderCount,
    HolderShare,
    JurisdictionCap,
    MinimumHolding,
    Period,
    ShareAbroad,
    Velocity,
)
from amanat.ledger.state import ACCOUNTS
from tests.ledger.desk import Desk
from tests.ledger.rules.ruled import FACE, OWNERS, ruled
from tests.ledger.world import BILL

RULES = (
    CustodianCap(14 * FACE),
    HolderCap(9 * FACE),
    HolderCount(4),
    HolderShare(InvestorClass.CORPORATE, 7),
    JurisdictionCap("AE", 6 * FACE),
    MinimumHolding(2 * FACE),
    ShareAbroad(8),
    Velocity(Period.DAY, 12 * FACE),
)
NAMES = ("mof-house", "alpha", "alpha-2", "beta", "gamma", "delta", "omega")

accounts = st.sampled_from(NAMES)
pieces = st.integers(1, 10)
transfers = st.builds(
    lambda source, target, count: Transfer(source, target, BILL, count * FACE),
    st.just("mof-house") | accounts,
    accounts,
    pieces,
)
issues = st.builds(lambda target, count: Issue(BILL, target, count * FACE), accounts, pieces)


def excesses(desk: Desk, given_away: dict[str, int]) -> Iterator[str]:
    """Yield every cap that is exceeded."""
    by_owner: dict[str, int] = defaultdict(int)
    by_custodian: dict[str, int] = defaultdict(int)
    by_country: dict[str, int] = defaultdict(int)
    for name in NAMES:
        account: Account | None = desk.state.get(ACCOUNTS, name)
        assert account is not None
        held = desk.held(name, BILL) // FACE
        by_owner[account.owner] += held
        by_custodian[account.custodian] += held
        by_country[account.attestation.jurisdiction] += held
    outstanding = sum(by_owner.values())
    del by_owner["mof"], by_custodian["mof"]
    held_by_some = [held for held in by_owner.values() if held]
    if max(by_owner.values()) > 9:
        yield f"a holder has {by_owner}"
    if max(by_owner[name] for name in ("alpha", "beta", "gamma")) * 10_000 > 7 * outstanding:
        yield f"a company has {by_owner} of {outstanding}"
    if held_by_some and min(held_by_some) < 2:
        yield f"a holder has less than the minimum: {by_owner}"
    if len(held_by_some) > 4:
        yield f"too many hold it: {by_owner}"
    if max(by_custodian.values()) > 14:
        yield f"a custodian serves {by_custodian}"
    if by_country["AE"] > 6:
        yield f"the Emirates hold {by_country}"
    if (outstanding - by_country["PK"]) * 10_000 > 8 * outstanding:
        yield f"abroad is held {by_country}"
    if any(amount > 12 * FACE for amount in given_away.values()):
        yield f"given away are {given_away}"


@settings(max_examples=25, deadline=None)
@given(st.lists(transfers | issues, min_size=20, max_size=40))
def test_no_cap_is_exceeded_at_any_moment(operations: list[AnyOperation]) -> None:
    desk = ruled(*RULES)
    given_away: dict[str, int] = defaultdict(int)
    for operation in operations:
        signers = ["mof", "sbp", "alpha", "beta", "gamma", "delta", "omega"]
        outcome = desk.submit(desk.writer.sign(signers, operation)).outcome
        if isinstance(operation, Transfer) and isinstance(outcome, Applied):
            giver = OWNERS.get(operation.source, operation.source)
            receiver = OWNERS.get(operation.target, operation.target)
            if giver not in (receiver, "mof"):
                given_away[giver] += operation.amount
        assert list(excesses(desk, given_away)) == []
