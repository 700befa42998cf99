"""Substitute a pledge: other units of the same owner are pledged in the place of some."""

from collections.abc import Iterable

from amanat.ledger.authorization import Requirement, SignatureOf
from amanat.ledger.checks import PROMISE_CODES, promise_refusals
from amanat.ledger.checks.denomination import DENOMINATION
from amanat.ledger.claims import pledges
from amanat.ledger.claims.pledges import PLEDGES, Pledge
from amanat.ledger.holdings.movements import Movement, Purpose
from amanat.ledger.identifiers import Digest, InstrumentId, Name, PositiveAmount
from amanat.ledger.operation_execution import Execution
from amanat.ledger.operations.operation import Operation
from amanat.ledger.rejections import Refused, RejectionCode
from amanat.ledger.state import State
from amanat.ledger.wording import quantity


class SubstitutePledge(Operation, frozen=True, tag="substitute-pledge"):
    """Releases pledged units and pledges others of the same owner for them, in one step.

    The new pledge secures the same as the one before it, to the same beneficiary. At no time is
    there less pledged than the beneficiary agreed to.
    """

    signers = (
        "the owner of the accounts and the beneficiary; in the place of one that is suspended, "
        "whom the policy `release-pledge` asks"
    )
    acts = ("release-pledge",)
    refusals = (
        RejectionCode.UNKNOWN_PLEDGE,
        RejectionCode.UNKNOWN_ACCOUNT,
        RejectionCode.UNKNOWN_INSTRUMENT,
        RejectionCode.BEYOND_RESERVED,
        RejectionCode.DIFFERENT_OWNER,
        *PROMISE_CODES,
    )
    emits = ("pledge-substituted",)

    pledge: Digest
    release: PositiveAmount
    """How much of what is pledged is given back."""
    account: Name
    instrument: InstrumentId
    amount: PositiveAmount
    """What is pledged for it."""

    def requirements(self, execution: Execution) -> Iterable[Requirement]:
        """The owner, and who has to agree."""
        pledge = pledges.needed(execution, self.pledge)
        return (
            SignatureOf(execution.owner_of(pledge.account)),
            pledges.giving_up(execution, pledge),
        )

    def apply(self, execution: Execution) -> None:
        """Free the one and reserve the other."""
        state, before = execution.state, pledges.needed(execution, self.pledge)
        owner, source = execution.owner_of(before.account), execution.account(self.account)
        if source.owner != owner:
            raise Refused(
                RejectionCode.DIFFERENT_OWNER, account=self.account, owner=source.owner, need=owner
            )
        freed = Movement(
            Purpose.TRANSFER, execution.instrument(before.instrument), None, None, self.release
        )
        execution.check(DENOMINATION.refusals(execution, freed))
        pledges.release(execution, before, self.release)
        instrument = execution.instrument(self.instrument)
        promised = Movement(Purpose.TRANSFER, instrument, source, None, self.amount)
        execution.check(promise_refusals(execution, promised))
        after = Pledge(
            execution.record_id(),
            self.account,
            self.instrument,
            self.amount,
            before.beneficiary,
            before.reference,
        )
        pledges.put(state, after)
        execution.emit(
            "pledge-substituted",
            pledge=self.pledge.hex(),
            released=self.release,
            left=before.amount - self.release,
            by=after.id.hex(),
            account=self.account,
            instrument=self.instrument,
            amount=self.amount,
        )

    def sentence(self, state: State) -> str:
        """Return what it would do."""
        what = quantity(state, self.instrument, self.amount)
        pledge = state.get(PLEDGES, self.pledge)
        if pledge is None:
            return f"pledge {what} for part of {self.pledge.hex()[:16]}…, which is not known"
        released = quantity(state, pledge.instrument, self.release)
        return (
            f"release {released} in {pledge.account} from the pledge to {pledge.beneficiary}, and "
            f"pledge {what} in {self.account} for it"
        )
