"""Pledges and holds that give way to a legal order which names them."""

from collections.abc import Iterable
from typing import Final

from amanat.ledger.claims import holds, pledges
from amanat.ledger.claims.holds import HOLDS, Hold
from amanat.ledger.claims.pledges import PLEDGES, Pledge
from amanat.ledger.operation_execution import Execution

CLAIMS_MAX: Final = 64
"""Claims that an order names at once."""

Claim = Pledge | Hold


def claims_named(
    execution: Execution, account: str, instrument: str, identifiers: Iterable[bytes]
) -> list[Claim]:
    """Return those of some pledges and holds that stand on a holding, each once, as named.

    One that is gone, or was on another holding, is left out.
    """
    state = execution.state
    found = (
        state.get(PLEDGES, each) or state.get(HOLDS, each) for each in dict.fromkeys(identifiers)
    )
    return [
        claim
        for claim in found
        if claim is not None and (claim.account, claim.instrument) == (account, instrument)
    ]


def override(execution: Execution, claims: Iterable[Claim], amount: int) -> None:
    """Take an amount out of claims, one after the other. It stays reserved for whoever takes it.

    Emits `claim-overridden` for each that is for less by it. There must be as much.
    """
    left = amount
    for claim in claims:
        part = min(claim.amount, left)
        if part == 0:
            return
        left -= part
        if isinstance(claim, Pledge):
            pledges.take(execution.state, claim, part)
            gains = claim.beneficiary
        else:
            holds.take(execution.state, claim, part)
            gains = claim.target
        execution.emit(
            "claim-overridden",
            claim=claim.id.hex(),
            account=claim.account,
            instrument=claim.instrument,
            gains=gains,
            amount=part,
            left=claim.amount - part,
        )
