"""Activate a version: from a block on, the ledger works by the rules of a newer program."""

from collections.abc import Iterable

from amanat.ledger.authorization import ApprovalOf, Requirement
from amanat.ledger.identifiers import Height
from amanat.ledger.operation_execution import Execution
from amanat.ledger.operations.operation import Operation
from amanat.ledger.rejections import Refused, RejectionCode
from amanat.ledger.state import VERSIONS, State, versions_of
from amanat.ledger.versions import LEAD_BLOCKS, Activation, Version, Versions


class ActivateVersion(Operation, frozen=True, tag="activate-version"):
    """Schedules a protocol version, in the place of any that is scheduled, or withdraws it.

    From the block at `height` on every node executes by it; a node whose program does not know it
    says so and stops before that block. With no height, what is scheduled is withdrawn.
    """

    signers = "whom the policy `activate-version` asks"
    acts = ("activate-version",)
    refusals = (RejectionCode.INVALID_VERSION,)
    emits = ("version-scheduled", "version-withdrawn")

    version: Version
    height: Height | None
    """The first block that takes it, at least 100 ahead; null to withdraw it."""

    def requirements(self, execution: Execution) -> Iterable[Requirement]:
        """The policy."""
        del execution
        return (ApprovalOf("activate-version"),)

    def apply(self, execution: Execution) -> None:
        """Schedule it, or withdraw it."""
        versions = versions_of(execution.state)
        scheduled = versions.scheduled
        if self.height is None:
            if scheduled is None or scheduled.version != self.version:
                have = 0 if scheduled is None else scheduled.version
                raise Refused(RejectionCode.INVALID_VERSION, version=self.version, scheduled=have)
            execution.state.put(Versions(versions.current, None), VERSIONS)
            execution.emit("version-withdrawn", version=self.version)
            return
        if self.version <= versions.current:
            raise Refused(
                RejectionCode.INVALID_VERSION, version=self.version, current=versions.current
            )
        least = execution.height + LEAD_BLOCKS
        if self.height < least:
            raise Refused(RejectionCode.INVALID_VERSION, height=self.height, need=least)
        activation = Activation(self.version, self.height)
        execution.state.put(Versions(versions.current, activation), VERSIONS)
        execution.emit("version-scheduled", version=self.version, height=self.height)

    def sentence(self, state: State) -> str:
        """Return what it would do."""
        if self.height is None:
            return f"withdraw protocol version {self.version} before it takes effect"
        versions = versions_of(state)
        was = versions.scheduled
        instead = "" if was is None else f", not version {was.version} from block {was.height:,} on"
        return (
            f"run protocol version {self.version} from block {self.height:,} on{instead}; "
            f"until then version {versions.current}"
        )
