"""Limits are replaced whole, under dual control, and never so that nobody could undo it."""

import msgspec
import pytest

from amanat.ledger.operations import SetParameters
from amanat.ledger.rejections import RejectionCode
from amanat.ledger.state import parameters_of
from tests.ledger.desk import Desk, desk_with_market
from tests.ledger.world import PARAMETERS


@pytest.fixture
def desk() -> Desk:
    return desk_with_market()


def limits(**fields: int) -> SetParameters:
    return SetParameters(msgspec.structs.replace(PARAMETERS, **fields))


def test_the_limits_are_replaced(desk: Desk) -> None:
    operation = limits(operations_max=5_000)
    (event,) = desk.do("mof, sbp", operation)
    assert event.name == "parameters-set"
    assert event.fields == msgspec.structs.asdict(operation.parameters)
    assert parameters_of(desk.state) == operation.parameters


def test_they_hold_from_the_next_block_on(desk: Desk) -> None:
    desk.do("mof, sbp", limits(operations_max=1))
    assert desk.door(desk.writer.sign(["mof", "sbp"], limits(), limits())) == "too_many_operations"
    desk.do("mof, sbp", limits())


@pytest.mark.parametrize("signers", ["mof", "sbp", "alpha", "custodian-a, custodian-b, cdc"])
def test_limits_are_set_under_dual_control(desk: Desk, signers: str) -> None:
    code, figures = desk.refused(signers, limits(operations_max=5_000))
    assert (code, figures["act"]) == (RejectionCode.MISSING_APPROVAL, "set-parameters")


@pytest.mark.parametrize(
    ("name", "least", "problem"),
    [
        (
            "transaction_bytes_max",
            65_536,
            "transaction_bytes_max 65535 would keep out what must be possible: at least 65536",
        ),
        ("validity_max_ms", 60_000, "validity_max_ms must be at least 60000"),
        ("proposal_max_ms", 3_196_800_000, "proposal_max_ms must be at least 3196800000"),
    ],
)
def test_limits_that_lock_everybody_out_are_rejected(
    desk: Desk, name: str, least: int, problem: str
) -> None:
    assert desk.refused("mof, sbp", limits(**{name: least - 1})) == (
        RejectionCode.INVALID_PARAMETERS,
        {"problem": problem},
    )
    desk.do("mof, sbp", limits(**{name: least}))


def test_the_sentence_tells_what_changes(desk: Desk) -> None:
    assert limits(operations_max=5_000).sentence(desk.state) == (
        "change operations_max from 10,000 to 5,000"
    )
    assert limits().sentence(desk.state) == "leave every limit as it is"
