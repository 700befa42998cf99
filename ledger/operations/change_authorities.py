"""Change authorities: who votes, who learns, and what makes a quorum."""

from collections.abc import Collection, Iterable
from typing import Annotated

from msgspec import Meta

from amanat.ledger.authorities import Authority, AuthoritySet
from amanat.ledger.authorization import ApprovalOf, Requirement
from amanat.ledger.configurations import Configuration
from amanat.ledger.crypto import is_valid_key
from amanat.ledger.governance import constitution
from amanat.ledger.operation_execution import Execution
from amanat.ledger.operations.operation import Operation
from amanat.ledger.readiness import LAG_MAX, Readiness
from amanat.ledger.rejections import Refused, RejectionCode
from amanat.ledger.state import CONFIGURATION, DEAD_KEYS, KEYS, PARTICIPANTS, State


class ChangeAuthorities(Operation, frozen=True, tag="change-authorities"):
    """States the authority set and the learners that are to be, whole: several changes in one.

    A change of learners alone holds from the next block on. A change of the voting members, of
    their classes or of the quorum is under way until the leader completes it, which it does as
    soon as this decision is final; meanwhile the old set and the new one must both agree.
    """

    signers = "whom the policy `change-authorities` asks"
    acts = ("change-authorities",)
    refusals = (
        RejectionCode.CHANGE_UNDER_WAY,
        RejectionCode.INVALID_AUTHORITIES,
        RejectionCode.NOT_READY,
    )

    emits = ("authorities-changing", "learners-changed")

    members: Annotated[tuple[Authority, ...], Meta(min_length=1, max_length=64)]
    """Who is to vote, sorted by name. A new one is a learner now."""
    quorum: Annotated[int, Meta(ge=1, le=64)]
    sovereign_min: Annotated[int, Meta(ge=0, le=64)]
    learners: Annotated[tuple[Authority, ...], Meta(max_length=64)]
    """Who is to receive every block without voting, sorted by name."""
    ready: Annotated[tuple[Readiness, ...], Meta(max_length=64)]
    """The word of each learner that becomes a voting member, in the order of their names."""

    def requirements(self, execution: Execution) -> Iterable[Requirement]:
        """The policy."""
        del execution
        return (ApprovalOf("change-authorities"),)

    def apply(self, execution: Execution) -> None:
        """Begin the change, or make it if it concerns learners alone."""
        configuration = execution.configuration()
        if configuration.is_joint or configuration.since == execution.height:
            raise Refused(RejectionCode.CHANGE_UNDER_WAY, since=configuration.since)
        current = configuration.current
        proposed = AuthoritySet(self.members, self.quorum, self.sovereign_min, current.rule)
        for problem in (
            *proposed.problems(),
            *self._learner_problems(),
            *_key_problems((*self.members, *self.learners), configuration, execution),
            *self._operator_problems(configuration, execution),
        ):
            raise Refused(RejectionCode.INVALID_AUTHORITIES, problem=problem)
        self._check_ready(configuration, execution)
        incoming = None if proposed == current else proposed
        changed = Configuration(current, incoming, self.learners, execution.height)
        execution.state.put(changed, CONFIGURATION)
        execution.emit(
            "authorities-changing" if incoming else "learners-changed",
            members=",".join(member.name for member in self.members),
            learners=",".join(learner.name for learner in self.learners),
            quorum=self.quorum,
            sovereign_min=self.sovereign_min,
        )

    def sentence(self, state: State) -> str:
        """Return what it would do, one change after the other."""
        present = state.get(CONFIGURATION)
        voting = {member.name: member.authority_class.value for member in self.members}
        voted = (
            {}
            if present is None
            else {each.name: each.authority_class.value for each in present.current.members}
        )
        known = set() if present is None else set(present.everybody())
        told = [
            f"admit {_named(member, known)} as a {voting[member.name]} vote"
            for member in self.members
            if member.name not in voted
        ]
        told += [f"take the vote of {name}" for name in voted.keys() - voting.keys()]
        told += [
            f"let {name} be {voting[name]}, not {voted[name]}"
            for name in voting.keys() & voted.keys()
            if voting[name] != voted[name]
        ]
        told.sort()
        before = None if present is None else present.current
        quorum, least = self.quorum, self.sovereign_min
        if before is None or (quorum, least) != (before.quorum, before.sovereign_min):
            until_now = (
                ""
                if before is None
                else f"; until now {before.quorum} of {len(voted)}, {before.sovereign_min}"
            )
            told.append(
                f"let {quorum} of {len(voting)} be a quorum, {least} of them sovereign{until_now}"
            )
        learners = ", ".join(_named(learner, known) for learner in self.learners)
        told.append(f"let {learners or 'nobody'} learn")
        return "; ".join(told)

    def _learner_problems(self) -> Iterable[str]:
        names = [learner.name for learner in self.learners]
        if names != sorted(set(names)):
            yield "learners must be sorted by name, each name once"
        voting = {member.name for member in self.members}
        for learner in self.learners:
            if learner.name in voting:
                yield f"{learner.name} cannot vote and learn at once"
            if not is_valid_key(learner.key):
                yield f"{learner.name} has an invalid key"

    def _operator_problems(
        self, configuration: Configuration, execution: Execution
    ) -> Iterable[str]:
        """Yield what the constitution has against those that are new or to be something else."""
        known = set(configuration.everybody())
        for each in (*self.members, *self.learners):
            if each not in known:
                yield from constitution.authority_problems(
                    each, lambda name: execution.state.get(PARTICIPANTS, name)
                )

    def _check_ready(self, configuration: Configuration, execution: Execution) -> None:
        """Refuse a new voting member that has not said, not long ago, that it has caught up."""
        words = {word.name: word for word in self.ready}
        new = [m for m in self.members if configuration.current.get(m.name) is None]
        if [word.name for word in self.ready] != [member.name for member in new]:
            raise Refused(
                RejectionCode.NOT_READY,
                need="the word of every new member, in the order of their names: "
                + (",".join(member.name for member in new) or "none"),
            )
        learning = {learner.name for learner in configuration.learners}
        for member in new:
            word = words[member.name]
            if member.name not in learning or not word.is_valid(execution.chain, member.key):
                raise Refused(
                    RejectionCode.NOT_READY, authority=member.name, need="its word as a learner"
                )
            if not execution.height - LAG_MAX <= word.height <= execution.height:
                raise Refused(
                    RejectionCode.NOT_READY,
                    authority=member.name,
                    have=word.height,
                    need=execution.height - LAG_MAX,
                )


def _named(authority: Authority, known: Collection[Authority]) -> str:
    """Return its name, and whose word it will be if that is new: approving it is to trust a key."""
    return authority.name if authority in known else f"{authority.name} (key {authority.key.hex()})"


def _key_problems(
    proposed: Iterable[Authority], configuration: Configuration, execution: Execution
) -> Iterable[str]:
    """Yield what would make it unclear whose signature a signature is."""
    names: dict[bytes, str] = {each.key: each.name for each in configuration.everybody()}
    keys = {name: key for key, name in names.items()}
    for each in proposed:
        if names.setdefault(each.key, each.name) != each.name:
            yield f"{each.name} and {names[each.key]} share a key"
        if keys.setdefault(each.name, each.key) != each.key:
            yield f"{each.name} has another key: admit the new key under another name"
        owner = execution.state.get(KEYS, each.key)
        if owner is not None:
            yield f"{each.name} uses the key of the participant {owner}"
        dead = execution.state.get(DEAD_KEYS, each.key)
        if dead is not None:
            yield f"{each.name} uses a dead key of the participant {dead}"
