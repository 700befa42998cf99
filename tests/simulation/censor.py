"""A leader that leaves somebody out, as a fault."""

from collections.abc import Callable
from dataclasses import replace
from random import Random
from typing import Final

from amanat.ledger.transactions import CheckedTransaction, open_transaction
from amanat.node.patience import Neglect
from tests.ledger import world
from tests.simulation.answering import Told
from tests.simulation.cluster import Cluster
from tests.simulation.invariants import Violation
from tests.simulation.plan import Plan

CLIENTS: Final = ("alpha", "beta", "gamma")


class CensoredCluster(Cluster):
    """A run in which one authority, whenever it leads, takes nothing that one client signed.

    It never stops doing so. The client is served by one of the others and knows none but that one,
    as long as that takes part. All the same everything must become final.
    """

    def __init__(self, plan: Plan, *, trace: Callable[[str], None] | None = None) -> None:
        super().__init__(plan, trace=trace)
        random = Random(f"{plan.seed} censor")
        self.censor, self._custodian = random.sample(plan.names, 2)
        victim = random.choice(CLIENTS)
        self._victim = world.public_key(victim)
        self.story.tell(f"{self.censor} leaves out {victim}, a client of {self._custodian}")

    def leaves_out(self, name: str, transaction: CheckedTransaction) -> bool:
        """Return whether `name` is the censor and the victim signed."""
        return name == self.censor and self._is_victims(transaction)

    def _submit(self, name: str, envelope: bytes, told: Told | None = None) -> None:
        victims = self._is_victims(open_transaction(envelope, bytes_max=len(envelope)))
        if victims and self._custodian in self._served():
            name = self._custodian
        super()._submit(name, envelope, told)

    def _is_victims(self, transaction: CheckedTransaction) -> bool:
        return self._victim in transaction.body.signers


class QuietCluster(Cluster):
    """A run without any fault, in which nobody has a reason to give up a leader."""

    def __init__(self, plan: Plan) -> None:
        super().__init__(replace(plan, faults=()))

    def abandons(self, name: str, neglect: Neglect) -> None:
        """Nobody may."""
        raise Violation(f"14: {name} gives up a leader for nothing: {neglect}")
