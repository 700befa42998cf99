"""Extend order: a legal order stays in force for longer."""

from collections.abc import Iterable

from msgspec.structs import replace

from amanat.ledger.authorization import ApprovalOf, Requirement
from amanat.ledger.dates import Date
from amanat.ledger.identifiers import Digest, Name
from amanat.ledger.operation_execution import Execution
from amanat.ledger.operations.operation import Operation
from amanat.ledger.orders.legal_orders import PublicText
from amanat.ledger.orders.order_register import order_in_force
from amanat.ledger.rejections import Refused, RejectionCode
from amanat.ledger.state import ORDERS, State
from amanat.ledger.wording import day


class ExtendOrder(Operation, frozen=True, tag="extend-order"):
    """Moves the expiry of a legal order that is in force to a later date, or takes it away.

    One that has lapsed stays lapsed: what it froze may have moved. A new order is registered then.
    """

    signers = "whom the policy `extend-order` asks"
    acts = ("extend-order",)
    refusals = (
        RejectionCode.UNKNOWN_ORDER,
        RejectionCode.ORDER_NOT_IN_FORCE,
        RejectionCode.INVALID_ORDER,
    )
    emits = ("order-extended",)

    order: Name
    expires: Date | None
    """The last calendar date on which it is in force; null where it is to have no end."""
    reference: PublicText
    """By which the body that decided it knows the decision."""
    document: Digest
    """The SHA-256 digest of the decision."""

    def requirements(self, execution: Execution) -> Iterable[Requirement]:
        """The policy."""
        del execution
        return (ApprovalOf("extend-order"),)

    def apply(self, execution: Execution) -> None:
        """Give it its new expiry."""
        order = order_in_force(execution, self.order)
        if order.expires is None:
            raise Refused(RejectionCode.INVALID_ORDER, order=self.order, problem="it has no end")
        if self.expires is not None and self.expires <= order.expires:
            raise Refused(
                RejectionCode.INVALID_ORDER,
                order=self.order,
                problem="it would end no later",
                expires=order.expires,
                would_expire=self.expires,
            )
        execution.state.put(replace(order, expires=self.expires), ORDERS, self.order)
        execution.emit(
            "order-extended",
            order=self.order,
            expires="" if self.expires is None else self.expires,
            reference=self.reference,
            document=self.document.hex(),
        )

    def sentence(self, state: State) -> str:
        """Return what it would do."""
        del state
        until = "without end" if self.expires is None else f"until {day(self.expires)}"
        return f"keep the order {self.order} in force {until} ({self.reference})"
