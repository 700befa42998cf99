"""Governance decides how much a distributor may serve."""

import msgspec
import pytest

from amanat.ledger.custody.limits import (
    LIMITS as TABLE,
)
from amanat.ledger.custody.limits import (
    InstrumentLimit,
    JurisdictionLimit,
    Limits,
    TotalLimit,
)
from amanat.ledger.custody.served import SERVED, served
from amanat.ledger.encoding import encode
from amanat.ledger.governance.participants import Role
from amanat.ledger.operations import Issue, SetLimits, SetRoles, set_limits
from amanat.ledger.rejections import RejectionCode
from amanat.ledger.state import State
from tests.ledger.desk import Desk, desk_with_market
from tests.ledger.exchange import LIMITS, desk_with_exchange, register
from tests.ledger.rules.ruled import FACE, give
from tests.ledger.world import BILL, RUPEE, account, holder


@pytest.fixture
def desk() -> Desk:
    desk = desk_with_market()
    desk.do("mof, sbp", register())
    return desk


def test_the_limits_are_replaced_whole(desk: Desk) -> None:
    (event,) = desk.do("mof, sbp", SetLimits("exchange", LIMITS))
    assert (event.name, event.fields) == ("limits-set", {"distributor": "exchange"})
    assert desk.state.get(TABLE, "exchange") == LIMITS
    other = Limits((TotalLimit(RUPEE, 1),), (), ())
    desk.do("mof, sbp", SetLimits("exchange", other))
    assert desk.state.get(TABLE, "exchange") == other


@pytest.mark.parametrize("signers", ["mof", "sbp", "exchange", "custodian-a, custodian-b, cdc"])
def test_limits_are_set_under_dual_control(desk: Desk, signers: str) -> None:
    code, figures = desk.refused(signers, SetLimits("exchange", LIMITS))
    assert (code, figures["act"]) == (RejectionCode.MISSING_APPROVAL, "set-limits")


def test_a_distributor_that_is_a_custodian_too_registers_its_own_clients() -> None:
    """Its limits hold all the same."""
    desk = desk_with_market()
    desk.do("mof, sbp", register(Role.CUSTODIAN, Role.DISTRIBUTOR), SetLimits("exchange", LIMITS))
    desk.do("exchange", holder("li"), account("li-account", "li", "exchange"))
    desk.do("mof, sbp", Issue(BILL, "li-account", 50 * FACE))
    code, figures = desk.refused("mof, sbp", Issue(BILL, "li-account", 11 * FACE))
    assert code == RejectionCode.DISTRIBUTOR_LIMIT
    assert figures["custodian"] == "exchange"


def test_an_unknown_participant_is_rejected(desk: Desk) -> None:
    assert desk.refused("mof, sbp", SetLimits("nobody", LIMITS)) == (
        RejectionCode.UNKNOWN_PARTICIPANT,
        {"participant": "nobody"},
    )


@pytest.mark.parametrize("name", ["custodian-a", "sbp", "alpha"])
def test_nobody_but_a_distributor_has_limits(desk: Desk, name: str) -> None:
    assert desk.refused("mof, sbp", SetLimits(name, LIMITS)) == (
        RejectionCode.WRONG_ROLE,
        {"participant": name, "need": "distributor"},
    )


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({"totals": LIMITS.totals * 2}, "totals"),
        ({"instruments": (InstrumentLimit(RUPEE, 1), InstrumentLimit(BILL, 1))}, "instruments"),
        (
            {"jurisdictions": tuple(JurisdictionLimit(c, RUPEE, 1) for c in ("GB", "AE"))},
            "jurisdictions",
        ),
    ],
)
def test_limits_are_in_order_each_once(
    desk: Desk, changes: dict[str, tuple[object, ...]], what: str
) -> None:
    limits = msgspec.structs.replace(LIMITS, **changes)
    assert desk.refused("mof, sbp", SetLimits("exchange", limits)) == (
        RejectionCode.INVALID_LIMITS,
        {"distributor": "exchange", "problem": f"{what} must be sorted, each once"},
    )


