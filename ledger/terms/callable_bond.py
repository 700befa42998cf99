"""Bonds that the issuer may redeem early."""

from collections.abc import Iterator
from typing import Annotated

from msgspec import Meta

from amanat.ledger.dates import Date
from amanat.ledger.encoding import Structure
from amanat.ledger.terms.coupons import BusinessDays, CouponDebtTerms, FixedRate
from amanat.ledger.terms.scales import Price
from amanat.ledger.terms.template import Problem


class Call(Structure, frozen=True):
    """A right of the issuer to redeem the whole issue."""

    call_date: Date
    price: Price
    """What it then pays."""


class CallableBondTerms(CouponDebtTerms, frozen=True, tag="callable-bond"):
    """A bond that pays a fixed coupon and is redeemed at face, or earlier at a price it states."""

    coupon: FixedRate
    calls: Annotated[tuple[Call, ...], Meta(min_length=1, max_length=128)]
    """Sorted by date, each once."""
    call_notice: BusinessDays
    """A call is announced at least so many business days before."""

    def problems(self) -> Iterator[Problem]:
        """Calls are in order, between issue and maturity."""
        yield from super().problems()
        dates = [call.call_date for call in self.calls]
        if dates != sorted(set(dates)):
            yield Problem("calls", ", ".join(map(str, dates)), "sorted by date, each once")
        for date in dates:
            if not self.issue_date < date < self.maturity_date:
                need = f"between the issue date {self.issue_date} and maturity {self.maturity_date}"
                yield Problem("calls.call_date", date, need)
