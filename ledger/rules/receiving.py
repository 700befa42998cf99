"""Where whoever receives is resident: what the rules about countries share."""

from collections.abc import Sequence
from typing import Final

from amanat.ledger.holdings.movements import Movement
from amanat.ledger.rejections import Refused, RejectionCode

CODES: Final = (RejectionCode.JURISDICTION_NOT_ALLOWED,)


def country(movement: Movement) -> str | None:
    """Return the country into which it moves to an investor; None where its holder had it there."""
    source, target = movement.source, movement.target
    if target is None or target.owner == movement.instrument.issuer:
        return None
    leaves = None if source is None else source.attestation.jurisdiction
    enters = target.attestation.jurisdiction
    return None if movement.is_within_holder and leaves == enters else enters


def refused(movement: Movement, enters: str) -> Refused:
    """Return the refusal of a movement into a country."""
    account = "" if movement.target is None else movement.target.name
    return Refused(RejectionCode.JURISDICTION_NOT_ALLOWED, account=account, jurisdiction=enters)


def problems(countries: Sequence[str]) -> list[str]:
    """Return what is wrong with a list of countries; empty when nothing is."""
    fine = list(countries) == sorted(set(countries))
    return [] if fine else ["countries must be sorted, each once"]