def test_what_limits_name_is_known_and_cash_where_it_must_be(desk: Desk) -> None:
    unknown = Limits((), (InstrumentLimit("NONE", 1),), ())
    assert desk.refused("mof, sbp", SetLimits("exchange", unknown)) == (
        RejectionCode.UNKNOWN_INSTRUMENT,
        {"instrument": "NONE"},
    )
    for limits in (
        Limits((TotalLimit(BILL, 1),), (), ()),
        Limits((), (), (JurisdictionLimit("AE", BILL, 1),)),
    ):
        assert desk.refused("mof, sbp", SetLimits("exchange", limits)) == (
            RejectionCode.NOT_CASH,
            {"instrument": BILL},
        )


def test_the_first_limits_count_what_is_there_and_the_next_go_on_counting() -> None:
    desk = desk_with_market()
    give(desk, "mof-house", "alpha", 3)
    give(desk, "mof-house", "beta", 4)
    desk.do("mof, sbp", SetRoles("custodian-a", (Role.DISTRIBUTOR,)))
    assert served(desk.state, "custodian-a", RUPEE) == 0
    desk.do("mof, sbp", SetLimits("custodian-a", LIMITS))
    assert served(desk.state, "custodian-a", RUPEE) == 7 * FACE
    assert served(desk.state, "custodian-a", RUPEE, "PK") == 7 * FACE
    desk.do("mof, sbp", SetLimits("custodian-a", LIMITS))
    give(desk, "mof-house", "beta", 1)
    assert served(desk.state, "custodian-a", RUPEE) == 8 * FACE


def test_more_than_one_transaction_can_count_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Alpha and beta hold rupees, and alpha holds the bill: two accounts and three holdings."""
    desk = desk_with_market()
    give(desk, "mof-house", "alpha", 3)
    desk.do("mof, sbp", SetRoles("custodian-a", (Role.DISTRIBUTOR,)))
    monkeypatch.setattr(set_limits, "COUNTED_MAX", 4)
    assert desk.refused("mof, sbp", SetLimits("custodian-a", LIMITS)) == (
        RejectionCode.TOO_MANY_HOLDINGS,
        {"distributor": "custodian-a", "may_be": 4},
    )
    monkeypatch.setattr(set_limits, "COUNTED_MAX", 5)
    desk.do("mof, sbp", SetLimits("custodian-a", LIMITS))
    monkeypatch.setattr(set_limits, "COUNTED_MAX", 0)
    desk.do("mof, sbp", SetLimits("custodian-a", LIMITS))


def test_nothing_is_added_up_for_who_has_no_limits() -> None:
    desk = desk_with_exchange()
    give(desk, "mof-house", "alpha", 1)
    assert not [key for key, _ in desk.leader.tip.tree.items() if SERVED.kind.encode() in key]


def test_a_sum_over_instruments_may_be_larger_than_any_amount() -> None:
    state = State(lambda _: encode((2**80).to_bytes(16)))
    assert served(state, "exchange", RUPEE) == 2**80


def test_the_sentence_says_exactly_what_changes(desk: Desk) -> None:
    first = SetLimits("exchange", LIMITS)
    assert first.sentence(desk.state) == (
        "set the first limits of exchange: "
        "at most PKR 500,000.00 for debt in PKR; "
        f"at most PKR 300,000.00 for holdings of {BILL}; "
        "at most PKR 250,000.00 for debt in PKR of residents of AE"
    )
    desk.do("mof, sbp", first)
    other = Limits(
        (TotalLimit(RUPEE, 120 * FACE),),
        (InstrumentLimit(BILL, 50 * FACE),),
        (JurisdictionLimit("GB", RUPEE, 0),),
    )
    assert SetLimits("exchange", other).sentence(desk.state) == (
        "replace the limits of exchange: "
        "raise debt in PKR from PKR 500,000.00 to PKR 600,000.00; "
        f"lower holdings of {BILL} from PKR 300,000.00 to PKR 250,000.00; "
        "no limit on debt in PKR of residents of AE any more, until now PKR 250,000.00; "
        "at most PKR 0.00 for debt in PKR of residents of GB"
    )
    assert first.sentence(desk.state) == "replace the limits of exchange: leave them as they are"
