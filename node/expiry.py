"""When an operator is warned that a certificate ends."""

from datetime import timedelta
from enum import IntEnum
from typing import Final

from amanat.node.tls import LIFETIME, RENEW_AFTER


class Urgency(IntEnum):
    """How near the end is."""

    NONE = 0
    NEAR = 1
    """It should have been renewed by now."""
    NOW = 2
    """It ends within a day, or has ended."""


OVERDUE: Final = LIFETIME - RENEW_AFTER - timedelta(days=1)
"""What is left of a node's own certificate when it should have been renewed a day ago."""


def urgency_of_own(left: timedelta) -> Urgency:
    """Judge a certificate that a node makes for itself and renews by itself.

    It lives for `LIFETIME`, so that 30 days would always warn; what matters is whether the node
    renews it when it should.
    """
    if left < timedelta(days=1):
        return Urgency.NOW
    return Urgency.NEAR if left < OVERDUE else Urgency.NONE
