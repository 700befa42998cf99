"""Which events of a transaction a reader sees."""

import pytest
from msgspec.structs import replace

from amanat.ledger.governance.participants import Role
from amanat.ledger.operations import (
    AnyOperation,
    CancelSettlement,
    CloseDay,
    Issue,
    Propose,
    Transfer,
    TransferBatch,
)
from amanat.ledger.operations.transfer_batch import Line
from amanat.ledger.receipts import Applied, Event, Receipt, Rejected
from amanat.ledger.settlement.instructions import CancelReason
from amanat.ledger.transactions import CheckedTransaction
from amanat.node.api.access.sight import PUBLIC_EVENTS, Sight
from amanat.node.feed.filters import EVENTS
from tests.ledger.desk import Desk, opened
from tests.ledger.trades import MONDAY, SALE, matched
from tests.ledger.world import BILL, RUPEE, START, genesis, market, participant

SUPERVISORS = (participant("secp", Role.REGULATOR), participant("agp", Role.AUDITOR))
BATCH = TransferBatch("alpha", RUPEE, (Line("beta", 1), Line("gamma", 2)))

OF_ALPHA = ("alpha", "custodian-a", "secp", "agp")
STRANGERS: tuple[str | None, ...] = ("mof", "sbp", "cdc", "nobody", None)


@pytest.fixture
def desk() -> Desk:
    made = Desk(genesis(participants=SUPERVISORS))
    for envelope in market(made.writer):
        made.block([envelope])
    return made


def done(desk: Desk, signers: str, *operations: AnyOperation) -> tuple[Receipt, CheckedTransaction]:
    """Return what became of a transaction, and the transaction."""
    envelope = desk.writer.sign(signers.split(", "), *operations)
    (receipt,) = desk.block([envelope]).receipts
    return receipt, opened(envelope)


def seen(desk: Desk, reader: str | None, of: tuple[Receipt, CheckedTransaction]) -> list[Event]:
    return [event for _, event in Sight(desk.state, reader).events(of[0], lambda: of[1])]


def targets(events: list[Event]) -> list[object]:
    return [event.fields.get("target") for event in events]


def test_the_party_to_one_line_of_a_batch_does_not_see_the_others(desk: Desk) -> None:
    batch = done(desk, "alpha", BATCH)
    for supervisor in OF_ALPHA:
        assert targets(seen(desk, supervisor, batch)) == ["beta", "gamma"], supervisor
    assert targets(seen(desk, "beta", batch)) == ["beta"]
    assert targets(seen(desk, "gamma", batch)) == ["gamma"]
    assert targets(seen(desk, "custodian-b", batch)) == ["gamma"]
    for stranger in STRANGERS:
        assert seen(desk, stranger, batch) == [], stranger


def test_each_event_keeps_its_index(desk: Desk) -> None:
    receipt, content = done(desk, "alpha", BATCH)
    told = list(Sight(desk.state, "gamma").events(receipt, lambda: content))
    assert [index for index, _ in told] == [1]


def test_everything_is_seen_where_anyone_may_read(desk: Desk) -> None:
    receipt, content = done(desk, "alpha", BATCH)
    sight = Sight(desk.state, None, everything=True)
    assert len(list(sight.events(receipt, lambda: content))) == 2


def test_who_signed_sees_what_touches_no_account_of_its_own(desk: Desk) -> None:
    issued = done(desk, "sbp", Issue(RUPEE, "alpha", 7))
    assert [event.name for event in seen(desk, "sbp", issued)] == ["issued"]
    assert seen(desk, "mof", issued) == []


def test_what_names_no_account_is_for_whom_the_operations_concern(desk: Desk) -> None:
    proposed = done(desk, "mof", Propose((Issue(BILL, "alpha", 500_000),), START + 10**9))
    for reader in ("mof", "alpha", "custodian-a", "secp"):
        assert [event.name for event in seen(desk, reader, proposed)][:1] == ["proposed"], reader
    for stranger in ("beta", "custodian-b", None):
        assert seen(desk, stranger, proposed) == [], stranger


