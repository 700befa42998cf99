"""Which total a movement raises: what every cap asks first.

A movement between two accounts that share a total leaves it as it is, and one that lowers a total
is never a cap's business.
"""

from typing import NamedTuple

from amanat.ledger.holdings.movements import Movement
from amanat.ledger.holdings.totals import Dimension, total, value_of
from amanat.ledger.state import State


class Rise(NamedTuple):
    """A total that would be higher than it is."""

    value: str
    """Whose total: a holder's, a custodian's, a country's."""
    would_hold: int


def rise(state: State, movement: Movement, dimension: Dimension) -> Rise | None:
    """Return the total of this dimension that the movement raises; None where it raises none."""
    if movement.target is None:
        return None
    value = value_of(movement.target, dimension)
    if movement.source is not None and value_of(movement.source, dimension) == value:
        return None
    before = total(state, movement.instrument.id, dimension, value)
    return Rise(value, before + movement.amount)
