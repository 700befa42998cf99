"""Set limits: how much a distributor may serve."""

from collections.abc import Iterable, Iterator
from typing import Final

from amanat.ledger.authorization import ApprovalOf, Requirement
from amanat.ledger.custody import served
from amanat.ledger.custody.limits import LIMITS, InstrumentLimit, Limits, limits_of
from amanat.ledger.governance.participants import Role
from amanat.ledger.holdings import balances
from amanat.ledger.holdings.register import accounts_of
from amanat.ledger.identifiers import Name
from amanat.ledger.operation_execution import Execution
from amanat.ledger.operations.operation import Operation
from amanat.ledger.rejections import Refused, RejectionCode
from amanat.ledger.state import INSTRUMENTS, State
from amanat.ledger.terms import CashTerms
from amanat.ledger.wording import amount_under, quantity

COUNTED_MAX: Final = 10_000
"""Accounts and holdings that one transaction adds up, when limits are set for the first time."""


class SetLimits(Operation, frozen=True, tag="set-limits"):
    """Replaces the limits of a distributor, whole: in total, per instrument, per country.

    Debt counts with its face value, in the smallest unit of the cash that it is paid in; all that
    the distributor's accounts hold is added up, its own among them. What it serves already stays,
    also above a new limit; then nothing may add to it. The first limits of one that serves accounts
    already take a count of what these hold, and are refused where it has too many: its clients move
    to another custodian first. Limits are replaced and never taken away; they hold while it has the
    role. One that is to register its own clients has the role custodian as well.
    """

    signers = "whom the policy `set-limits` asks"
    acts = ("set-limits",)
    refusals = (
        RejectionCode.UNKNOWN_PARTICIPANT,
        RejectionCode.WRONG_ROLE,
        RejectionCode.INVALID_LIMITS,
        RejectionCode.UNKNOWN_INSTRUMENT,
        RejectionCode.NOT_CASH,
        RejectionCode.TOO_MANY_HOLDINGS,
    )
    emits = ("limits-set",)

    distributor: Name
    limits: Limits

    def requirements(self, execution: Execution) -> Iterable[Requirement]:
        """The policy."""
        del execution
        return (ApprovalOf("set-limits"),)

    def apply(self, execution: Execution) -> None:
        """Check them and put them in force."""
        distributor = execution.participant(self.distributor)
        if Role.DISTRIBUTOR not in distributor.roles:
            raise Refused(
                RejectionCode.WRONG_ROLE,
                participant=self.distributor,
                need=Role.DISTRIBUTOR.value,
            )
        for problem in self.limits.problems():
            raise Refused(
                RejectionCode.INVALID_LIMITS, distributor=self.distributor, problem=problem
            )
        self._check_names(execution)
        is_first = limits_of(execution.state, self.distributor) is None
        execution.state.put(self.limits, LIMITS, self.distributor)
        if is_first:
            _count(execution, self.distributor)
        execution.emit("limits-set", distributor=self.distributor)

    def sentence(self, state: State) -> str:
        """Return what exactly would change."""
        present = limits_of(state, self.distributor)
        before = {} if present is None else dict(_said(state, present))
        after = dict(_said(state, self.limits))
        changes = "; ".join(_changes(before, after)) or "leave them as they are"
        told = "replace the limits" if present is not None else "set the first limits"
        return f"{told} of {self.distributor}: {changes}"

    def _check_names(self, execution: Execution) -> None:
        for each in self.limits.instruments:
            execution.instrument(each.instrument)
        cash = [each.cash for each in self.limits.totals]
        cash += [each.cash for each in self.limits.jurisdictions]
        for identifier in cash:
            if not isinstance(execution.instrument(identifier).terms, CashTerms):
                raise Refused(RejectionCode.NOT_CASH, instrument=identifier)


def _count(execution: Execution, distributor: str) -> None:
    """Add up what its accounts hold, from now on kept as it changes."""
    state = execution.state
    left = COUNTED_MAX
    for name in accounts_of(distributor).members(state):
        account = execution.account(name)
        left -= 1
        for identifier in balances.instruments_of(name).members(state):
            left -= 1
            if left < 0:
                break
            amount = balances.holding(state, name, identifier).amount
            served.add(state, account, execution.instrument(identifier), amount)
        if left < 0:
            raise Refused(
                RejectionCode.TOO_MANY_HOLDINGS, distributor=distributor, may_be=COUNTED_MAX
            )


def _said(state: State, limits: Limits) -> Iterator[tuple[str, tuple[int, str]]]:
    for each in limits.totals:
        told = quantity(state, each.cash, each.most)
        yield f"debt in {each.cash}", (each.most, told)
    for one in limits.instruments:
        yield f"holdings of {one.instrument}", (one.most, _without_name(state, one))
    for there in limits.jurisdictions:
        told = quantity(state, there.cash, there.most)
        yield f"debt in {there.cash} of residents of {there.jurisdiction}", (there.most, told)


def _without_name(state: State, limit: InstrumentLimit) -> str:
    found = state.get(INSTRUMENTS, limit.instrument)
    return f"{limit.most:,}" if found is None else amount_under(state, found.terms, limit.most)


def _changes(
    before: dict[str, tuple[int, str]], after: dict[str, tuple[int, str]]
) -> Iterator[str]:
    for what in dict.fromkeys((*before, *after)):
        if what not in after:
            yield f"no limit on {what} any more, until now {before[what][1]}"
        elif what not in before:
            yield f"at most {after[what][1]} for {what}"
        elif before[what] != after[what]:
            verb = "raise" if after[what] > before[what] else "lower"
            yield f"{verb} {what} from {before[what][1]} to {after[what][1]}"
