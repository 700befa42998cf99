"""The conventions of a bond market, each by its name. The ledger's arithmetic goes by these."""

from enum import StrEnum


class DayCount(StrEnum):
    """What part of a year lies between two dates."""

    ACT_365 = "act/365"
    """Days, divided by 365."""
    ACT_360 = "act/360"
    """Days, divided by 360."""
    ACT_ACT_ICMA = "act/act-icma"
    """Days, divided by the days of the coupon period and the coupons in a year."""
    ACT_ACT_ISDA = "act/act-isda"
    """Days in leap years divided by 366, others by 365."""
    THIRTY_360 = "30/360"
    """Months of 30 days, the 31st counting as the 30th at the end only after a 30th or 31st."""
    THIRTY_E_360 = "30e/360"
    """Months of 30 days, every 31st counting as the 30th."""


class Roll(StrEnum):
    """When a payment is made whose date is no business day."""

    NONE = "none"
    """On that date all the same."""
    FOLLOWING = "following"
    """On the next business day."""
    MODIFIED_FOLLOWING = "modified-following"
    """On the next business day, or the last one before where that is in another month."""
    PRECEDING = "preceding"
    """On the last business day before."""
    MODIFIED_PRECEDING = "modified-preceding"
    """On the last business day before, or the next one where that is in another month."""


class PaymentCalendar(StrEnum):
    """Which days are business days."""

    LEDGER = "ledger"
    """Those of the calendar on the ledger, which governance sets."""


class Rounding(StrEnum):
    """How an amount becomes a whole number of the smallest unit of cash."""

    HALF_UP = "half-up"
    HALF_EVEN = "half-even"
    DOWN = "down"
    UP = "up"
