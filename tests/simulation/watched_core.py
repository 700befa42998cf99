"""The core, with the invariants looking at all that comes out of it."""

from amanat.consensus.core import Core
from amanat.consensus.interface import Effects, Event
from amanat.node.application import LedgerApplication
from tests.simulation.invariants import Invariants


class WatchedCore(Core):
    """The core, with the invariants looking at all that comes out of it."""

    def watch(self, name: str, invariants: Invariants, application: LedgerApplication) -> None:
        """Tell `invariants` from now on."""
        self._name, self._invariants, self._application = name, invariants, application

    def step(self, event: Event) -> Effects:
        """Take one event."""
        effects = super().step(event)
        for entry in effects.persist.entries if effects.persist else ():
            height = entry.block.height
            certifier = self._application.certifier(height)
            self._invariants.decides(
                entry.block, certifier, self._application.configuration(height)
            )
        self._invariants.stepped(self._name, effects)
        return effects
