"""What an operation is: its fields, who must sign, its checks and its effect."""

from collections.abc import Iterable
from typing import ClassVar, Final

from amanat.ledger.authorization import Requirement
from amanat.ledger.days import cut_offs
from amanat.ledger.days.calendar import Business
from amanat.ledger.encoding import Structure
from amanat.ledger.operation_execution import Execution
from amanat.ledger.rejections import RejectionCode
from amanat.ledger.state import State

POLICY_CODES: Final = (
    RejectionCode.NO_POLICY,
    RejectionCode.MISSING_APPROVAL,
    RejectionCode.MUST_BE_PROPOSED,
    RejectionCode.NOTICE_RUNS,
)
"""The codes of an act whose policy is not satisfied."""


class Operation(Structure, frozen=True):
    """One act. A subclass is one file: its docstring and fields are its documentation."""

    signers: ClassVar[str]
    """Who must sign, in words; `requirements` is the same in code."""
    acts: ClassVar[tuple[str, ...]] = ()
    """The acts whose policies it may ask."""
    business: ClassVar[Business | None] = None
    """Under which cut-off of the calendar it is; None for what has none."""
    refusals: ClassVar[tuple[RejectionCode, ...]]
    """The codes with which `apply` may refuse; `codes` has those for missing signers as well."""
    emits: ClassVar[tuple[str, ...]]
    """The events that it may emit."""

    @classmethod
    def tag(cls) -> str:
        """Return the name of the operation, as it travels."""
        return str(cls.__struct_config__.tag)

    @property
    def weight(self) -> int:
        """As how many operations it counts towards the network's limit."""
        return 1

    @classmethod
    def codes(cls) -> tuple[RejectionCode, ...]:
        """Return every code with which it may be refused, each once."""
        signers = (RejectionCode.MISSING_SIGNATURE, *(POLICY_CODES if cls.acts else ()))
        cut_off = () if cls.business is None else (RejectionCode.PAST_CUT_OFF,)
        return tuple(dict.fromkeys((*signers, *cut_off, *cls.refusals)))

    def requirements(self, execution: Execution) -> Iterable[Requirement]:
        """Return whose consent this operation needs."""
        raise NotImplementedError

    def apply(self, execution: Execution) -> None:
        """Check the rules and take effect, or raise `Refused` (what was written is undone)."""
        raise NotImplementedError

    def work(self, state: State) -> int:
        """Return how many operations it would carry out on `state`: those of a proposal, say."""
        del state
        return self.weight

    def sentence(self, state: State) -> str:
        """Return what it would do to `state`, in plain words for who is to approve it.

        It never fails: what is not known is named as it stands in the operation.
        """
        raise NotImplementedError


def run(execution: Execution, operation: Operation) -> None:
    """Execute one operation, once everybody consents whose consent it needs, and in time.

    Raises:
        Refused: a signature is missing, its cut-off has passed, or a rule refuses.
    """
    execution.require(operation.requirements(execution))
    if operation.business is not None:
        execution.check(cut_offs.refusals(execution, operation.business))
    operation.apply(execution)
