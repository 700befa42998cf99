"""Every check that a movement must pass, one file each, in the order in which they are asked."""

from collections.abc import Iterator
from typing import Final

from amanat.ledger.checks.attestation import ATTESTATION
from amanat.ledger.checks.authorised_amount import AUTHORISED_AMOUNT
from amanat.ledger.checks.availability import AVAILABILITY
from amanat.ledger.checks.borrowing_ceiling import BORROWING_CEILING
from amanat.ledger.checks.check import Check
from amanat.ledger.checks.denomination import DENOMINATION
from amanat.ledger.checks.instrument_rules import INSTRUMENT_RULES
from amanat.ledger.checks.life_cycle import LIFE_CYCLE
from amanat.ledger.checks.parties import PARTIES
from amanat.ledger.checks.service import SERVICE
from amanat.ledger.checks.standing import STANDING
from amanat.ledger.checks.stops import STOPS
from amanat.ledger.holdings.movements import Movement
from amanat.ledger.operation_execution import Execution
from amanat.ledger.rejections import Refused, RejectionCode

CHECKS: Final[tuple[Check, ...]] = (
    PARTIES,
    LIFE_CYCLE,
    DENOMINATION,
    STOPS,
    AVAILABILITY,
    AUTHORISED_AMOUNT,
    BORROWING_CEILING,
    STANDING,
    SERVICE,
    ATTESTATION,
    INSTRUMENT_RULES,
)

MOVEMENT_CODES: Final[tuple[RejectionCode, ...]] = tuple(
    dict.fromkeys(code for check in CHECKS for code in check.codes)
)
"""Every code with which a movement may be refused."""

PROMISE_CHECKS: Final[tuple[Check, ...]] = tuple(
    check for check in CHECKS if check is not INSTRUMENT_RULES
)
"""What is asked of a hold or a pledge. The instrument's rules are asked when it moves."""

PROMISE_CODES: Final[tuple[RejectionCode, ...]] = tuple(
    dict.fromkeys(code for check in PROMISE_CHECKS for code in check.codes)
)
"""Every code with which a promise may be refused."""


def refusals(execution: Execution, movement: Movement) -> Iterator[Refused]:
    """Yield every reason to refuse a movement."""
    for check in CHECKS:
        yield from check.refusals(execution, movement)


def promise_refusals(execution: Execution, movement: Movement) -> Iterator[Refused]:
    """Yield every reason why a movement may not even be promised."""
    for check in PROMISE_CHECKS:
        yield from check.refusals(execution, movement)
