"""Trading, attesting anew, changing custodians at random, within a distributor's limits.

The desk recounts every total, sum and list after each block; here the limits are added up anew.
"""

from hypothesis import given, settings
from hypothesis import strategies as st

from amanat.ledger.custody.limits import InstrumentLimit, JurisdictionLimit, Limits, TotalLimit
from amanat.ledger.governance.participants import Standing
from amanat.ledger.operations import (
    AnyOperation,
    Attest,
    Issue,
    MoveAccount,
    MoveClients,
    SetStanding,
    Transfer,
)
from amanat.ledger.state import ACCOUNTS
from tests.ledger.desk import Desk
from tests.ledger.exchange import OTHER_BILL, desk_with_exchange, omnibus
from tests.ledger.rules.ruled import FACE
from tests.ledger.world import BILL, RUPEE, attestation

LIMITS = Limits(
    totals=(TotalLimit(RUPEE, 20 * FACE),),
    instruments=(InstrumentLimit(BILL, 12 * FACE),),
    jurisdictions=(JurisdictionLimit("AE", RUPEE, 9 * FACE),),
)
NAMES = ("alpha", "beta", "gamma", "li", "po", "su", "pool")
SIGNERS = ["mof", "sbp", *NAMES[:-1], "custodian-a", "custodian-b", "exchange"]

accounts = st.sampled_from(NAMES)
bills = st.sampled_from([BILL, BILL, OTHER_BILL])
faces = st.integers(1, 8).map(lambda pieces: pieces * FACE)
custodians = st.sampled_from(["custodian-a", "custodian-b", "exchange"])
operations = st.one_of(
    st.builds(Issue, bills, accounts, faces),
    st.builds(Transfer, accounts, accounts, bills, faces),
    st.builds(MoveAccount, accounts, custodians),
    st.builds(MoveClients, st.just("exchange"), custodians, st.integers(1, 3)),
    st.builds(SetStanding, st.just("exchange"), st.sampled_from(Standing)),
)
attesting = st.builds(
    Attest, accounts, st.sampled_from(["AE", "GB", "PK"]).map(lambda c: attestation(jurisdiction=c))
)


def served(desk: Desk, *, country: str | None = None, bill: str | None = None) -> int:
    """Return how many pieces the exchange serves, adding up accounts one by one."""
    there = []
    for name in NAMES:
        account = desk.state.get(ACCOUNTS, name)
        assert account is not None
        is_there = country in (None, account.attestation.jurisdiction)
        if is_there and account.custodian == "exchange":
            there.append(name)
    kinds = [BILL, OTHER_BILL] if bill is None else [bill]
    return sum(desk.held(name, kind) for name in there for kind in kinds) // FACE


@settings(max_examples=25, deadline=None)
@given(st.lists(operations, min_size=15, max_size=40))
def test_a_distributor_serves_no_more_than_its_limits(drawn: list[AnyOperation]) -> None:
    desk = desk_with_exchange(LIMITS)
    desk.do("exchange", omnibus("pool", "exchange"))
    for operation in drawn:
        desk.submit(desk.writer.sign(SIGNERS, operation))
        assert served(desk) <= 20
        assert served(desk, bill=BILL) <= 12
        assert served(desk, country="AE") <= 9


@settings(max_examples=25, deadline=None)
@given(st.lists(operations | attesting, min_size=15, max_size=40))
def test_what_it_serves_is_what_a_recount_gives_also_where_holders_move(
    drawn: list[AnyOperation],
) -> None:
    """Where a holder is resident is the truth, and may exceed the limit of a country; no other."""
    desk = desk_with_exchange(LIMITS)
    desk.do("exchange", omnibus("pool", "exchange"))
    for operation in drawn:
        desk.submit(desk.writer.sign(SIGNERS, operation))
        assert served(desk) <= 20
        assert served(desk, bill=BILL) <= 12
