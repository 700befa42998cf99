"""A run's plan: all that is decided before it begins, drawn from its seed."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from amanat.ledger.authorities import AuthorityClass, AuthoritySet
from tests.ledger import world
from tests.simulation.clients import Act, draw_acts
from tests.simulation.faults import KINDS, Draw, Fault

FAULTY_MS = 12_000
"""Simulated time with faults."""

SIZES = (3, 3, 4, 5, 5, 6, 7)


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run is made of. What it leaves open, such as each delay, follows from the seed too."""

    seed: int
    authorities: AuthoritySet
    spare: tuple[str, ...]
    """Authorities that the others can do without. Damage that outlasts a restart, and clocks that
    run ahead of what the others accept, befall these alone: more than that is not promised."""
    faults: tuple[Fault, ...]
    """In the order of their times."""
    acts: tuple[Act, ...]
    """What clients do while there are faults."""

    @property
    def names(self) -> list[str]:
        """The authorities."""
        return [member.name for member in self.authorities.members]


def draw_plan(seed: int) -> Plan:
    """Return the plan of a seed."""
    random = Random(seed)
    authorities = _draw_authorities(random)
    names = [member.name for member in authorities.members]
    spare = _draw_spare(random, authorities)
    return Plan(
        seed,
        authorities,
        spare,
        tuple(_draw_faults(random, authorities, spare)),
        tuple(draw_acts(random, names, FAULTY_MS)),
    )


def _draw_authorities(random: Random) -> AuthoritySet:
    size = random.choice(SIZES)
    names = list(world.AUTHORITIES)[:size]
    quorum = random.choice([size // 2 + 1, size // 2 + 1, size - (size - 1) // 3])
    return world.authority_set(names, quorum, sovereign_min=random.choice([1, 1, 2]))


def _draw_spare(random: Random, authorities: AuthoritySet) -> tuple[str, ...]:
    """Draw as many authorities as the others are a quorum without."""
    rest = [member.name for member in authorities.members]
    for name in random.sample(rest, len(rest)):
        without = [each for each in rest if each != name]
        if authorities.is_quorum(without):
            rest = without
    return tuple(member.name for member in authorities.members if member.name not in rest)


def _draw_faults(random: Random, authorities: AuthoritySet, spare: Sequence[str]) -> list[Fault]:
    names = [member.name for member in authorities.members]
    sovereign = [
        m.name for m in authorities.members if m.authority_class is AuthorityClass.SOVEREIGN
    ]
    kinds, weights = list(KINDS), list(KINDS.values())
    faults: list[Fault] = []
    at = random.randint(100, 2_000)
    while at < FAULTY_MS:
        kind = random.choices(kinds, weights)[0]
        faults += kind.draw(Draw(random, at, names, sovereign, spare))
        at += random.randint(50, 1_100)
    return faults
