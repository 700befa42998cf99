"""Every template of terms, one file each. This list is the registry.

To add one: write its file, add it to `TEMPLATES` and to `Terms`, write its tests; then governance
makes the policies of its acts.
"""

from typing import Final

from amanat.ledger.terms.callable_bond import Call, CallableBondTerms
from amanat.ledger.terms.cash import CashTerms
from amanat.ledger.terms.commodity_lot import CommodityLotTerms
from amanat.ledger.terms.coupons import CouponDebtTerms, CouponSchedule, FixedRate, FloatingRate
from amanat.ledger.terms.debt import DebtTerms
from amanat.ledger.terms.fixed_rate_bond import FixedRateBondTerms
from amanat.ledger.terms.floating_rate_bond import FloatingRateBondTerms
from amanat.ledger.terms.ijara_sukuk import IjaraSukukTerms
from amanat.ledger.terms.inflation_linked_bond import InflationLinkedBondTerms
from amanat.ledger.terms.measures import MeasuredTerms
from amanat.ledger.terms.template import Problem, Template
from amanat.ledger.terms.treasury_bill import TreasuryBillTerms
from amanat.ledger.terms.unit import UnitTerms

__all__ = [
    "KINDS",
    "TEMPLATES",
    "Call",
    "CallableBondTerms",
    "CashTerms",
    "CommodityLotTerms",
    "CouponDebtTerms",
    "CouponSchedule",
    "DebtTerms",
    "FixedRate",
    "FixedRateBondTerms",
    "FloatingRate",
    "FloatingRateBondTerms",
    "IjaraSukukTerms",
    "InflationLinkedBondTerms",
    "MeasuredTerms",
    "Problem",
    "Template",
    "Terms",
    "TreasuryBillTerms",
    "UnitTerms",
]

TEMPLATES: Final[tuple[type[Template], ...]] = (
    CashTerms,
    TreasuryBillTerms,
    FixedRateBondTerms,
    FloatingRateBondTerms,
    IjaraSukukTerms,
    InflationLinkedBondTerms,
    CallableBondTerms,
    CommodityLotTerms,
    UnitTerms,
)

Terms = (
    CashTerms
    | TreasuryBillTerms
    | FixedRateBondTerms
    | FloatingRateBondTerms
    | IjaraSukukTerms
    | InflationLinkedBondTerms
    | CallableBondTerms
    | CommodityLotTerms
    | UnitTerms
)
"""The same list as a type, for the strict decoder."""

KINDS: Final = tuple(str(template.__struct_config__.tag) for template in TEMPLATES)
"""The name of every kind, as acts and events name it."""
