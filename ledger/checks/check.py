"""What a check is: something that every movement must pass, whatever moves."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from amanat.ledger.holdings.movements import Movement
from amanat.ledger.operation_execution import Execution
from amanat.ledger.rejections import Refused, RejectionCode


class Check(NamedTuple):
    """One check."""

    meaning: str
    """What must hold, in a sentence."""
    codes: tuple[RejectionCode, ...]
    """With which codes it refuses."""
    refusals: Callable[[Execution, Movement], Iterator[Refused]]
    """Yields every reason that it has to refuse a movement."""
