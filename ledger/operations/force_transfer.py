"""Force transfer: a legal order takes what it lets be taken, without the owner's signature."""

from collections.abc import Iterable, Iterator
from typing import Annotated

from msgspec import Meta
from msgspec.structs import replace

from amanat.ledger.authorization import ApprovalOf, Requirement
from amanat.ledger.checks import MOVEMENT_CODES
from amanat.ledger.checks.stops import stopped
from amanat.ledger.claims.free_holdings import unclaimed
from amanat.ledger.claims.overriding import CLAIMS_MAX, Claim, claims_named, override
from amanat.ledger.holdings.balances import holding
from amanat.ledger.holdings.movements import Movement, Purpose
from amanat.ledger.identifiers import Digest, InstrumentId, Name, PositiveAmount
from amanat.ledger.moving.posting import post
from amanat.ledger.operation_execution import Execution
from amanat.ledger.operations.operation import Operation
from amanat.ledger.orders.freezes import freezes_of, let_go, takeable
from amanat.ledger.orders.legal_orders import LegalOrder
from amanat.ledger.orders.order_register import ORDERS_MAX, among_those_in_force, order_in_force
from amanat.ledger.orders.stops import standing_against
from amanat.ledger.rejections import Refused, RejectionCode
from amanat.ledger.state import ORDERS, State
from amanat.ledger.wording import quantity


class ForceTransfer(Operation, frozen=True, tag="force-transfer"):
    """Moves an amount of a holding to where a legal order in force wants it.

    It takes no more in all than the order lets be taken, of the holding that the order concerns or
    of what was paid for redeemed units of it. What is frozen for the order goes first, and is
    frozen no longer. Another order that stops the movement or freezes the amount is obeyed, unless
    it is named in `despite`. Nothing is taken that is pledged or held for somebody, unless that
    claim is named in `despite_claims`: then what nothing else yields is taken out of it, and it is
    for so much less. A claim that is gone when the order takes effect stands in nobody's way.
    """

    signers = "whom the policy `force-transfer` asks"
    acts = ("force-transfer",)
    refusals = (
        RejectionCode.UNKNOWN_ACCOUNT,
        RejectionCode.UNKNOWN_INSTRUMENT,
        RejectionCode.UNKNOWN_ORDER,
        RejectionCode.ORDER_NOT_IN_FORCE,
        RejectionCode.OUT_OF_SCOPE,
        RejectionCode.EXCEEDS_ORDER,
        *MOVEMENT_CODES,
    )
    emits = ("claim-overridden", "force-transferred")

    order: Name
    source: Name
    target: Name
    instrument: InstrumentId
    amount: PositiveAmount
    despite: Annotated[tuple[Name, ...], Meta(max_length=2 * ORDERS_MAX)]
    """The other orders before which this one goes."""
    despite_claims: Annotated[tuple[Digest, ...], Meta(max_length=CLAIMS_MAX)] = ()
    """The pledges and holds before which it goes, by id: the first one named gives first."""

    def requirements(self, execution: Execution) -> Iterable[Requirement]:
        """The policy."""
        del execution
        return (ApprovalOf("force-transfer"),)

    def apply(self, execution: Execution) -> None:
        """Take it, and remember how much was taken."""
        order = order_in_force(execution, self.order)
        movement = Movement(
            Purpose.ORDER,
            execution.instrument(self.instrument),
            execution.account(self.source),
            execution.account(self.target),
            self.amount,
            clear_of_orders=True,
        )
        despite = {order_in_force(execution, each).id for each in self.despite}
        execution.check(self._against(execution, order, movement))
        from_claims = max(0, self.amount - self._unpromised(execution, {self.order, *despite}))
        override(execution, self._claims(execution), from_claims)
        what = (self.source, self.instrument, self.amount - from_claims)
        spare = unclaimed(execution, self.source, self.instrument)
        let_go(execution, what, self.order, despite, spare)
        post(execution, movement._replace(reserved=from_claims))
        taken = order.taken + self.amount
        execution.state.put(replace(order, taken=taken), ORDERS, self.order)
        execution.emit(
            "force-transferred",
            order=self.order,
            source=self.source,
            target=self.target,
            instrument=self.instrument,
            amount=self.amount,
            taken=taken,
            despite=",".join(self.despite),
        )

    def sentence(self, state: State) -> str:
        """Return what it would do."""
        what = quantity(state, self.instrument, self.amount)
        named = [*self.despite, *(f"{each.hex()[:16]}…" for each in self.despite_claims)]
        before = f", before {', '.join(named)}" if named else ""
        return (
            f"take {what} from {self.source} to {self.target} without its owner, by the order "
            f"{self.order}{before}"
        )

    def _claims(self, execution: Execution) -> list[Claim]:
        """Return the claims on the holding that are named and still stand."""
        return claims_named(execution, self.source, self.instrument, self.despite_claims)

    def _unpromised(self, execution: Execution, goes_before: set[str]) -> int:
        """Return what it may take without any claim that is named: what is free, or frozen for it.

        What is frozen for the orders that it goes before counts as well.
        """
        # First: it ends holds that have expired, and freezes what these held under an order.
        loose = unclaimed(execution, self.source, self.instrument)
        freezes = takeable(execution, self.source, self.instrument, goes_before)
        return loose + sum(freeze.amount for freeze in freezes)

    def _against(
        self, execution: Execution, order: LegalOrder, movement: Movement
    ) -> Iterator[Refused]:
        """Yield everything that stands against it but what stands against every movement."""
        goes_before = {order.id, *self.despite}
        unpromised = self._unpromised(execution, goes_before)  # It ends holds that have expired.
        concerns = order.account == self.source and (
            order.instrument == self.instrument
            or any(
                order.id in each.orders
                for each in (
                    *freezes_of(execution, self.source, self.instrument),
                    *self._claims(execution),
                )
            )
        )
        if not concerns:
            yield Refused(
                RejectionCode.OUT_OF_SCOPE,
                order=order.id,
                account=self.source,
                instrument=self.instrument,
            )
        if order.taken + self.amount > order.seizable:
            yield Refused(
                RejectionCode.EXCEEDS_ORDER,
                order=order.id,
                would_take=order.taken + self.amount,
                may_take=order.seizable,
            )
        for other in standing_against(execution, movement):
            if other.id not in goes_before:
                yield stopped(other)
        claims = self._claims(execution)
        for claim in claims:
            for other in among_those_in_force(execution, claim.orders):
                if other.id not in goes_before:
                    yield stopped(other)
        named = sum(claim.amount for claim in claims)
        have = unpromised + named
        if self.amount > have:
            there = holding(execution.state, self.source, self.instrument)
            reserved = there.reserved - named
            figures = {"reserved": reserved, "frozen": there.amount - reserved - have}
            yield Refused(
                RejectionCode.INSUFFICIENT_HOLDING,
                account=self.source,
                instrument=self.instrument,
                have=have,
                need=self.amount,
                **{name: figure for name, figure in figures.items() if figure},
            )
