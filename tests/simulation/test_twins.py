"""What is promised against liars, and that more of them than that are named."""

import pytest

from amanat.ledger.authorities import QuorumRule
from tests.simulation.twins import LyingCluster, draw_lying_plan
from tests.simulation.verifying import verify_once

MAJORITY, TWO_THIRDS = QuorumRule.MAJORITY, QuorumRule.TWO_THIRDS
SEEDS = 12


@pytest.mark.parametrize(("size", "liars"), [(4, 1), (7, 2)])
def test_by_two_thirds_nothing_breaks_while_no_more_lie_than_the_rule_bears(
    size: int, liars: int
) -> None:
    verify_once()
    final = 0
    for seed in range(SEEDS):
        cluster = LyingCluster(draw_lying_plan(seed, size=size, rule=TWO_THIRDS), liars)
        assert cluster.plan.authorities.liars_max == liars
        try:
            cluster.run()
        except Exception as error:  # noqa: BLE001 - whatever a run ends with is its finding
            pytest.fail(f"seed {seed}: {type(error).__name__}: {error}")
        assert cluster.accusations() == []
        final += cluster.invariants.final_height
    assert final > SEEDS * 10, "and something becomes final"


@pytest.mark.parametrize(
    ("size", "rule", "liars"), [(4, TWO_THIRDS, 2), (3, MAJORITY, 1), (5, MAJORITY, 2)]
)
def test_with_one_more_liar_the_chain_forks_and_the_records_name_liars_and_nobody_else(
    size: int, rule: QuorumRule, liars: int
) -> None:
    verify_once()
    forks = 0
    for seed in range(SEEDS):
        cluster = LyingCluster(draw_lying_plan(seed, size=size, rule=rule), liars)
        cluster.run()
        for proof in cluster.accusations():
            forks += 1
            named = {evidence.authority for evidence in proof}
            assert named, f"seed {seed}: nobody is named"
            assert named <= cluster.twinned, f"seed {seed}: {named - cluster.twinned} are honest"
    assert forks > 0