def test_of_a_transaction_for_many_nobody_sees_what_is_about_others(desk: Desk) -> None:
    """An account that an event names opens no other event of the transaction."""
    receipt, _ = done(desk, "alpha", BATCH)
    tried = Event(0, "settlements-tried", {"settled": 2, "failed": 1})
    assert isinstance(receipt.outcome, Applied)
    outcome = Applied((*receipt.outcome.events, tried))
    both = Receipt(receipt.transaction, receipt.envelope, outcome)
    by_sbp = opened(desk.writer.sign(["sbp"], CloseDay(0)))
    told = Sight(desk.state, "gamma").events(both, lambda: by_sbp)
    assert [event.name for _, event in told] == ["transferred"]


def test_both_sides_are_told_of_a_settlement_whoever_signs(desk: Desk) -> None:
    settlement = matched(desk, replace(SALE, settlement_date=MONDAY))
    asked = done(desk, "mof", CancelSettlement(settlement.id, CancelReason.AGREED))
    for reader in ("mof", "alpha", "custodian-a"):
        assert [each.name for each in seen(desk, reader, asked)] == ["cancellation-asked"], reader
    assert seen(desk, "gamma", asked) == []


def test_what_anyone_may_read_anyone_sees_change(desk: Desk) -> None:
    document = Event(0, "document-added", {"instrument": BILL})
    receipt, content = done(desk, "alpha", BATCH)
    outcome = Applied((document,))
    public = Receipt(receipt.transaction, receipt.envelope, outcome)
    told = Sight(desk.state, None).events(public, lambda: content)
    assert list(told) == [(0, document)]


def test_a_receipt_shows_each_reader_what_is_for_it(desk: Desk) -> None:
    receipt, content = done(desk, "alpha", BATCH)
    for reader in ("alpha", "custodian-a", "secp"):
        assert Sight(desk.state, reader).shown(receipt, lambda: content) == receipt, reader
    part = Sight(desk.state, "gamma").shown(receipt, lambda: content)
    assert isinstance(part.outcome, Applied)
    assert [event.fields["target"] for event in part.outcome.events] == ["gamma"]
    assert (part.transaction, part.envelope) == (receipt.transaction, receipt.envelope)


def test_why_a_rule_refused_is_for_those_who_signed(desk: Desk) -> None:
    """Its figures tell what somebody holds, and a counterparty may ask about the transaction."""
    receipt, content = done(desk, "alpha", Transfer("alpha", "gamma", RUPEE, 10**15))
    for reader in ("alpha", "secp"):
        assert Sight(desk.state, reader).shown(receipt, lambda: content) == receipt, reader
    for other in ("gamma", "custodian-b", "beta", None):
        part = Sight(desk.state, other).shown(receipt, lambda: content)
        assert isinstance(part.outcome, Rejected)
        assert (part.outcome.code, part.outcome.figures) == ("insufficient_holding", {}), other


def test_what_was_refused_tells_nothing(desk: Desk) -> None:
    refused = done(desk, "alpha", TransferBatch("alpha", RUPEE, (Line("beta", 10**15),)))
    assert isinstance(refused[0].outcome, Rejected)
    assert seen(desk, "secp", refused) == []


def test_the_transaction_is_not_read_where_the_event_says_enough(desk: Desk) -> None:
    receipt, _ = done(desk, "alpha", BATCH)

    def unread() -> CheckedTransaction | None:
        raise AssertionError("it was read")

    assert len(list(Sight(desk.state, "alpha").events(receipt, unread))) == 2
    assert list(Sight(desk.state, None).events(receipt, unread)) == []


def test_no_public_event_is_unheard_of() -> None:
    assert PUBLIC_EVENTS < EVENTS
