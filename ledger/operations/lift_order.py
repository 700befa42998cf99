"""Lift order: a legal order is in force no longer."""

from collections.abc import Iterable

from amanat.ledger.authorization import ApprovalOf, Requirement
from amanat.ledger.identifiers import Digest, Name
from amanat.ledger.operation_execution import Execution
from amanat.ledger.operations.operation import Operation
from amanat.ledger.orders.legal_orders import PublicText
from amanat.ledger.orders.order_register import lift_order, order_in_force
from amanat.ledger.rejections import RejectionCode
from amanat.ledger.state import State


class LiftOrder(Operation, frozen=True, tag="lift-order"):
    """Lifts a legal order: what it alone stopped moves again at once. What it took stays taken."""

    signers = "whom the policy `lift-order` asks"
    acts = ("lift-order",)
    refusals = (RejectionCode.UNKNOWN_ORDER, RejectionCode.ORDER_NOT_IN_FORCE)
    emits = ("order-lifted",)

    order: Name
    reference: PublicText
    """By which the body that decided it knows the decision."""
    document: Digest
    """The SHA-256 digest of the decision."""

    def requirements(self, execution: Execution) -> Iterable[Requirement]:
        """The policy."""
        del execution
        return (ApprovalOf("lift-order"),)

    def apply(self, execution: Execution) -> None:
        """Take it out of force."""
        order = order_in_force(execution, self.order)
        lift_order(execution, order)
        execution.emit(
            "order-lifted",
            order=self.order,
            reference=self.reference,
            document=self.document.hex(),
        )

    def sentence(self, state: State) -> str:
        """Return what it would do."""
        del state
        return f"lift the order {self.order} ({self.reference})"
