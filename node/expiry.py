"""When an operator is warned that a certificate ends."""

from datetime import datetime, timedelta
from enum import IntEnum
from typing import Final

from amanat.node.tls import LIFETIME, RENEW_AFTER


class Urgency(IntEnum):
    """How near the end is."""

    NONE = 0
    NEAR = 1
    """It should have been renewed by now, or is to be."""
    NOW = 2
    """Whoever waits now may wait too long."""


OVERDUE: Final = LIFETIME - RENEW_AFTER - timedelta(days=1)
"""What is left of a node's own certificate when it should have been renewed a day ago."""

REMINDERS: Final = (timedelta(days=30), timedelta(days=14), timedelta(days=7))
"""What is left of an operator's certificate when its operator is told, and told again."""

DAILY: Final = timedelta(days=1)
"""How often he is told after the last of these."""


def urgency_of_own(left: timedelta) -> Urgency:
    """Judge a certificate that a node makes for itself and renews by itself.

    It lives for `LIFETIME`, so that 30 days would always warn; what matters is whether the node
    renews it when it should.
    """
    if left < timedelta(days=1):
        return Urgency.NOW
    return Urgency.NEAR if left < OVERDUE else Urgency.NONE


def urgency_of_operators(left: timedelta) -> Urgency:
    """Judge a certificate that an operator fetches anew from an authority, which takes time."""
    if left < REMINDERS[-1]:
        return Urgency.NOW
    return Urgency.NEAR if left < REMINDERS[0] else Urgency.NONE


class Reminder:
    """Whether it is time to tell an operator: once at each of `REMINDERS`, then daily."""

    def __init__(self) -> None:
        self._expires: datetime | None = None
        self._passed = 0
        self._told: datetime | None = None

    def is_due(self, expires: datetime, now: datetime) -> bool:
        """Return whether the operator of a certificate that ends then is told now; note it if so.

        A node that starts anew tells once more.
        """
        if expires != self._expires:
            self._expires, self._passed, self._told = expires, 0, None
        passed = sum(expires - now < each for each in REMINDERS)
        is_daily = passed == len(REMINDERS)
        waited = self._told is None or now - self._told >= DAILY
        due = passed > self._passed or (is_daily and waited)
        if due:
            self._passed, self._told = passed, now
        return due
