"""A leader that leaves somebody out, as a fault."""

from collections.abc import Callable
from typing import Final

from amanat.ledger.transactions import CheckedTransaction, open_transaction
from amanat.node.patience import Neglect
from tests.ledger import world
from tests.simulation.cluster import Cluster
from tests.simulation.invariants import Violation

CLIENTS: Final = ("alpha", "beta", "gamma")


class CensoredCluster(Cluster):
    """A run in which one authority, whenever it leads, takes nothing that one client signed.

    It never stops doing so. The client is served by one of the others and knows none but that one.
    All the same everything must become final.
    """

    def __init__(self, seed: int, *, trace: Callable[[str], None] | None = None) -> None:
        super().__init__(seed, trace=trace)
        censor, self.custodian = self._random.sample(self.names, 2)
        victim = self._random.choice(CLIENTS)
        self.censors.add(censor)
        self._victim = world.public_key(victim)
        self.nodes[censor].leaves_out = self._is_victims
        self._say(f"{censor} leaves out {victim}, a client of {self.custodian}")

    def _submit(self, name: str, envelope: bytes) -> None:
        if self._is_victims(open_transaction(envelope, bytes_max=len(envelope))):
            name = self.custodian
        if self.nodes[name].alive:
            super()._submit(name, envelope)

    def _is_victims(self, transaction: CheckedTransaction) -> bool:
        return self._victim in transaction.body.signers


class QuietCluster(Cluster):
    """A run without any fault, in which nobody has a reason to give up a leader."""

    def _fault(self) -> None:
        """Nothing goes wrong."""

    def _abandons(self, name: str, neglect: Neglect) -> None:
        raise Violation(f"14: {name} gives up a leader for nothing: {neglect}")
