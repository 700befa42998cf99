"""How much there is of an instrument."""

from amanat.ledger.instruments.supply import Supply
from amanat.ledger.state import SUPPLIES, State


def supply(state: State, instrument: str) -> Supply:
    """Return how much was issued and redeemed."""
    return state.get(SUPPLIES, instrument) or Supply(0, 0)
