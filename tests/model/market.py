"""The market that the model and the ledger both begin with: small figures, so that limits are met.

Cash, a bill that matures soon, a bond and a lot of gold; clients of two custodians at home and of
an exchange abroad that has limits.
"""

from typing import Final

import msgspec

from amanat.ledger.custody.accounts import Account, AccountForm, AccountKind
from amanat.ledger.custody.limits import InstrumentLimit, JurisdictionLimit, Limits, TotalLimit
from amanat.ledger.dates import date_of
from amanat.ledger.genesis import GenesisDocument
from amanat.ledger.governance.participants import Participant, Role
from amanat.ledger.governance.policies import Policy
from amanat.ledger.operations import (
    ActivateInstrument,
    AnyOperation,
    Issue,
    OpenAccount,
    RegisterInstrument,
    SetLimits,
    SetRules,
)
from amanat.ledger.rules import (
    AnyRule,
    CustodianCap,
    HolderCap,
    HolderCount,
    JurisdictionCap,
    MinimumHolding,
    Period,
    ShareAbroad,
    Velocity,
)
from amanat.ledger.terms import CommodityLotTerms
from tests.ledger.papers import NEW_PIB, NEW_PIB_TERMS
from tests.ledger.world import (
    BILL,
    RUPEE,
    START,
    account,
    attestation,
    bill,
    genesis,
    participant,
    rupee,
)
from tests.model.books import DAY, Books, Person
from tests.model.governing import authority_of, policy_of

TODAY: Final = date_of(START)
BOND: Final = NEW_PIB
GOLD: Final = "GOLD-1"
ASSETS: Final = (RUPEE, BILL, BOND, GOLD)
HOLDERS: Final = {"alpha": "PK", "beta": "PK", "gamma": "GB", "li": "AE", "po": "GB"}
CLIENTS: Final = {
    "alpha": ("alpha", "custodian-a"),
    "alpha-2": ("alpha", "custodian-b"),
    "beta": ("beta", "custodian-a"),
    "gamma": ("gamma", "custodian-b"),
    "li": ("li", "exchange"),
    "po": ("po", "exchange"),
}
HOUSES: Final = {"mof-house": "mof", "sbp-house": "sbp", "exchange-house": "exchange"}
LIMITS: Final = Limits(
    totals=(TotalLimit(RUPEE, 90),),
    instruments=(InstrumentLimit(GOLD, 9), InstrumentLimit(BILL, 60)),
    jurisdictions=(JurisdictionLimit("AE", RUPEE, 50),),
)
RULES: Final[dict[str, tuple[AnyRule, ...]]] = {
    BILL: (CustodianCap(70), HolderCap(45), MinimumHolding(10), ShareAbroad(1_800)),
    BOND: (HolderCount(5), JurisdictionCap("AE", 24), Velocity(Period.DAY, 14)),
}
"""In force from the beginning, and close to what is held."""
SHORT_NOTICE: Final = DAY // 2


def document() -> GenesisDocument:
    """Return the genesis document: notices are shorter than they should be, to run out in time."""
    people: list[Participant] = [participant(name, Role.HOLDER, keys=2) for name in HOLDERS]
    people += [participant("exchange", Role.DISTRIBUTOR, keys=2)]
    people += [participant("agent", Role.PAYING_AGENT)]
    made = genesis(participants=people, rejections_per_hour_max=10**9)
    hurried = tuple(
        msgspec.structs.replace(each, delay_ms=_notice(each), age_max_ms=2 * DAY)
        for each in made.policies
    )
    return msgspec.structs.replace(made, policies=hurried)


def _notice(policy: Policy) -> int:
    """Return a short notice; none where courts take something, as a policy may have it too."""
    return 0 if policy.act == "force-transfer" else min(policy.delay_ms, SHORT_NOTICE)


def books_of(made: GenesisDocument) -> Books:
    """Return the books of a new network."""
    books = Books(START, TODAY, weekend=made.calendar.weekend)
    for each in made.participants:
        roles = frozenset(role.value for role in each.roles)
        keys = {key.key.hex(): key.until for key in each.keys}
        books.people[each.name] = Person(roles, keys, each.threshold)
    books.authorities = frozenset(authority_of(each) for each in made.authorities.members)
    books.policies = {each.act: policy_of(each) for each in made.policies}
    return books


def gold() -> RegisterInstrument:
    """Return a lot of gold, three ounces a bar."""
    terms = CommodityLotTerms(
        isin=None,
        unit="ozt",
        scale=0,
        denomination=3,
        commodity="gold",
        grade="LBMA Good Delivery",
        purity=None,
        warehouse="Karachi",
        warehouse_receipt=bytes(32),
        attested_by="An assayer",
        attestation=bytes(32),
        attestation_date=TODAY,
    )
    return RegisterInstrument(GOLD, "mof", "Gold", terms, 300)


def founding() -> list[tuple[str, tuple[AnyOperation, ...]]]:
    """Return who signs what to set the market up."""
    soon = msgspec.structs.replace(bill().terms, denomination=5, maturity_date=TODAY + 4)
    bills = msgspec.structs.replace(bill(), terms=soon, authorised=400)
    terms = msgspec.structs.replace(NEW_PIB_TERMS, denomination=2)
    bond = RegisterInstrument(BOND, "mof", "Bond", terms, 600)
    papers = [rupee(), bills, bond, gold()]
    live: list[AnyOperation] = [ActivateInstrument(each.id) for each in papers]
    houses = {
        owner: account(name, owner, owner, attestation(jurisdiction="AE", expires=None))
        if owner == "exchange"
        else account(name, owner, owner)
        for name, owner in HOUSES.items()
    }
    own = [OpenAccount(_client(name)) for name in CLIENTS]
    own.append(OpenAccount(_omnibus()))
    cash = [Issue(RUPEE, name, 120) for name in CLIENTS]
    debt = [Issue(BILL, "mof-house", 50), Issue(BOND, "mof-house", 200)]
    debt.append(Issue(GOLD, "mof-house", 60))
    for name in ("alpha", "alpha-2", "beta", "gamma", "li"):
        debt += [Issue(BILL, name, 15), Issue(BOND, name, 16)]
    everybody = "mof, sbp, exchange, custodian-a, custodian-b"
    opening = (*papers, *live, SetLimits("exchange", LIMITS), *houses.values())
    return [
        (everybody, opening),
        (everybody, (*own, *cash, Issue(RUPEE, "mof-house", 300), *debt)),
        ("mof, sbp", (SetRules(BILL, RULES[BILL]), SetRules(BOND, RULES[BOND]))),
    ]


def _client(name: str) -> Account:
    owner, custodian = CLIENTS[name]
    lasts = attestation(jurisdiction=HOLDERS[owner], expires=TODAY + 4 + 2 * len(owner))
    return Account.client(name, owner, custodian, lasts)


def _omnibus() -> Account:
    kind, form = AccountKind.CLIENT, AccountForm.OMNIBUS
    attested = attestation(jurisdiction="AE", expires=TODAY + 9)
    return Account("omnibus-b", "custodian-b", "custodian-b", kind, form, attested)
