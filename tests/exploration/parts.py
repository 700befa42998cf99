"""What each node does in each of its states, found out once, with the real core.

A node's step depends on its own state and on what happens to it, and on nothing else. So however
many states the whole system has, the core takes each step of each node once; the rest is sets of
numbers.
"""

from dataclasses import dataclass, field
from hashlib import blake2b

from amanat.consensus.statements import BlockId
from tests.consensus.signing import signer
from tests.exploration.act import Act, Kind, Letter
from tests.exploration.actor import Actor
from tests.exploration.choices import acts_of, crashes_of
from tests.exploration.copying import content_of, copy_of
from tests.exploration.facts import Fact
from tests.exploration.numbers import Numbers
from tests.exploration.outcome import Outcome, Seen
from tests.exploration.scope import Disks, Scope


@dataclass(slots=True)
class Part:
    """One state of one node. All sets are of numbers."""

    actor: Actor
    """The node itself. It is never stepped; its copies are."""
    log: int
    """The blocks of its log."""
    disk: int
    """Those of them that are on its disk."""
    lives: int
    stood: int
    own: list[Outcome] | None = None
    """What comes of whatever it does of its own accord; None until somebody asks."""
    arrivals: dict[int, list[Outcome]] = field(default_factory=dict)
    """What comes of the arrival of each message, as far as somebody has asked."""
    inert: int = 0
    """Messages of which nothing comes."""


class Parts:
    """All states of all nodes that were found so far, and numbers for all that is in them."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.letters: Numbers[Letter] = Numbers()
        self.facts: Numbers[Fact] = Numbers()
        self.blocks: Numbers[BlockId] = Numbers()
        self.acts: Numbers[Act] = Numbers()
        self.steps = 0
        """How many acts were played with real cores."""
        self._parts: list[Part] = []
        self._numbers: dict[bytes, int] = {}
        self._signed: list[bytes] = []

    def __getitem__(self, number: int) -> Part:
        return self._parts[number]

    def __len__(self) -> int:
        return len(self._parts)

    def begin(self, name: str) -> int:
        """Return the state in which a node begins: its disk is empty."""
        make = signer(name)

        def sign(message: bytes) -> bytes:
            self._signed.append(message)
            return make(message)

        return self._number(Actor(name, self.scope, sign))

    def own(self, number: int) -> list[Outcome]:
        """Return what may come of whatever the node does of its own accord."""
        part = self._parts[number]
        if part.own is None:
            acts = acts_of(part.actor, self.scope)
            part.own = [each for act in acts for each in self._outcomes(number, act)]
        return part.own

    def arrival(self, number: int, letter: int) -> list[Outcome]:
        """Return what may come of the arrival of a message."""
        part = self._parts[number]
        found = part.arrivals.get(letter)
        if found is None:
            act = Act(part.actor.name, Kind.RECEIVES, self.letters.things[letter])
            found = part.arrivals[letter] = self._outcomes(number, act)
            if not found:
                part.inert |= 1 << letter
        return found

    def _outcomes(self, number: int, act: Act) -> list[Outcome]:
        """Return the outcomes of an act that differ; with a quick disk also of a crash within."""
        first, writes = self._outcome(number, act)
        found = [first]
        if self.scope.disks is Disks.QUICK and act.kept is None and writes:
            for kept in crashes_of(self._parts[number].actor, self.scope, writes):
                within = Act(act.name, act.kind, act.letter, kept)
                found.append(self._outcome(number, within)[0])
        different: dict[Outcome, Outcome] = {}
        for each in found:
            if each.part != number or each.sent or each.facts or each.answers or each.broken:
                different.setdefault(each._replace(act=0), each)
        return list(different.values())

    def _outcome(self, number: int, act: Act) -> tuple[Outcome, int]:
        """Play an act. Return also how many writes it asked for."""
        self.steps += 1
        before = self._parts[number]
        actor = copy_of(before.actor)
        seen = Seen(self.scope, act.name)
        self._signed.clear()
        try:
            for effects in actor.does(act):
                seen.effects(effects, actor.log)
            after = self._number(actor)
        except Exception as error:  # noqa: BLE001 - whatever a node ends with is a finding
            seen.broken = f"{act.name} ends with {type(error).__name__}: {error}"
            after = number
        seen.signatures(self._signed)
        part = self._parts[after]
        gone = before.disk & ~part.disk
        if act.kept is None:
            gone |= before.log & ~part.log
        outcome = Outcome(
            act=self.acts.of(act),
            part=after,
            sent=self.letters.set_of(seen.letters),
            facts=self.facts.set_of(seen.facts),
            needs=self.facts.set_of(seen.needs),
            final=self.blocks.set_of(seen.final),
            dropped=gone,
            leads=seen.leads,
            reads=actor.reads if act.kind is Kind.READS else 0,
            answers=tuple(seen.answers),
            broken=seen.broken,
        )
        return outcome, seen.writes

    def _number(self, actor: Actor) -> int:
        key = blake2b(content_of(actor), digest_size=16).digest()
        number = self._numbers.get(key)
        if number is None:
            log = self.blocks.set_of(actor.log)
            disk = self.blocks.set_of(entry.block for entry in actor.disk.log)
            number = self._numbers[key] = len(self._parts)
            self._parts.append(Part(actor, log, disk, actor.lives, actor.stood))
        return number
