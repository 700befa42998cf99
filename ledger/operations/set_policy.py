"""Set a policy: who must approve an act from now on."""

from collections.abc import Iterable, Iterator

from amanat.ledger.authorization import ApprovalOf, Requirement
from amanat.ledger.governance import constitution
from amanat.ledger.governance.policies import Policy
from amanat.ledger.governance.roles import unfilled
from amanat.ledger.operation_execution import Execution
from amanat.ledger.operations import acts as registry
from amanat.ledger.operations.operation import Operation
from amanat.ledger.rejections import Refused, RejectionCode
from amanat.ledger.state import POLICIES, State
from amanat.ledger.wording import duration


class SetPolicy(Operation, frozen=True, tag="set-policy"):
    """Makes or replaces the policy of an act. A policy is changed only as it itself allows.

    Every act but those delegated by the program takes the approval of an institution with a
    sovereign role, whatever the policy; what a policy asks for must be there to be asked; and some
    operation must ask for the policy.
    """

    signers = "whom the policy `set-policy` asks, and whom the present policy of the act asks"
    acts = ("set-policy",)
    refusals = (RejectionCode.INVALID_POLICY,)
    emits = ("policy-set",)

    policy: Policy

    def requirements(self, execution: Execution) -> Iterable[Requirement]:
        """The policy of policies, and the one that is to go."""
        yield ApprovalOf("set-policy")
        if execution.state.get(POLICIES, self.policy.act) is not None:
            yield ApprovalOf(self.policy.act)

    def apply(self, execution: Execution) -> None:
        """Check it and put it in force."""
        for problem in self._problems(execution.state):
            raise Refused(RejectionCode.INVALID_POLICY, act=self.policy.act, problem=problem)
        execution.state.put(self.policy, POLICIES, self.policy.act)
        execution.emit(
            "policy-set",
            act=self.policy.act,
            approvals=",".join(f"{each.role.value}:{each.count}" for each in self.policy.approvals),
            age_max_ms=self.policy.age_max_ms,
            delay_ms=self.policy.delay_ms,
        )

    def sentence(self, state: State) -> str:
        """Return what it would do."""
        before = state.get(POLICIES, self.policy.act)
        was = "" if before is None else f"; until now {_words(before)}"
        return f"let {self.policy.act} need {_words(self.policy)}{was}"

    def _problems(self, state: State) -> Iterator[str]:
        if not any(self.policy.act in each.acts for each in registry.ACTS):
            yield "no operation asks for it"
        yield from self.policy.problems()
        yield from constitution.policy_problems(self.policy)
        for role in dict.fromkeys(unfilled(state, self.policy.seats)):
            yield f"nobody is there to take every seat of {role.value} that it asks for"


def _words(policy: Policy) -> str:
    asked = " and ".join(
        f"{each.count} {each.role.value.replace('_', ' ')}" for each in policy.approvals
    )
    notice = f", with {duration(policy.delay_ms)} of notice" if policy.delay_ms else ""
    return f"{asked}, each approval good for {duration(policy.age_max_ms)}{notice}"
