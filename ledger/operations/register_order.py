"""Register order: a legal order comes onto the register, and stops what it says from then on."""

from collections.abc import Iterable

from amanat.ledger import wording
from amanat.ledger.authorization import ApprovalOf, Requirement, SignatureOf
from amanat.ledger.claims.free_holdings import unclaimed
from amanat.ledger.dates import Date
from amanat.ledger.identifiers import Amount, Digest, Name
from amanat.ledger.operation_execution import Execution
from amanat.ledger.operations.operation import Operation
from amanat.ledger.orders.freezes import add_freeze
from amanat.ledger.orders.legal_orders import (
    SCOPE_KINDS,
    AccountScope,
    AmountScope,
    Freeze,
    HoldingScope,
    InstrumentScope,
    LegalOrder,
    OrderStatus,
    PublicText,
    Scope,
)
from amanat.ledger.orders.order_register import add_order
from amanat.ledger.rejections import Refused, RejectionCode
from amanat.ledger.state import ORDERS, State


class RegisterOrder(Operation, frozen=True, tag="register-order"):
    """Registers an order of a court or an authority, which is in force at once.

    It stops an account, a holding (one way or both), an amount of a holding, or an instrument as a
    whole. It lapses by itself once `expires` has passed. Nothing about a person may be in it.
    """

    signers = "`entered_by`, and whom the policy `register-order/<kind of scope>` asks"
    acts = tuple(f"register-order/{kind}" for kind in SCOPE_KINDS)
    refusals = (
        RejectionCode.UNKNOWN_PARTICIPANT,
        RejectionCode.UNKNOWN_ACCOUNT,
        RejectionCode.UNKNOWN_INSTRUMENT,
        RejectionCode.ALREADY_EXISTS,
        RejectionCode.INVALID_ORDER,
        RejectionCode.TOO_MANY_ORDERS,
        RejectionCode.FREEZES_TOO_MUCH,
    )
    emits = ("order-registered",)

    order: Name
    """By what it is called on the ledger."""
    issued_by: PublicText
    """The body that made it."""
    reference: PublicText
    """By which that body knows it."""
    document: Digest
    """The SHA-256 digest of the document."""
    scope: Scope
    seizable: Amount
    """How much of the holding forced transfers may take in all; 0 for nothing."""
    expires: Date | None
    """The last calendar date on which it is in force; null where it has no end."""
    entered_by: Name

    def requirements(self, execution: Execution) -> Iterable[Requirement]:
        """Who enters it, and the policy for what it concerns."""
        return (
            SignatureOf(execution.participant(self.entered_by).name),
            ApprovalOf(f"register-order/{self.scope.kind}"),
        )

    def apply(self, execution: Execution) -> None:
        """Check it and put it in force."""
        if execution.state.get(ORDERS, self.order) is not None:
            raise Refused(RejectionCode.ALREADY_EXISTS, order=self.order)
        order = self._registered()
        if order.account is not None:
            execution.account(order.account)
        if order.instrument is not None:
            execution.instrument(order.instrument)
        for problem in order.problems(execution.today):
            raise Refused(RejectionCode.INVALID_ORDER, order=self.order, problem=problem)
        add_order(execution, order)
        if isinstance(self.scope, AmountScope):
            _freeze(execution, self.order, self.scope)
        execution.emit(
            "order-registered",
            order=self.order,
            scope=self.scope.kind,
            account=order.account or "",
            instrument=order.instrument or "",
            document=self.document.hex(),
            entered_by=self.entered_by,
        )

    def sentence(self, state: State) -> str:
        """Return what it would do."""
        until = "without end" if self.expires is None else f"until {wording.day(self.expires)}"
        takes = f"; {_seizable(state, self.scope, self.seizable)}" if self.seizable else ""
        return (
            f"register the order {self.order} of {self.issued_by} ({self.reference}), in force "
            f"{until}: {_stops(state, self.scope)}{takes}"
        )

    def _registered(self) -> LegalOrder:
        return LegalOrder(
            id=self.order,
            issued_by=self.issued_by,
            reference=self.reference,
            document=self.document,
            scope=self.scope,
            seizable=self.seizable,
            taken=0,
            expires=self.expires,
            entered_by=self.entered_by,
            status=OrderStatus.STANDING,
        )


def _freeze(execution: Execution, order: str, scope: AmountScope) -> None:
    may = unclaimed(execution, scope.account, scope.instrument)
    if scope.amount > may:
        raise Refused(
            RejectionCode.FREEZES_TOO_MUCH,
            account=scope.account,
            instrument=scope.instrument,
            would_freeze=scope.amount,
            may_freeze=may,
        )
    add_freeze(execution, scope.account, scope.instrument, Freeze(scope.amount, (order,)))


def _seizable(state: State, scope: Scope, amount: int) -> str:
    if isinstance(scope, AmountScope | HoldingScope):
        return f"{wording.quantity(state, scope.instrument, amount)} can be taken"
    return f"{amount:,} can be taken"


def _stops(state: State, scope: Scope) -> str:
    match scope:
        case AccountScope(account, direction):
            return f"nothing {_WAYS[direction.value]} {account}"
        case HoldingScope(account, instrument, direction):
            return f"nothing of {instrument} {_WAYS[direction.value]} {account}"
        case AmountScope(account, instrument, amount):
            return f"{wording.quantity(state, instrument, amount)} in {account} stay there"
        case InstrumentScope(instrument):
            return f"{instrument} is paused, whoever holds it"


_WAYS = {"debit": "goes out of", "credit": "comes into", "both": "goes out of or comes into"}
