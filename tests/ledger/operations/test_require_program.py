"""Governance lists the programs that nodes may run, under dual control and with notice."""

import pytest

from amanat.ledger.governance.programs import RequiredPrograms
from amanat.ledger.operations import ExecuteProposal, RequireProgram
from amanat.ledger.receipts import Event
from amanat.ledger.rejections import RejectionCode
from amanat.ledger.state import programs_of
from tests.ledger.desk import Desk, desk_with_market
from tests.ledger.world import NOTICE, START

EXPIRES = START + 10 * NOTICE["require-program"]
OLD, NEW = b"\x0a" * 32, b"\x0b" * 32


@pytest.fixture
def desk() -> Desk:
    return desk_with_market()


def decide(desk: Desk, act: RequireProgram) -> list[Event]:
    """Propose, wait out the notice, execute."""
    proposal = desk.propose("mof, sbp", [act], EXPIRES)
    desk.wait_until(desk.time + NOTICE["require-program"] + 10)
    return desk.do("sbp", ExecuteProposal(proposal))


def test_until_governance_decides_any_program_may_run(desk: Desk) -> None:
    assert programs_of(desk.state) == RequiredPrograms()
    assert programs_of(desk.state).allow(OLD)


def test_the_list_holds_after_its_notice_and_replaces_the_one_before(desk: Desk) -> None:
    events = decide(desk, RequireProgram((OLD, NEW)))
    assert (events[-1].name, events[-1].fields) == (
        "programs-required",
        {"count": 2, "programs": f"{OLD.hex()} {NEW.hex()}"},
    )
    required = programs_of(desk.state)
    assert required.allow(OLD)
    assert required.allow(NEW)
    assert not required.allow(bytes(32))
    decide(desk, RequireProgram((NEW,)))
    assert not programs_of(desk.state).allow(OLD)
    decide(desk, RequireProgram(()))
    assert programs_of(desk.state).allow(OLD)


def test_it_takes_notice_and_dual_control(desk: Desk) -> None:
    assert desk.refused("mof, sbp", RequireProgram((OLD,))) == (
        RejectionCode.MUST_BE_PROPOSED,
        {"act": "require-program", "delay_ms": NOTICE["require-program"]},
    )
    for signers in ("mof", "sbp", "cdc, custodian-a, custodian-b"):
        code, figures = desk.refused(signers, RequireProgram((OLD,)))
        assert (code, figures["act"]) == (RejectionCode.MISSING_APPROVAL, "require-program")


@pytest.mark.parametrize("programs", [(NEW, OLD), (OLD, OLD)])
def test_the_list_is_sorted_and_names_each_once(desk: Desk, programs: tuple[bytes, ...]) -> None:
    envelope = desk.writer.sign(["mof", "sbp"], RequireProgram(programs))
    codes = [each.refused.code for each in desk.leader.rehearse(envelope, now=desk.time).refusals]
    assert codes == [RejectionCode.MUST_BE_PROPOSED, RejectionCode.INVALID_PROGRAMS]


def test_the_sentence_says_what_was_and_what_will_be(desk: Desk) -> None:
    assert RequireProgram((NEW,)).sentence(desk.state) == (
        f"let nodes run no program but {NEW.hex()}, where now they may run any"
    )
    decide(desk, RequireProgram((NEW,)))
    assert RequireProgram(()).sentence(desk.state) == (
        f"let nodes run any program, where now they may run {NEW.hex()}"
    )
