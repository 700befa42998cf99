"""A market with rules on its bill: two more accounts, and pieces of the bill to give out."""

from amanat.ledger.custody.accounts import InvestorClass
from amanat.ledger.operations import SetRules, Transfer
from amanat.ledger.receipts import Figures
from amanat.ledger.rules import AnyRule
from tests.ledger.desk import Desk, desk_with_market
from tests.ledger.world import BILL, account, attestation, holder

FACE = 500_000
"""One piece of the bill: PKR 5,000."""

OWNERS = {"mof-house": "mof", "alpha-2": "alpha"}
"""The owners of accounts that are not called as their owners."""


def ruled(*rules: AnyRule) -> Desk:
    """Return the market under these rules.

    `alpha-2` is another account of alpha's, with custodian-b; `delta` and `omega` are institutions
    in the Emirates and in Oman, clients of custodian-b.
    """
    desk = desk_with_market()
    foreign = InvestorClass.FOREIGN_INSTITUTION
    desk.do(
        "custodian-b",
        account("alpha-2", "alpha", "custodian-b"),
        holder("delta"),
        account("delta", "delta", "custodian-b", attestation(foreign, "AE")),
        holder("omega"),
        account("omega", "omega", "custodian-b", attestation(foreign, "OM")),
    )
    set_rules(desk, *rules)
    return desk


def set_rules(desk: Desk, *rules: AnyRule) -> None:
    """Replace the rules of the bill."""
    desk.do("mof, sbp", SetRules(BILL, rules))


def give(desk: Desk, source: str, target: str, pieces: int) -> None:
    """Let pieces of the bill move."""
    desk.do(OWNERS.get(source, source), Transfer(source, target, BILL, pieces * FACE))


def refused(desk: Desk, source: str, target: str, pieces: int) -> tuple[str, Figures]:
    """Return why pieces of the bill may not move."""
    return desk.refused(OWNERS.get(source, source), Transfer(source, target, BILL, pieces * FACE))
