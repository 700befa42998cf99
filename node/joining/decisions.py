"""What governance signs to let a node learn, vote or leave: `change-authorities`, whole.

Made from the network as a node shows it. Whoever signs sees it in words first, with every new key,
and the ledger checks all of it anew.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from amanat.ledger.authorities import Authority, AuthorityClass, QuorumRule
from amanat.ledger.operations import ChangeAuthorities
from amanat.ledger.readiness import Readiness
from amanat.node.joining.request import JoinRequest


class DecisionError(Exception):
    """No such decision can be made now. The message says why."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Who takes part now, as the network shows it."""

    members: tuple[Authority, ...]
    learners: tuple[Authority, ...]
    quorum: int
    sovereign_min: int
    rule: QuorumRule

    @classmethod
    def of(cls, network: Mapping[str, Any]) -> "Standing":
        """Read what `GET /v1/network` answers.

        Raises:
            DecisionError: a change is under way.
        """
        if network["changing_since"] is not None:
            raise DecisionError(
                f"the authorities have been changing since block {network['changing_since']}: wait "
                "until that is done"
            )
        voting: list[Authority] = []
        learning: list[Authority] = []
        for each in network["authorities"]:
            operator = each["participant"]
            authority = Authority(
                each["name"],
                bytes.fromhex(each["key"]),
                AuthorityClass(each["class"]),
                None if operator == each["name"] else operator,
            )
            (learning if each["part"] == "learns" else voting).append(authority)
        return cls(
            tuple(sorted(voting, key=_name)),
            tuple(sorted(learning, key=_name)),
            network["quorum"],
            network["sovereign_min"],
            QuorumRule(network["rule"]),
        )

    def decision(self, *ready: Readiness) -> ChangeAuthorities:
        """Return the decision that makes it so."""
        return ChangeAuthorities(
            self.members, self.quorum, self.sovereign_min, self.learners, ready
        )

    def voting(self, members: Sequence[Authority], quorum: int | None) -> "Standing":
        """Return it with other voting members, and the least quorum if none is said."""
        n = len(members)
        least = 2 * n // 3 + 1 if self.rule is QuorumRule.TWO_THIRDS else n // 2 + 1
        ordered = tuple(sorted(members, key=_name))
        return replace(self, members=ordered, quorum=least if quorum is None else quorum)


def learn(now: Standing, request: JoinRequest, kind: AuthorityClass) -> ChangeAuthorities:
    """Let the node that asks receive every block, without a vote.

    Raises:
        DecisionError: its name or its key takes part already.
    """
    for each in (*now.members, *now.learners):
        if each.name == request.name:
            raise DecisionError(f"{each.name} takes part already: a new key needs a new name")
        if each.key == request.key:
            raise DecisionError(f"{each.name} has that key already")
    operator = None if request.participant == request.name else request.participant
    newcomer = Authority(request.name, request.key, kind, operator)
    learners = tuple(sorted((*now.learners, newcomer), key=_name))
    return replace(now, learners=learners).decision()


def admit(
    now: Standing, word: Readiness, *, instead_of: str | None = None, quorum: int | None = None
) -> ChangeAuthorities:
    """Let a learner vote, in the place of another if one is named.

    Raises:
        DecisionError: it does not learn, or the other does not vote.
    """
    learner = next((each for each in now.learners if each.name == word.name), None)
    if learner is None:
        raise DecisionError(f"{word.name} is no learner: let it learn first")
    stay = list(now.members)
    if instead_of is not None:
        stay = _without(now, instead_of)
    rest = tuple(each for each in now.learners if each is not learner)
    if instead_of is not None and quorum is None:
        quorum = now.quorum
    return replace(now, learners=rest).voting([*stay, learner], quorum).decision(word)


def leave(now: Standing, name: str, *, quorum: int | None = None) -> ChangeAuthorities:
    """Take the vote of an authority, or let a learner learn no more.

    Raises:
        DecisionError: it takes no part.
    """
    if any(each.name == name for each in now.learners):
        rest = tuple(each for each in now.learners if each.name != name)
        return replace(now, learners=rest).decision()
    return now.voting(_without(now, name), quorum).decision()


def _without(now: Standing, name: str) -> list[Authority]:
    stay = [each for each in now.members if each.name != name]
    if len(stay) == len(now.members):
        raise DecisionError(f"{name} has no vote")
    return stay


def _name(authority: Authority) -> str:
    return authority.name
