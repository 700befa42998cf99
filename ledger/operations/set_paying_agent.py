"""Set who may redeem an instrument in its issuer's place."""

from collections.abc import Iterable

from amanat.ledger.authorization import ApprovalOf, Requirement, SignatureOf
from amanat.ledger.governance.participants import Role
from amanat.ledger.identifiers import InstrumentId, Name
from amanat.ledger.instruments import life_cycle
from amanat.ledger.instruments.instrument import changed
from amanat.ledger.operation_execution import Execution
from amanat.ledger.operations.operation import Operation
from amanat.ledger.rejections import Refused, RejectionCode
from amanat.ledger.state import State


class SetPayingAgent(Operation, frozen=True, tag="set-paying-agent"):
    """Names the paying agent of an instrument, or takes it away.

    The agent may sign a redemption in the issuer's place. It has the role `paying_agent`.
    """

    signers = "the instrument's issuer, and whom the policy `set-paying-agent` asks"
    acts = ("set-paying-agent",)
    refusals = (
        RejectionCode.UNKNOWN_INSTRUMENT,
        RejectionCode.WRONG_STATUS,
        RejectionCode.UNKNOWN_PARTICIPANT,
        RejectionCode.WRONG_ROLE,
    )
    emits = ("paying-agent-set",)

    instrument: InstrumentId
    agent: Name | None

    def requirements(self, execution: Execution) -> Iterable[Requirement]:
        """The issuer and the policy."""
        instrument = execution.instrument(self.instrument)
        return (SignatureOf(instrument.issuer), ApprovalOf("set-paying-agent"))

    def apply(self, execution: Execution) -> None:
        """Change who it is."""
        instrument = execution.instrument(self.instrument)
        life_cycle.check_status(instrument, *life_cycle.OPEN)
        if self.agent is not None:
            agent = execution.participant(self.agent)
            if Role.PAYING_AGENT not in agent.roles:
                raise Refused(
                    RejectionCode.WRONG_ROLE, participant=self.agent, need=Role.PAYING_AGENT.value
                )
        life_cycle.put(execution, changed(instrument, paying_agent=self.agent))
        execution.emit("paying-agent-set", instrument=self.instrument, agent=self.agent or "")

    def sentence(self, state: State) -> str:
        """Return what it would do."""
        del state
        if self.agent is None:
            return f"let nobody redeem {self.instrument} in its issuer's place"
        return f"let {self.agent} redeem {self.instrument} in its issuer's place"
