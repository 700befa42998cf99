"""What a simulated process runs in, and who watches it."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from amanat.consensus.messages import Message
from amanat.ledger.genesis import GenesisDocument
from amanat.ledger.identifiers import Digest, LedgerTime
from amanat.ledger.transactions import CheckedTransaction
from amanat.node.patience import Neglect
from tests.simulation.boundaries import Boundary
from tests.simulation.invariants import Invariants
from tests.simulation.network import Forward
from tests.simulation.story import Story


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a process runs in, and who watches it."""

    name: str
    document: GenesisDocument
    chain_id: Digest
    clock: Callable[[], LedgerTime]
    send: Callable[[str, Message | Forward], None]
    reach: Callable[[Boundary], None]
    """Called at every boundary; it raises to cut the process off there."""
    story: Story
    invariants: Invariants
    random: Random
    leaves_out: Callable[[CheckedTransaction], bool]
    """Whether the node puts a transaction into no block of its own, though it should."""
    leaves_open: Callable[[], bool]
    """Whether the node completes no change of the authorities, though it should."""
    abandons: Callable[[Neglect], None]
    """Told when the node gives up its leader."""
    keep: int | None
    """How many blocks it keeps at least; None for all."""
    counts: Counter[str]
    """Told what happens that is worth counting."""
