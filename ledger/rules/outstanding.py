"""Shares of what is outstanding, in basis points: exact, and in whole numbers."""

from typing import Annotated, Final

from msgspec import Meta

from amanat.ledger.holdings.movements import Movement
from amanat.ledger.instruments.supplies import supply
from amanat.ledger.state import State

WHOLE: Final = 10_000
"""Basis points in one."""

BasisPoints = Annotated[int, Meta(ge=0, le=WHOLE, title="basis points")]
"""Hundredths of a percent."""


def outstanding_after(state: State, movement: Movement) -> int:
    """Return what was issued and not redeemed, once the movement is made.

    What the issuer has not placed yet is outstanding as well.
    """
    supplied = supply(state, movement.instrument.id)
    issued = movement.amount if movement.source is None else 0
    return supplied.issued - supplied.redeemed + issued


def part(outstanding: int, basis_points: int) -> int:
    """Return the largest amount that is no more than this share of what is outstanding."""
    return basis_points * outstanding // WHOLE


def percent(basis_points: int) -> str:
    """Return a share in plain words."""
    whole, hundredths = divmod(basis_points, 100)
    return f"{whole}.{hundredths:02} % of what is outstanding"
