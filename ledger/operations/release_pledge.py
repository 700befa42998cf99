"""Release a pledge: what was pledged is its owner's alone again."""

from collections.abc import Iterable

from amanat.ledger.authorization import Requirement
from amanat.ledger.checks.denomination import DENOMINATION
from amanat.ledger.claims import pledges
from amanat.ledger.claims.pledges import PLEDGES
from amanat.ledger.holdings.movements import Movement, Purpose
from amanat.ledger.identifiers import Digest, PositiveAmount
from amanat.ledger.operation_execution import Execution
from amanat.ledger.operations.operation import Operation
from amanat.ledger.rejections import RejectionCode
from amanat.ledger.state import State
from amanat.ledger.wording import quantity


class ReleasePledge(Operation, frozen=True, tag="release-pledge"):
    """Frees an amount that was pledged; what is left stays pledged.

    While the beneficiary is suspended it can sign nothing; governance releases in its place, so
    that nobody's bonds are locked up for good.
    """

    signers = "the beneficiary; while it is suspended, whom the policy `release-pledge` asks"
    acts = ("release-pledge",)
    refusals = (
        RejectionCode.UNKNOWN_PLEDGE,
        RejectionCode.BEYOND_RESERVED,
        *DENOMINATION.codes,
    )
    emits = ("pledge-released",)

    pledge: Digest
    amount: PositiveAmount

    def requirements(self, execution: Execution) -> Iterable[Requirement]:
        """The beneficiary, or governance."""
        return (pledges.giving_up(execution, pledges.needed(execution, self.pledge)),)

    def apply(self, execution: Execution) -> None:
        """Free it."""
        pledge = pledges.needed(execution, self.pledge)
        instrument = execution.instrument(pledge.instrument)
        freed = Movement(Purpose.TRANSFER, instrument, None, None, self.amount)
        execution.check(DENOMINATION.refusals(execution, freed))
        pledges.release(execution, pledge, self.amount)
        execution.emit(
            "pledge-released",
            pledge=self.pledge.hex(),
            account=pledge.account,
            instrument=pledge.instrument,
            amount=self.amount,
            left=pledge.amount - self.amount,
        )

    def sentence(self, state: State) -> str:
        """Return what it would do."""
        pledge = state.get(PLEDGES, self.pledge)
        if pledge is None:
            return f"release {self.amount:,} of the pledge {self.pledge.hex()[:16]}…, not known"
        what = quantity(state, pledge.instrument, self.amount)
        return f"release {what} in {pledge.account} from the pledge to {pledge.beneficiary}"
