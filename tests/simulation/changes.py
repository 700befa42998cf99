"""Changes of the authorities that a simulated government may decide."""

from collections.abc import Callable
from random import Random
from typing import Final

from amanat.ledger.authorities import Authority, AuthorityClass, AuthoritySet, QuorumRule
from amanat.ledger.configurations import Configuration
from amanat.ledger.operations import ChangeAuthorities
from amanat.ledger.readiness import Readiness
from tests.ledger import world

TRIES: Final = 5
"""How often a change is drawn, until one brings about a set that bears whom it must."""


def least_quorum(size: int, rule: QuorumRule) -> int:
    """Return the least quorum that the rule allows for so many members."""
    return size // 2 + 1 if rule is QuorumRule.MAJORITY else 2 * size // 3 + 1


def draw_quorum(random: Random, size: int, rule: QuorumRule) -> int:
    """Return a quorum that the rule allows for so many members."""
    least = least_quorum(size, rule)
    return random.choice([least, least, min(least + 1, size)])


def draw_change(
    random: Random,
    now: Configuration,
    names: list[str],
    words: dict[str, Readiness],
    bears: Callable[[AuthoritySet], bool],
) -> ChangeAuthorities | None:
    """Return a change of several things at once that is sound on `now`; None if none was found.

    Args:
        random: what it is drawn from.
        now: who decides.
        names: whoever may take part.
        words: of those who say that they have caught up, their word.
        bears: whether a set can do without those of it who are never to be counted on.
    """
    for _ in range(TRIES):
        change = _draw_change(random, now, names, words)
        if change is None or bears(_set(change, now)):
            return change
    return None


def _set(change: ChangeAuthorities, now: Configuration) -> AuthoritySet:
    return AuthoritySet(change.members, change.quorum, change.sovereign_min, now.current.rule)


def _draw_change(
    random: Random, now: Configuration, names: list[str], words: dict[str, Readiness]
) -> ChangeAuthorities | None:
    members = {member.name: member for member in now.current.members}
    learners = {learner.name: learner for learner in now.learners}
    for _ in range(random.choice([1, 1, 2, 3])):
        random.choice([_admit, _admit, _promote, _promote, _remove, _reclassify])(
            random, members, learners, names
        )
    quorum = draw_quorum(random, len(members), now.current.rule)
    sovereign = sum(m.authority_class is AuthorityClass.SOVEREIGN for m in members.values())
    least = random.choice([1, min(2, sovereign)])
    voting = tuple(member for _, member in sorted(members.items()))
    proposed = AuthoritySet(voting, quorum, least, now.current.rule)
    if len(members) < 3 or proposed.problems():
        return None
    new = [name for name in sorted(members) if now.current.get(name) is None]
    if any(name not in words for name in new):
        return None
    return ChangeAuthorities(
        members=voting,
        quorum=quorum,
        sovereign_min=least,
        learners=tuple(learner for _, learner in sorted(learners.items())),
        ready=tuple(words[name] for name in new),
    )


def _admit(
    random: Random, members: dict[str, Authority], learners: dict[str, Authority], names: list[str]
) -> None:
    strangers = [name for name in names if name not in members and name not in learners]
    if strangers:
        name = random.choice(strangers)
        key = world.public_key(f"authority {name}")
        learners[name] = Authority(name, key, world.AUTHORITIES[name])


def _promote(
    random: Random, members: dict[str, Authority], learners: dict[str, Authority], names: list[str]
) -> None:
    del names
    if learners:
        name = random.choice(sorted(learners))
        members[name] = learners.pop(name)


def _remove(
    random: Random, members: dict[str, Authority], learners: dict[str, Authority], names: list[str]
) -> None:
    """Take somebody's vote, and perhaps let him go on as a learner."""
    del names
    name = random.choice(sorted(members))
    member = members.pop(name)
    if random.random() < 0.5:
        learners[name] = member


def _reclassify(
    random: Random, members: dict[str, Authority], learners: dict[str, Authority], names: list[str]
) -> None:
    del names, learners
    name = random.choice(sorted(members))
    kind = random.choice([AuthorityClass.SOVEREIGN, AuthorityClass.CUSTODIAN])
    members[name] = Authority(name, members[name].key, kind)
