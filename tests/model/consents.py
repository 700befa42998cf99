"""Who consents, and whether that is enough: by trying every way in which seats could be taken."""

from collections.abc import Mapping
from itertools import permutations
from typing import NamedTuple

from amanat.ledger.rejections import RejectionCode as Code
from tests.model.books import Books, Policy


class Signs(NamedTuple):
    """This participant must sign; some of its keys may not count."""

    name: str
    without: tuple[str, ...] = ()


class Approves(NamedTuple):
    """The policy of this act must be satisfied."""

    act: str


Need = Signs | Approves


class Consents:
    """Keys, whose each was and since when it consents."""

    def __init__(
        self,
        books: Books,
        keys: Mapping[str, tuple[str, int]],
        *,
        noticed: int | None = None,
        waits: bool = True,
    ) -> None:
        self.books, self.keys = books, dict(keys)
        self.noticed, self.waits = noticed, waits
        self.assumed: set[str] = set()
        self.delay = 0

    def weight(self, name: str, since: int = 0, without: tuple[str, ...] = ()) -> int:
        """Return how many keys of a participant consent."""
        person = self.books.people[name]
        return sum(
            1
            for key, (owner, when) in self.keys.items()
            if owner == name and when >= since and key not in without and key in person.keys
            if key not in self.books.dead and not person.has_ended(key, self.books.time)
        )

    def signs(self, name: str, since: int = 0, without: tuple[str, ...] = ()) -> bool:
        """Return whether a participant consents."""
        if name in self.assumed:
            return True
        person = self.books.people.get(name)
        if person is None or person.suspended:
            return False
        return self.weight(name, since, without) >= person.threshold

    def lacks(self, needs: list[Need]) -> list[Code]:
        """Return every reason why these needs are not met."""
        return [code for each in needs for code in self._lacks(each)]

    def _lacks(self, need: Need) -> list[Code]:
        if isinstance(need, Signs):
            return [] if self.signs(need.name, without=need.without) else [Code.MISSING_SIGNATURE]
        policy = self.books.policies.get(need.act)
        if policy is None:
            return [Code.NO_POLICY]
        self.delay = max(self.delay, policy.delay)
        found = [] if self._are_enough(policy) else [Code.MISSING_APPROVAL]
        if policy.delay and self.waits:
            if self.noticed is None:
                found.append(Code.MUST_BE_PROPOSED)
            elif self.books.time < self.noticed + policy.delay:
                found.append(Code.NOTICE_RUNS)
        return found

    def _are_enough(self, policy: Policy) -> bool:
        complete = self.books.time if self.noticed is None else self.noticed
        there = [name for name in self.books.people if self.signs(name, complete - policy.age)]
        return any(
            all(
                role in self.books.people[name].roles
                for role, name in zip(policy.seats, sits, strict=True)
            )
            for sits in permutations(there, len(policy.seats))
        )


def concerns(books: Books, need: Need, name: str) -> bool:
    """Return whether the consent of a participant can help."""
    if isinstance(need, Signs):
        return need.name == name
    policy = books.policies.get(need.act)
    return policy is not None and any(role in books.people[name].roles for role in policy.seats)
