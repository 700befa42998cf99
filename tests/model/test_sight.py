"""With one rule of the ledger switched off, the model sees it.

Each is found within the few seeds given here. What takes more runs than a test may have is left to
the files beside the rule.
"""

from random import Random
from typing import Final

import pytest

from amanat.ledger.checks import attestation
from amanat.ledger.claims import following, free_holdings, holds
from amanat.ledger.days import sealed_totals
from amanat.ledger.holdings import balances
from amanat.ledger.moving import redemption
from amanat.ledger.operations.post_hold import PostHold
from amanat.ledger.orders.legal_orders import LegalOrder
from amanat.ledger.settlement import matching, settling
from tests.model.machine import Ledger
from tests.simulation.mutation import Edit, Mutant, mutated

SEEDS: Final = 12
STEPS: Final = 100


def played_all() -> None:
    """Play the runs of all seeds."""
    for seed in range(SEEDS):
        played(seed)


def played(seed: int) -> None:
    """Play one random run."""
    random, ledger = Random(seed), Ledger()
    for _ in range(STEPS):
        ledger.step_by(random.randint)
    ledger.close()


MUTANTS: Final = (
    Edit(free_holdings.unclaimed, "held.amount - held.reserved", "held.amount"),
    Edit(holds.release_expired, "first.rank <= execution.time", "first.rank < 0"),
    Edit(PostHold.apply, "execution.time >= hold.expires", "False"),
    Edit(balances.readdress, "totals.move(state, before, after, instrument, amount)", "pass"),
    Edit(
        sealed_totals.seal, "state.put(sealed, SEALED_TOTALS, instrument, *figure, last.date)", "0"
    ),
    Edit(attestation._refusals, "execution.today > expires", "False"),
    Edit(LegalOrder.is_in_force, "today <= self.expires", "today <= self.expires + 1"),
    Edit(matching._within_tolerance, "min(one.tolerance", "max(one.tolerance"),
    Edit(following._pass_on, "pledges.put(state, replace(claim, **new))", "pass"),
    Edit(redemption.redeem_for, "if stops and spare > 0:", "if False:"),
    Edit(settling.attempt, "settlement.lapsed(execution.business_date)", "False"),
)


@pytest.mark.parametrize("edit", MUTANTS, ids=lambda edit: str(edit.function.__qualname__))
def test_the_model_sees_a_rule_that_is_switched_off(edit: Edit) -> None:
    with mutated(Mutant("", (edit,), "", SEEDS)), pytest.raises((AssertionError, ValueError)):
        played_all()


def test_the_seeds_find_nothing_in_the_ledger_as_it_is() -> None:
    played_all()
