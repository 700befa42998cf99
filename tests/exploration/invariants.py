"""What must hold (DESIGN §10, by number), in every state and at every transition.

What is final is found out here from the acks that were signed, the moment a quorum has signed
them, though no node may know of it yet; and it includes what any node takes for final.
"""

from amanat.consensus.statements import Ack, BlockId
from amanat.ledger.authorities import QuorumRule
from tests.consensus.signing import parent_of
from tests.exploration.facts import ReadBegun, Signed, conflict
from tests.exploration.numbers import bits
from tests.exploration.outcome import Outcome
from tests.exploration.parts import Parts


class Violation(Exception):  # noqa: N818 - the word for it
    """An invariant does not hold; or something else that must not be."""


class Invariants:
    """Judges transitions and states. Sets are of numbers."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._conflicts: list[int] = []
        """For each fact those that must not be facts as well."""
        self._acks: dict[BlockId, list[tuple[int, str]]] = {}
        """For each block the facts that somebody acked it, and who."""
        self._on_disks: dict[tuple[int, ...], bool] = {}
        self._agreeing: set[tuple[int, int]] = set()

    # --- a transition ---

    def judge(self, outcome: Outcome, facts: int, final: int) -> int:
        """Return what is final after `outcome`, where `facts` and `final` were so before.

        Raises:
            Violation: 1, 2, 3, 4, 6, 7 or 12 does not hold any more.
        """
        if outcome.broken:
            raise Violation(outcome.broken)
        if outcome.needs & ~(facts | outcome.facts):
            raise Violation("7: a certificate shows a signature that was never made")
        if outcome.final & ~final or outcome.facts & ~facts:
            final = self._final(outcome, facts, final)
        if outcome.dropped & final:
            blocks = self._parts.blocks.members(outcome.dropped & final)
            raise Violation(f"3: the final block {blocks[0].position} is dropped")
        if outcome.leads:
            self._leads(outcome, final)
        if outcome.answers:
            self._answers(outcome, facts)
        return final

    def _final(self, outcome: Outcome, facts: int, final: int) -> int:
        if len(self._conflicts) < len(self._parts.facts.things):
            self._learn()
        things = self._parts.facts.things
        before, facts, final = final, facts | outcome.facts, final | outcome.final
        for number in bits(outcome.facts):
            for other in bits(self._conflicts[number] & facts):
                raise Violation(conflict(things[other], things[number]) or "")
            fact = things[number]
            if isinstance(fact, Signed) and isinstance(fact.statement, Ack):
                final |= self._certified(fact.statement, facts)
        if final != before:
            blocks = self._parts.blocks.members(final)
            if len({block.height for block in blocks}) < len(blocks):
                raise Violation("2: two blocks are final at one height")
        return final

    def _learn(self) -> None:
        things = self._parts.facts.things
        for number in range(len(self._conflicts), len(things)):
            fact = things[number]
            against = [n for n in range(number) if conflict(things[n], fact)]
            self._conflicts.append(sum(1 << n for n in against))
            for other in against:
                self._conflicts[other] |= 1 << number
            if isinstance(fact, Signed) and isinstance(fact.statement, Ack):
                self._acks.setdefault(fact.statement.block, []).append((number, fact.name))

    def _certified(self, ack: Ack, facts: int) -> int:
        """Return what is final because of the acks of one block."""
        names = [name for number, name in self._acks[ack.block] if facts >> number & 1]
        if not self._parts.scope.suffices(names):
            return 0
        block = ack.block
        if self._parts.scope.rule is QuorumRule.TWO_THIRDS:
            if ack.parent.term != block.term:
                return 0
            block = ack.parent
        found = []
        while block.height:
            found.append(block)
            block = parent_of(block)
        return self._parts.blocks.set_of(found)

    def _leads(self, outcome: Outcome, final: int) -> None:
        """Whoever is elected late, in a term that is past, may lack what became final since."""
        part = self._parts[outcome.part]
        for block in self._parts.blocks.members(final & ~part.log):
            if block.term < outcome.leads:
                name = part.actor.name
                raise Violation(f"4: {name} leads without the final block {block.position}")

    def _answers(self, outcome: Outcome, facts: int) -> None:
        name = self._parts[outcome.part].actor.name
        answers = dict(outcome.answers)
        for fact in self._parts.facts.members(facts):
            if isinstance(fact, ReadBegun) and fact.name == name:
                height = answers.get(fact.number, fact.height)
                if height < fact.height:
                    raise Violation(f"12: {name} reads at {height}, final was {fact.height}")

    # --- a state ---

    def inspect(self, numbers: tuple[int, ...], final: int) -> None:
        """Look at a state that was not seen before.

        Raises:
            Violation: 3 or 5 does not hold.
        """
        parts = [self._parts[number] for number in numbers]
        if final:
            disks = (final, *(part.disk for part in parts))
            safe = self._on_disks.get(disks)
            if safe is None:
                safe = self._on_disks[disks] = self._is_on_disks(disks)
            if not safe:
                raise Violation("3: a final block is not on the disks of a quorum")
        for place, one in enumerate(parts):
            for two in parts[:place]:
                if one.log != two.log and (one.log, two.log) not in self._agreeing:
                    self._agree(one.actor.log, two.actor.log)
                    self._agreeing.add((one.log, two.log))

    def _is_on_disks(self, disks: tuple[int, ...]) -> bool:
        final, *held = disks
        scope = self._parts.scope
        for number in bits(final):
            names = [
                name for name, disk in zip(scope.names, held, strict=True) if disk >> number & 1
            ]
            if not scope.suffices(names):
                return False
        return True

    def _agree(self, one: list[BlockId], two: list[BlockId]) -> None:
        shared = [
            height for height, pair in enumerate(zip(one, two, strict=False)) if len(set(pair)) == 1
        ]
        if shared and one[: shared[-1]] != two[: shared[-1]]:
            raise Violation(f"5: logs agree at {shared[-1] + 1} and differ before")
