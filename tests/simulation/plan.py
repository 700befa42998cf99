"""A run's plan: all that is decided before it begins, drawn from its seed."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from amanat.ledger.authorities import AuthorityClass, AuthoritySet, QuorumRule
from tests.ledger import world
from tests.simulation.change_faults import ChangeOfAuthorities
from tests.simulation.changes import draw_quorum, least_quorum
from tests.simulation.clients import Act, draw_acts
from tests.simulation.fault import Draw, Fault
from tests.simulation.faults import KINDS
from tests.simulation.lie_faults import draw_lies

FAULTY_MS = 12_000
"""Simulated time with faults."""

SIZES = (3, 3, 4, 5, 5, 6, 7)

LYING = 6
"""In one of so many seeds some authorities lie."""

LYING_AND_CHANGING = 12
"""In one of so many they lie and change."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run is made of. What it leaves open, such as each delay, follows from the seed too."""

    seed: int
    authorities: AuthoritySet
    """Those that found the network."""
    newcomers: tuple[str, ...]
    """Nodes that run as well, and may join."""
    spare: tuple[str, ...]
    """Authorities that the others can do without. Damage that outlasts a restart, and clocks that
    run ahead of what the others accept, befall these alone: more than that is not promised. Those
    who lie are of them. Where the authorities change there are none, unless some lie: then
    newcomers can be of them too, and no set comes about that does not bear them."""
    faults: tuple[Fault, ...]
    """In the order of their times."""
    acts: tuple[Act, ...]
    """What clients do while there are faults."""

    @property
    def names(self) -> list[str]:
        """All nodes."""
        return [*(member.name for member in self.authorities.members), *self.newcomers]

    def bears(self, authorities: AuthoritySet) -> bool:
        """Return whether a set is a quorum without its spare members.

        Then they may lie too: of n members at most n - q are spare, and by two thirds, where
        3q > 2n, that is no more than the 2q - n - 1 liars that the rule bears.
        """
        firm = [member.name for member in authorities.members if member.name not in self.spare]
        return authorities.is_quorum(firm)

    def without(self, name: str) -> "Plan | None":
        """Return the plan without a node and all that concerns it alone; None if too few remain."""
        authorities = _without(self.authorities, name)
        if authorities is None:
            return None
        if not self.bears(authorities):
            return None
        return Plan(
            self.seed,
            authorities,
            tuple(each for each in self.newcomers if each != name),
            tuple(each for each in self.spare if each != name),
            tuple(fault for fault in self.faults if name not in fault.names),
            tuple(kept for act in self.acts if (kept := act.without(name)) is not None),
        )


def lets_blocks_go(seed: int) -> bool:
    """Return whether nodes of a seed keep few blocks, so that some need snapshots."""
    return Random(f"{seed} keeps").random() >= 0.4


def draw_plan(seed: int) -> Plan:
    """Return the plan of a seed."""
    if seed % LYING == LYING - 1:
        return _draw_lying_plan(seed)
    random = Random(seed)
    changes = random.random() < 0.5
    authorities = _draw_authorities(random, most=5 if changes else 7)
    names = [member.name for member in authorities.members]
    newcomers = _draw_newcomers(random, names) if changes else ()
    spare = () if changes else _draw_spare(random, authorities)
    names += newcomers
    faults = _draw_faults(random, names, spare)
    if changes:
        faults += _draw_changes(random)
    return Plan(
        seed,
        authorities,
        newcomers,
        spare,
        tuple(sorted(faults, key=lambda fault: fault.at)),
        tuple(draw_acts(random, names, FAULTY_MS)),
    )


def _draw_lying_plan(seed: int) -> Plan:
    """Draw a plan in which some authorities lie, and the others are a quorum without them.

    What else goes wrong befalls liars and honest alike. In half of these plans the authorities
    change as well.
    """
    random = Random(f"{seed} lies")
    changing = Random(f"{seed} lies and changes")
    changes = seed % LYING_AND_CHANGING == LYING - 1
    names = list(world.AUTHORITIES)[: random.choice([3, 4, 4, 5, 7])]
    rule = random.choice([QuorumRule.MAJORITY, QuorumRule.TWO_THIRDS])
    if rule is QuorumRule.TWO_THIRDS and len(names) == 3:
        names = list(world.AUTHORITIES)[:4]  # three of three is no quorum without a liar
    authorities = world.authority_set(names, least_quorum(len(names), rule), 1, rule)
    spare = _draw_spare(random, authorities)
    newcomers = _draw_newcomers(changing, names) if changes else ()
    spare += tuple(name for name in newcomers if changing.random() < 0.5)
    names += newcomers
    faults = _draw_faults(random, names, spare) if random.random() < 0.7 else []
    snapshots = lets_blocks_go(seed)
    faults += draw_lies(random, rule, spare, FAULTY_MS, snapshots=snapshots, changes=changes)
    if changes:
        faults += _draw_changes(changing)
    return Plan(
        seed,
        authorities,
        newcomers,
        spare,
        tuple(sorted(faults, key=lambda fault: fault.at)),
        tuple(draw_acts(random, names, FAULTY_MS)),
    )


def _draw_authorities(random: Random, most: int) -> AuthoritySet:
    size = min(random.choice(SIZES), most)
    names = list(world.AUTHORITIES)[:size]
    rule = random.choice([QuorumRule.MAJORITY, QuorumRule.MAJORITY, QuorumRule.TWO_THIRDS])
    least = random.choice([1, 1, 2])
    return world.authority_set(names, draw_quorum(random, size, rule), least, rule)


def _without(authorities: AuthoritySet, name: str) -> AuthoritySet | None:
    """Return the set without an authority, by the least quorum that the rule allows; or None."""
    names = [member.name for member in authorities.members]
    if name not in names:
        return authorities
    names.remove(name)
    quorum = least_quorum(len(names), authorities.rule)
    fewer = world.authority_set(names, quorum, authorities.sovereign_min, authorities.rule)
    return None if len(names) < SIZES[0] or fewer.problems() else fewer


def _draw_spare(random: Random, authorities: AuthoritySet) -> tuple[str, ...]:
    """Draw as many authorities as the others are a quorum without."""
    rest = [member.name for member in authorities.members]
    for name in random.sample(rest, len(rest)):
        without = [each for each in rest if each != name]
        if authorities.is_quorum(without):
            rest = without
    return tuple(member.name for member in authorities.members if member.name not in rest)


def _draw_newcomers(random: Random, names: Sequence[str]) -> tuple[str, ...]:
    strangers = [name for name in world.AUTHORITIES if name not in names]
    return tuple(strangers[: random.randint(1, 2)])


def _draw_changes(random: Random) -> list[Fault]:
    found: list[Fault] = []
    at = random.randint(500, 3_000)
    while at < FAULTY_MS:
        found.append(ChangeOfAuthorities(at, random.getrandbits(32)))
        at += random.randint(500, 3_000)
    return found


def _draw_faults(random: Random, names: Sequence[str], spare: Sequence[str]) -> list[Fault]:
    sovereign = [name for name in names if world.AUTHORITIES[name] is AuthorityClass.SOVEREIGN]
    kinds, weights = list(KINDS), list(KINDS.values())
    faults: list[Fault] = []
    at = random.randint(100, 2_000)
    while at < FAULTY_MS:
        kind = random.choices(kinds, weights)[0]
        faults += kind.draw(Draw(random, at, names, sovereign, spare))
        at += random.randint(50, 1_100)
    return faults
