"""What is told of operations that others must consent to, to whoever may propose them. Pure.

Anybody may propose anything, and try it. So neither a sentence nor a figure may tell a reader what
it could not read otherwise.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from amanat.ledger.dry_run import LACKS
from amanat.ledger.governance.participants import Role
from amanat.ledger.operations import AnyOperation, MoveAccount, Propose
from amanat.ledger.operations.acts import AnyAct
from amanat.ledger.operations.proposing import acts_of
from amanat.ledger.rehearsal import Noted
from amanat.ledger.rejections import Refused, RejectionCode
from amanat.ledger.state import PARTICIPANTS, POLICIES, State
from amanat.node.api.access import relations, touched
from amanat.node.api.access.relations import Subject

TOLD_ALWAYS: Final = (*LACKS, RejectionCode.MUST_BE_PROPOSED, RejectionCode.NOTICE_RUNS)
"""Refusals that tell nothing but who must consent, and when."""


@dataclass(frozen=True, slots=True)
class Telling:
    """Tells one reader of operations."""

    state: State
    reader: str | None
    tells_everything: bool
    """To supervisors, and where anyone may read."""

    def sentence(self, operation: AnyOperation, proposer: str | None = None) -> str:
        """Return what an operation would do; `proposer` is who proposed it, if anybody did.

        What it is about by an id is told to whom that concerns, and to those who were asked by one
        of these.
        """
        if self.tells_everything or self._may_tell(operation, proposer):
            return operation.sentence(self.state)
        return f"{operation.tag()}: what it is about is not for this reader"

    def lacking(self, acts: Sequence[AnyAct], found: Iterable[Noted]) -> Iterator[Refused]:
        """Yield what lacks; of rules, what does not hang on the consent of others.

        From the first operation on to which somebody else must consent, nothing is told but who
        must, and when.
        """
        hangs = False
        for index, refused in found:
            if refused.code in LACKS and not self._is_asked(acts[index], refused):
                hangs = True
            if refused.code in TOLD_ALWAYS or self.tells_everything or not hangs:
                yield refused

    def _may_tell(self, operation: AnyOperation, proposer: str | None) -> bool:
        return all(
            any(name and relations.grant(self.state, name, subject) for name in (self.reader, by))
            for act, by in _acts(self.state, operation, proposer)
            for subject in _about(self.state, act)
        )

    def _is_asked(self, act: AnyAct, refused: Refused) -> bool:
        if refused.code is RejectionCode.MISSING_SIGNATURE:
            return refused.figures.get("participant") == self.reader
        participant = None if self.reader is None else self.state.get(PARTICIPANTS, self.reader)
        return participant is not None and not seats(self.state, act).isdisjoint(participant.roles)


def seats(state: State, act: AnyOperation) -> set[Role]:
    """Return the roles that the policies of an operation ask."""
    policies = (state.get(POLICIES, each) for each in act.acts)
    return {role for each in policies if each is not None for role in each.seats}


def _acts(
    state: State, operation: AnyOperation, proposer: str | None
) -> Iterator[tuple[AnyOperation, str | None]]:
    """Yield what an operation is about to do, and who proposed that."""
    if isinstance(operation, Propose):
        yield from ((each, None) for each in operation.operations)
    else:
        yield operation, proposer
    for proposal in touched.proposals(state, [operation]):
        yield from ((each, proposal.proposer) for each in acts_of(proposal))


def _about(state: State, operation: AnyOperation) -> Iterator[Subject]:
    """Yield what the sentence of an operation tells that is not in the operation itself."""
    roles = frozenset(seats(state, operation))
    if isinstance(operation, MoveAccount):
        yield Subject(accounts=frozenset([operation.account]), roles=roles)
    for thing in touched.by_id(state, operation):
        found = touched.named(thing)
        yield Subject(frozenset(found.accounts), frozenset(found.participants), roles)
