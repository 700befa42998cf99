"""What every debt has: who is owed how much, in what, from when until when."""

from collections.abc import Iterator

from amanat.ledger.dates import Date
from amanat.ledger.identifiers import InstrumentId, PositiveAmount
from amanat.ledger.terms.isin import Isin
from amanat.ledger.terms.template import Problem, Template


class DebtTerms(Template, frozen=True):
    """A debt of the state. Amounts of it are face value, in the smallest unit of its cash.

    PKR 5,000 of face is 500,000. What is outstanding counts towards the borrowing ceiling.
    """

    lasting = ("cash",)

    isin: Isin
    cash: InstrumentId
    """The cash instrument that it is paid in."""
    denomination: PositiveAmount
    """Smallest face value; amounts are multiples of it."""
    issue_date: Date
    """From which interest runs, and a discount is counted."""
    maturity_date: Date
    """On which the face value is due."""

    @property
    def matures(self) -> Date | None:
        """The maturity date."""
        return self.maturity_date

    def problems(self) -> Iterator[Problem]:
        """It matures after it is issued."""
        if self.maturity_date <= self.issue_date:
            need = f"after the issue date {self.issue_date}"
            yield Problem("maturity_date", self.maturity_date, need)
