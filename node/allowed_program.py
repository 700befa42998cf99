"""Whether governance lets this node's program run, and saying so where somebody reads it.

The digest is the node's own word, and nobody can check it: consensus goes on all the same
(docs/decisions: programs by governance).
"""

import asyncio
from typing import Final

import structlog

from amanat.ledger.governance.programs import RequiredPrograms
from amanat.ledger.state import State, programs_of
from amanat.node.node import Node
from amanat.node.program import program_digest

log = structlog.get_logger(__name__)

LOOK_SECONDS: Final = 1.0
"""How often the ledger is looked at for a new decision: governance gives days of notice."""


def required_programs(node: Node) -> RequiredPrograms:
    """Return which programs nodes may run, as far as is final and applied here."""
    return programs_of(State(node.chain.final.tree.get))


def program_fault(node: Node) -> str | None:
    """Return what governance has against this program, or None."""
    program = program_digest()
    if required_programs(node).allow(program):
        return None
    return f"governance does not let this program run: {program.hex()} is not among those it lists"


class AllowedProgram:
    """Says it in the log, when it is so from the start and whenever it changes."""

    def __init__(self, node: Node) -> None:
        self._node = node
        self._was_allowed = True

    async def watch(self) -> None:
        """Look for ever."""
        while True:
            self.look()
            await asyncio.sleep(LOOK_SECONDS)

    def look(self) -> None:
        """Say it if it is new."""
        fault = program_fault(self._node)
        if fault is not None and self._was_allowed:
            allowed = [each.hex() for each in required_programs(self._node).programs]
            log.critical(
                "program.not-allowed", program=program_digest(), allowed=allowed, reason=fault
            )
        elif fault is None and not self._was_allowed:
            log.warning("program.allowed", program=program_digest())
        self._was_allowed = fault is None
