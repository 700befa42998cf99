"""What an audit finds that is not as it must be."""

from collections.abc import Callable

from amanat.ledger.encoding import Structure


class Finding(Structure, frozen=True):
    """The first thing that is not in order."""

    height: int
    """Of the block in which it is."""
    check: str
    """Which of `CHECKS` it failed."""
    expected: str
    found: str


class Faulty(Exception):  # noqa: N818 - what is the case
    """Carries a finding to where the audit ends."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(f"block {finding.height}: {finding.found}")
        self.finding = finding


CHECKS = {
    "encoding": "every block is canonically encoded",
    "order": "heights follow one another, and each block names the hash of the one before",
    "leader": "a quorum elected each leader, and the leader signed its blocks",
    "execution": "every transaction was executed again: signatures, rules, receipts, state root",
    "receipts": "the receipts that the source keeps are those that executing gives",
    "change": "authorities changed only as those before them had decided for good",
    "certificate": "a quorum of those who decided then signed that each block is final",
    "whole": "no block is missing between the first and the last",
    "totals": "issued less redeemed is what is held, and a recount of the register agrees",
}
"""What is checked, in plain words."""

Refuse = Callable[[str, str], Faulty]
"""Makes the fault of a check at a height from what was expected and what was found."""


def faults(height: int, check: str) -> Refuse:
    """Return what makes the fault of `check` at `height`."""
    if check not in CHECKS:
        raise ValueError(f"{check} is no check")
    return lambda expected, found: Faulty(Finding(height, check, expected, found))
