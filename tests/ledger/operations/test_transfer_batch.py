"""Batches: thousands of transfers under one signature, each checked as if it stood alone."""

import msgspec
import pytest

from amanat.ledger.encoding import EncodingError, decode, encode
from amanat.ledger.governance.participants import Standing
from amanat.ledger.operations import (
    AnyOperation,
    Issue,
    OpenHold,
    Propose,
    SetStanding,
    Transfer,
    TransferBatch,
)
from amanat.ledger.operations.transfer_batch import LINES_MAX, Line
from amanat.ledger.rejections import DoorCode, RejectionCode
from tests.ledger.desk import Desk, desk_with_market
from tests.ledger.world import BILL, PARAMETERS, RUPEE, START

CASH = 1_000_000_000


@pytest.fixture
def desk() -> Desk:
    return desk_with_market()


def batch(*lines: Line, source: str = "alpha", instrument: str = RUPEE) -> TransferBatch:
    return TransferBatch(source, instrument, lines)


def test_every_line_moves_and_is_told(desk: Desk) -> None:
    events = desk.do(
        "alpha",
        batch(Line("beta", 100, "salary/1"), Line("gamma", 200, travel_data=bytes(32))),
    )
    assert desk.held("alpha", RUPEE) == CASH - 300
    assert (desk.held("beta", RUPEE), desk.held("gamma", RUPEE)) == (CASH + 100, CASH + 200)
    assert [event.name for event in events] == ["transferred", "transferred"]
    assert events[0].fields == {
        "source": "alpha",
        "target": "beta",
        "instrument": RUPEE,
        "amount": 100,
        "reference": "salary/1",
    }
    assert events[1].fields["travel_data"] == bytes(32).hex()


def test_a_batch_does_what_its_transfers_would(desk: Desk) -> None:
    other = desk_with_market()
    lines = [("beta", 100), ("gamma", 7), ("beta", 3)]
    desk.do("alpha", batch(*(Line(target, amount) for target, amount in lines)))
    other.do("alpha", *(Transfer("alpha", target, RUPEE, amount) for target, amount in lines))
    for name in ("alpha", "beta", "gamma"):
        assert desk.held(name, RUPEE) == other.held(name, RUPEE)


def test_a_line_that_fails_undoes_those_before_it_and_is_named(desk: Desk) -> None:
    assert desk.refused("alpha", batch(Line("beta", 1), Line("nobody", 1), Line("beta", 1))) == (
        RejectionCode.UNKNOWN_ACCOUNT,
        {"account": "nobody", "line": 1},
    )


def test_lines_out_of_one_account_are_counted_together(desk: Desk) -> None:
    half = CASH // 2
    assert desk.refused(
        "alpha", batch(Line("beta", half), Line("beta", half), Line("beta", 1))
    ) == (
        RejectionCode.INSUFFICIENT_HOLDING,
        {"account": "alpha", "instrument": RUPEE, "have": 0, "need": 1, "line": 2},
    )
    desk.do("alpha", batch(Line("beta", half), Line("beta", half)))


def test_naming_an_account_twice_does_not_walk_around_what_is_held_in_it(desk: Desk) -> None:
    desk.do("alpha", OpenHold("alpha", "gamma", RUPEE, CASH - 10, None, START + 10**7, None))
    assert desk.refused("alpha", batch(Line("beta", 6), Line("beta", 5))) == (
        RejectionCode.INSUFFICIENT_HOLDING,
        {
            "account": "alpha",
            "instrument": RUPEE,
            "have": 4,
            "need": 5,
            "reserved": CASH - 10,
            "line": 1,
        },
    )


def test_naming_an_account_twice_does_not_walk_around_a_suspension(desk: Desk) -> None:
    desk.do("mof, sbp", SetStanding("gamma", Standing.SUSPENDED))
    assert desk.refused("alpha", batch(Line("beta", 1), Line("gamma", 1), Line("gamma", 1))) == (
        RejectionCode.SUSPENDED,
        {"participant": "gamma", "line": 1},
    )


def test_the_source_is_no_target(desk: Desk) -> None:
    assert desk.refused("alpha", batch(Line("alpha", 1))) == (
        RejectionCode.SAME_ACCOUNT,
        {"account": "alpha", "line": 0},
    )


def test_each_line_is_in_whole_units(desk: Desk) -> None:
    """Though the sum of them would be."""
    lines = (Line("alpha", 250_000), Line("beta", 250_000))
    assert desk.refused("mof", batch(*lines, source="mof-house", instrument=BILL)) == (
        RejectionCode.NOT_A_MULTIPLE,
        {"amount": 250_000, "denomination": 500_000, "line": 0},
    )


@pytest.mark.parametrize("signer", ["beta", "custodian-a", "sbp"])
def test_the_owner_of_the_source_signs(desk: Desk, signer: str) -> None:
    assert desk.refused(signer, batch(Line("beta", 1))) == (
        RejectionCode.MISSING_SIGNATURE,
        {"participant": "alpha"},
    )


def test_what_is_unknown_is_named(desk: Desk) -> None:
    assert desk.refused("alpha", batch(Line("beta", 1), source="nobody")) == (
        RejectionCode.UNKNOWN_ACCOUNT,
        {"account": "nobody"},
    )
    assert desk.refused("alpha", batch(Line("beta", 1), instrument="USD")) == (
        RejectionCode.UNKNOWN_INSTRUMENT,
        {"instrument": "USD"},
    )


def test_as_many_lines_as_may_be_settle_in_one_transaction(desk: Desk) -> None:
    desk.do("sbp", Issue(RUPEE, "alpha", LINES_MAX))
    events = desk.do("alpha", batch(*[Line("beta", 1), Line("gamma", 1)] * (LINES_MAX // 2)))
    assert len(events) == LINES_MAX
    assert desk.held("beta", RUPEE) == CASH + LINES_MAX // 2


@pytest.mark.parametrize("lines", [0, LINES_MAX + 1])
def test_a_batch_is_neither_empty_nor_endless(lines: int) -> None:
    with pytest.raises(EncodingError):
        decode(encode(batch(*[Line("beta", 1)] * lines)), AnyOperation)  # type: ignore[arg-type]


def test_many_batches_do_not_walk_around_the_limit_of_operations(desk: Desk) -> None:
    lines = [Line("beta", 1)] * (PARAMETERS.operations_max // 2)
    most = [batch(*lines), batch(*lines)]
    one_more = Transfer("alpha", "beta", RUPEE, 1)
    too_many = desk.writer.sign(["alpha"], *most, one_more)
    assert desk.door(too_many) == DoorCode.TOO_MANY_OPERATIONS
    proposed = Propose((*most, one_more), START + 10**7)
    assert desk.door(desk.writer.sign(["alpha"], proposed)) == DoorCode.TOO_MANY_OPERATIONS
    desk.do("alpha", *most)


def test_a_line_says_all_that_it_has() -> None:
    wire = msgspec.msgpack.decode(encode(batch(Line("beta", 1))))
    assert wire == ["transfer-batch", "alpha", RUPEE, [["beta", 1, None, None]]]


def test_the_sentence_says_how_much_to_how_many(desk: Desk) -> None:
    told = batch(Line("beta", 100), Line("gamma", 100), Line("beta", 50)).sentence(desk.state)
    assert told == "transfer PKR 2.50 from alpha to 2 accounts, in 3 lines"
