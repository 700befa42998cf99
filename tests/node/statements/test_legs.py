"""Which events move holdings, and what they move."""

import pytest

from amanat.ledger.receipts import Event
from amanat.node.feed.filters import EVENTS
from amanat.node.statements.legs import ENDS, Leg, legs

MOVES_NOTHING = {
    "account-moved",
    "account-opened",
    "approval-added",
    "attested",
    "authorised-amount-set",
    "authorities-changing",
    "calendar-set",
    "cancellation-asked",
    "ceilings-set",
    "claim-overridden",
    "clients-moved",
    "day-closed",
    "document-added",
    "freeze-followed",
    "hold-followed",
    "hold-opened",
    "hold-voided",
    "instruction-cancelled",
    "instruction-entered",
    "instructions-matched",
    "instrument-activated",
    "instrument-redeemed",
    "instrument-registered",
    "instrument-status-set",
    "keys-blocked",
    "keys-replaced",
    "keys-rotated",
    "learners-changed",
    "limits-set",
    "order-extended",
    "order-lifted",
    "order-registered",
    "parameters-set",
    "participant-registered",
    "paying-agent-set",
    "pledge-followed",
    "pledge-released",
    "pledge-substituted",
    "pledged",
    "policy-set",
    "programs-required",
    "proposal-approved",
    "proposal-executed",
    "proposal-withdrawn",
    "proposed",
    "roles-set",
    "rules-set",
    "settlement-cancelled",
    "settlement-failed",
    "settlement-lapsed",
    "settlements-tried",
    "standing-set",
    "terms-amended",
    "tranche-set",
    "version-scheduled",
    "version-withdrawn",
}
"""Events after which everybody holds what it held before. A new event belongs here or in `ENDS`."""

CASE: dict[str, int | str] = {"instrument": "BILL", "amount": 5}


def cash_of(instrument: str) -> str | None:
    return "PKR" if instrument == "BILL" else None


def test_of_every_event_it_is_known_whether_it_moves_something() -> None:
    assert ENDS.keys() == EVENTS - MOVES_NOTHING
    assert MOVES_NOTHING < EVENTS


@pytest.mark.parametrize(
    ("name", "fields", "moved"),
    [
        ("transferred", {"source": "a", "target": "b"}, [Leg("BILL", "a", "b", 5)]),
        ("force-transferred", {"source": "a", "target": "b"}, [Leg("BILL", "a", "b", 5)]),
        ("hold-posted", {"account": "a", "target": "b"}, [Leg("BILL", "a", "b", 5)]),
        ("pledge-enforced", {"account": "a", "target": "b"}, [Leg("BILL", "a", "b", 5)]),
        ("issued", {"account": "a"}, [Leg("BILL", None, "a", 5)]),
        ("redeemed", {"account": "a", "payer": ""}, [Leg("BILL", "a", None, 5)]),
        ("redeemed", {"account": "a", "payer": "a"}, [Leg("BILL", "a", None, 5)]),
        (
            "redeemed",
            {"account": "a", "payer": "p"},
            [Leg("BILL", "a", None, 5), Leg("PKR", "p", "a", 5)],
        ),
        (
            "delivered-versus-payment",
            {"seller": "a", "buyer": "b", "cash": "PKR", "price": 3},
            [Leg("BILL", "a", "b", 5), Leg("PKR", "b", "a", 3)],
        ),
        ("instruction-settled", {"deliverer": "a", "receiver": "b"}, [Leg("BILL", "a", "b", 5)]),
        (
            "instruction-settled",
            {"deliverer": "a", "receiver": "b", "payment": "PKR", "paid": 3},
            [Leg("BILL", "a", "b", 5), Leg("PKR", "b", "a", 3)],
        ),
        ("pledged", {"account": "a"}, []),
    ],
)
def test_what_an_event_moves(name: str, fields: dict[str, int | str], moved: list[Leg]) -> None:
    assert list(legs(Event(0, name, CASE | fields), cash_of)) == moved
