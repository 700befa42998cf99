"""A foreign exchange that distributes the bill: clients in two countries, limits of its own."""

from typing import Final

import msgspec

from amanat.ledger.custody.accounts import Account, AccountForm, AccountKind
from amanat.ledger.custody.limits import InstrumentLimit, JurisdictionLimit, Limits, TotalLimit
from amanat.ledger.governance.participants import Role
from amanat.ledger.operations import (
    ActivateInstrument,
    OpenAccount,
    RegisterInstrument,
    RegisterParticipant,
    SetLimits,
)
from tests.ledger.desk import Desk, desk_with_market
from tests.ledger.rules.ruled import FACE
from tests.ledger.world import BILL, RUPEE, account, attestation, bill, holder, participant

OTHER_BILL: Final = "PK04D2512358"
"""A second bill, paid in rupees as the first."""

CLIENTS: Final = {"li": "AE", "po": "GB", "su": "AE"}
"""The exchange's clients, and where they are resident."""

LIMITS: Final = Limits(
    totals=(TotalLimit(RUPEE, 100 * FACE),),
    instruments=(InstrumentLimit(BILL, 60 * FACE),),
    jurisdictions=(JurisdictionLimit("AE", RUPEE, 50 * FACE),),
)


def other_bill() -> RegisterInstrument:
    """Return the registration of the second bill."""
    first = bill()
    terms = msgspec.structs.replace(first.terms, isin=OTHER_BILL)
    return msgspec.structs.replace(first, id=OTHER_BILL, terms=terms)


def omnibus(name: str, custodian: str, jurisdiction: str = "AE") -> OpenAccount:
    """Return the opening of an account for many clients of a custodian."""
    kind, form = AccountKind.CLIENT, AccountForm.OMNIBUS
    attested = attestation(jurisdiction=jurisdiction)
    return OpenAccount(Account(name, custodian, custodian, kind, form, attested))


def register(*roles: Role) -> RegisterParticipant:
    """Return the registration of the exchange."""
    return RegisterParticipant(participant("exchange", *(roles or (Role.DISTRIBUTOR,))))


def desk_with_exchange(limits: Limits = LIMITS) -> Desk:
    """Return the market with the second bill, and an exchange that serves three clients."""
    desk = desk_with_market()
    desk.do("mof, sbp", other_bill(), ActivateInstrument(OTHER_BILL))
    desk.do("mof, sbp", register(), SetLimits("exchange", limits))
    for name, jurisdiction in CLIENTS.items():
        attested = attestation(jurisdiction=jurisdiction)
        desk.do("custodian-a", holder(name))
        desk.do("exchange", account(name, name, "exchange", attested))
    return desk
