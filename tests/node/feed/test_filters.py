"""Which events a filter lets through."""

import pytest

from amanat.ledger.receipts import Event
from amanat.node.feed.filters import EVENTS, Filter

PAID = Event(
    0,
    "delivered-versus-payment",
    {"seller": "alpha", "buyer": "beta", "instrument": "BILL", "cash": "PKR", "amount": 5},
)
MOVED = Event(0, "clients-moved", {"source": "custodian-a", "target": "custodian-b"})


@pytest.mark.parametrize(
    ("wanted", "lets"),
    [
        (Filter(), True),
        (Filter(account="beta"), True),
        (Filter(account="BILL"), False),
        (Filter(instrument="BILL"), True),
        (Filter(instrument="PKR"), True),
        (Filter(instrument="beta"), False),
        (Filter(names=frozenset(["issued", "delivered-versus-payment"])), True),
        (Filter(names=frozenset(["issued"])), False),
        (Filter(account="alpha", instrument="PKR", names=frozenset([PAID.name])), True),
        (Filter(account="alpha", instrument="USD"), False),
    ],
)
def test_what_is_wanted(wanted: Filter, *, lets: bool) -> None:
    assert wanted.wants(PAID) == lets


def test_a_custodian_is_no_account() -> None:
    assert not Filter(account="custodian-a").wants(MOVED)


def test_every_event_has_a_name_to_ask_for() -> None:
    assert {"transferred", "day-closed", "proposed", "account-moved", "hold-followed"} <= EVENTS
