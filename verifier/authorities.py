"""Who the authorities of a network are: a set of them, and a configuration of one set or two."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from amanat.verifier.decoding import Invalid, digest, expect, natural, pack


@dataclass(frozen=True)
class AuthoritySet:
    """Voting members and their quorum rule."""

    keys: dict[str, bytes]
    sovereign: frozenset[str]
    quorum: int
    sovereign_min: int
    rule: str
    """`majority` or `two_thirds`: whether a certificate makes its block final, or its parent."""

    def is_quorum(self, names: Iterable[str]) -> bool:
        """Return whether these names hold a sovereign quorum."""
        present = self.keys.keys() & set(names)
        sovereign = self.sovereign & present
        return len(present) >= self.quorum and len(sovereign) >= self.sovereign_min


@dataclass(frozen=True)
class Configuration:
    """The set in force, and the incoming one while that takes over."""

    current: AuthoritySet
    incoming: AuthoritySet | None
    since: int
    """The block that brought it about."""
    digest: bytes

    @property
    def sets(self) -> list[AuthoritySet]:
        """Every set whose quorum a decision needs."""
        return [self.current] if self.incoming is None else [self.current, self.incoming]

    def key(self, name: str) -> bytes | None:
        """Return the key of a voting member, or None."""
        return next((each.keys[name] for each in self.sets if name in each.keys), None)

    def is_quorum(self, names: list[str]) -> bool:
        """Return whether these names hold a sovereign quorum of every set."""
        return all(each.is_quorum(names) for each in self.sets)

    def proves(self, names: list[str]) -> bool:
        """Return whether signatures of these names prove a decision of this era or the next.

        While a change is under way that takes the incoming set, which decides in both eras. The
        other one alone proves nothing: once the change is complete, others are elected without it.
        """
        return self.sets[-1].is_quorum(names)


def certifier(known: list[Configuration], height: int) -> Configuration:
    """Return which of `known`, in order from genesis on, certifies the block at `height`.

    It is the one that came about before that block; or in it, where it completes a change.
    """
    found = known[0]
    for each in known[1:]:
        if each.since < height or (each.since == height and found.incoming is not None):
            found = each
    return found


def read_configuration(step: str, value: Any) -> Configuration:
    """Read a configuration, and refuse sets that cannot decide safely."""
    current, incoming, learners, since = expect(step, list, value, "a configuration", length=4)
    expect(step, list, learners, "the list of learners")
    return Configuration(
        current=read_set(step, current),
        incoming=None if incoming is None else read_set(step, incoming),
        since=natural(step, since, "since"),
        digest=digest("amanat/configuration/v1", pack(value)),
    )


def read_set(step: str, value: Any) -> AuthoritySet:
    """Read a set of authorities, and refuse one that cannot decide safely."""
    members, quorum, sovereign_min, rule = expect(step, list, value, "the set", length=4)
    keys: dict[str, bytes] = {}
    sovereign = set()
    for member in expect(step, list, members, "the list of authorities"):
        who, key, kind, _ = expect(step, list, member, "an authority", length=4)
        keys[expect(step, str, who, "a name")] = expect(step, bytes, key, "a key", length=32)
        if kind not in ("sovereign", "custodian"):
            raise Invalid(step, f"{who} is neither sovereign nor custodian")
        if kind == "sovereign":
            sovereign.add(who)
    if len(keys) != len(members) or len(set(keys.values())) != len(members):
        raise Invalid(step, "a name or a key stands twice")
    needed = natural(step, quorum, "quorum")
    if not len(members) < 2 * needed <= 2 * len(members):
        raise Invalid(step, f"a quorum of {quorum} of {len(members)} decides nothing safely")
    if rule not in ("majority", "two_thirds"):
        raise Invalid(step, "its rule is neither majority nor two_thirds")
    if rule == "two_thirds" and 3 * needed <= 2 * len(members):
        raise Invalid(step, f"a quorum of {quorum} of {len(members)} is not over two thirds")
    return AuthoritySet(
        keys=keys,
        sovereign=frozenset(sovereign),
        quorum=needed,
        sovereign_min=natural(step, sovereign_min, "sovereign_min"),
        rule=rule,
    )
