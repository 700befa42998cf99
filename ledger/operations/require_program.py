"""Require a program: governance says which programs authorities are to run."""

from collections.abc import Iterable
from typing import Annotated

from msgspec import Meta

from amanat.ledger.authorization import ApprovalOf, Requirement
from amanat.ledger.governance.programs import PROGRAMS_MAX, RequiredPrograms
from amanat.ledger.identifiers import Digest
from amanat.ledger.operation_execution import Execution
from amanat.ledger.operations.operation import Operation
from amanat.ledger.rejections import Refused, RejectionCode
from amanat.ledger.state import PROGRAMS, State, programs_of


class RequireProgram(Operation, frozen=True, tag="require-program"):
    """Lists the programs that nodes may run, by digest (`amanat node program`), in place of before.

    Empty, any may. A node that runs another says so in its log, metrics and `/readyz`, and none is
    admitted. Nodes say themselves what they run: a digest shows an honest mistake, and no lie. So
    consensus goes on with whoever holds a key.
    """

    signers = "whom the policy `require-program` asks"
    acts = ("require-program",)
    refusals = (RejectionCode.INVALID_PROGRAMS,)
    emits = ("programs-required",)

    programs: Annotated[tuple[Digest, ...], Meta(max_length=PROGRAMS_MAX)]
    """Sorted, each once; list the old one too until every node has the new one."""

    def requirements(self, execution: Execution) -> Iterable[Requirement]:
        """The policy."""
        del execution
        return (ApprovalOf("require-program"),)

    def apply(self, execution: Execution) -> None:
        """Put the list in force."""
        required = RequiredPrograms(self.programs)
        for problem in required.problems():
            raise Refused(RejectionCode.INVALID_PROGRAMS, problem=problem)
        execution.state.put(required, PROGRAMS)
        listed = " ".join(each.hex() for each in self.programs)
        execution.emit("programs-required", count=len(self.programs), programs=listed)

    def sentence(self, state: State) -> str:
        """Return what it would do."""
        before = programs_of(state).programs
        was = "any" if not before else _listed(before)
        if not self.programs:
            return f"let nodes run any program, where now they may run {was}"
        return (
            f"let nodes run no program but {_listed(self.programs)}, where now they may run {was}"
        )


def _listed(programs: Iterable[Digest]) -> str:
    return ", ".join(each.hex() for each in programs)
