"""How a rehearsal goes on, whatever an operation makes of a refusal."""

from collections.abc import Callable, Iterator

import pytest

from amanat.ledger.authorization import Consents, SignatureOf
from amanat.ledger.blocks import Place
from amanat.ledger.holdings.movements import Movement, Purpose
from amanat.ledger.identifiers import EMPTY_DIGEST
from amanat.ledger.moving.posting import post
from amanat.ledger.operation_execution import Execution
from amanat.ledger.rehearsal import Rehearsal
from amanat.ledger.rejections import Refused, RejectionCode
from amanat.ledger.state import State
from tests.ledger.desk import desk_with_market
from tests.ledger.world import RUPEE, START

TREE = desk_with_market().leader.tip.tree
PLACE = Place(EMPTY_DIGEST, 1, START)
POOR = 10**12


def rehearsal() -> Rehearsal:
    state = State(TREE.get)
    return Rehearsal(state, PLACE, Consents(state, START, {}), transaction=EMPTY_DIGEST, keys=())


def move(execution: Execution, *amounts: int, target: str = "beta") -> None:
    cash, source = execution.instrument(RUPEE), execution.account("alpha")
    to = execution.account(target)
    post(execution, *(Movement(Purpose.TRANSFER, cash, source, to, each) for each in amounts))


def tolerant(execution: Execution, amount: int) -> None:
    """Move an amount if it can be moved, else one unit."""
    mark = execution.state.mark()
    try:
        move(execution, 1, amount)
    except Refused:
        execution.state.rollback(mark)
        move(execution, 1)


def telling(execution: Execution, amount: int) -> None:
    """Refuse with a figure more."""
    try:
        move(execution, amount, amount + 1)
    except Refused as refused:
        raise Refused(refused.code, **refused.figures, line=7) from refused


def needs(run: Rehearsal) -> list[object]:
    return [each.refused.figures.get("need", each.refused.code.value) for each in run.noted]


def attempt(perform: Callable[[Execution, int], None], amount: int) -> Rehearsal:
    run = rehearsal()
    run.attempt(perform, amount)
    return run


def test_every_movement_of_a_post_is_tried() -> None:
    run = attempt(lambda execution, n: move(execution, n, 1, n + 1), POOR)
    assert needs(run) == [POOR, POOR + 1]


def test_what_is_refused_leaves_nothing_behind() -> None:
    run = attempt(lambda execution, n: move(execution, 1, n), POOR)
    assert run.state.changes() == {
        key: value for key, value in run.state.changes().items() if TREE.get(key) == value
    }


def test_an_operation_that_does_without_what_was_refused_is_not_refused() -> None:
    run = attempt(tolerant, POOR)
    assert run.noted == []


def test_what_it_did_without_is_not_told_when_it_is_refused_later() -> None:
    def perform(execution: Execution, amount: int) -> None:
        tolerant(execution, amount)
        raise Refused(RejectionCode.WRONG_DAY)

    assert needs(attempt(perform, POOR)) == ["wrong_day"]


def test_a_refusal_that_was_told_anew_brings_along_what_was_found_beside_it() -> None:
    run = attempt(telling, POOR)
    assert needs(run) == [POOR, POOR + 1]
    assert run.noted[0].refused.figures["line"] == 7


def test_consent_that_lacks_is_noted_and_the_rest_goes_on() -> None:
    def perform(execution: Execution, amount: int) -> None:
        execution.require([SignatureOf("alpha"), SignatureOf("beta")])
        move(execution, amount)

    run = attempt(perform, POOR)
    assert needs(run) == ["missing_signature", "missing_signature", POOR]
    assert run.requirements == [SignatureOf("alpha"), SignatureOf("beta")]


def test_an_operation_hears_that_whoever_must_sign_did_until_the_next() -> None:
    heard: list[list[str]] = []

    def perform(execution: Execution, _: int) -> None:
        heard.append([name for name in ("alpha", "beta") if execution.consents.signs(name)])
        execution.require([SignatureOf("alpha")])
        heard.append([name for name in ("alpha", "beta") if execution.consents.signs(name)])

    run = rehearsal()
    run.attempt(perform, 0)
    run.attempt(perform, 0)
    assert heard == [[], ["alpha"]] * 2
    assert needs(run) == ["missing_signature"] * 2


def test_a_check_that_cannot_be_made_is_the_last_refusal_of_its_kind() -> None:
    def reasons(execution: Execution) -> Iterator[Refused]:
        yield Refused(RejectionCode.WRONG_DAY)
        execution.account("nobody")
        yield Refused(RejectionCode.NOT_CASH)

    run = attempt(lambda execution, _: execution.check(reasons(execution)), 0)
    assert needs(run) == ["wrong_day", "unknown_account"]


def test_execution_itself_stops_at_the_first() -> None:
    state = State(TREE.get)
    execution = Execution(
        state, PLACE, Consents(state, START, {}), transaction=EMPTY_DIGEST, keys=()
    )
    with pytest.raises(Refused) as refused:
        move(execution, POOR, POOR + 1)
    assert refused.value.figures["need"] == POOR
