"""The rules that a network starts with unless its founders decide otherwise."""

import msgspec
import pytest

from amanat.config.standard_rules import standard_parameters, standard_policies
from amanat.ledger.dates import DAY_MS
from amanat.ledger.governance.participants import Role
from amanat.ledger.governance.policies import Approval
from amanat.ledger.operations import ACTS
from tests.ledger.world import genesis

BY_ACT = {policy.act: policy.approvals for policy in standard_policies()}
BOTH = (Approval(Role.CENTRAL_BANK, 1), Approval(Role.ISSUER, 1))


def test_a_genesis_document_with_them_is_sound() -> None:
    document = msgspec.structs.replace(
        genesis(), policies=standard_policies(), parameters=standard_parameters()
    )
    assert document.problems() == []


def test_policies_are_sorted_by_act_each_once() -> None:
    acts = [policy.act for policy in standard_policies()]
    assert acts == sorted(set(acts))


def test_every_act_that_needs_approval_has_a_policy() -> None:
    assert BY_ACT.keys() == {act for operation in ACTS for act in operation.acts}
    assert all(BY_ACT.values())


@pytest.mark.parametrize(
    "act", ["issue/treasury-bill", "redeem/treasury-bill", "register-participant", "set-roles"]
)
def test_debt_and_participants_are_under_the_control_of_both_institutions(act: str) -> None:
    assert BY_ACT[act] == BOTH


@pytest.mark.parametrize("act", ["issue/cash", "redeem/cash", "register-instrument/cash"])
def test_cash_is_the_central_banks_alone(act: str) -> None:
    assert BY_ACT[act] == (Approval(Role.CENTRAL_BANK, 1),)


def test_a_custodian_registers_its_clients() -> None:
    assert BY_ACT["register-participant/holder"] == (Approval(Role.CUSTODIAN, 1),)


def test_the_limits_fit_each_other() -> None:
    limits = standard_parameters()
    assert limits.transaction_bytes_max <= limits.block_bytes_max
    assert limits.clock_ahead_max_ms < limits.validity_max_ms == 7 * DAY_MS
    assert limits.rejections_per_hour_max > 0
