"""Who takes part: institutions with their keys, investors, and the genesis document of them all.

The keys are made from the names, so that the story is the same each time it is told. Real ones come
from `amanat key new`, and nobody can guess them.
"""

from functools import partial
from hashlib import sha256
from typing import Final

from nacl.signing import SigningKey

from amanat.config.standard_rules import (
    standard_calendar,
    standard_parameters,
    standard_policies,
)
from amanat.ledger.authorities import Authority, AuthorityClass, AuthoritySet, QuorumRule
from amanat.ledger.crypto import Sign
from amanat.ledger.custody.accounts import (
    Account,
    AccountForm,
    AccountKind,
    Attestation,
    InvestorClass,
)
from amanat.ledger.dates import MINUTE_MS, Date, start_of
from amanat.ledger.genesis import GenesisDocument
from amanat.ledger.governance.participants import Participant, Role
from amanat.ledger.identifiers import LedgerTime, PublicKey

MONDAY: Final[Date] = 20_640
"""2026-07-06, the first day of the story. The others follow it."""
TUESDAY, WEDNESDAY, THURSDAY, FRIDAY, NEXT_MONDAY = (MONDAY + days for days in (1, 2, 3, 4, 7))

AUTHORITIES: Final = {
    "mof": AuthorityClass.SOVEREIGN,
    "sbp": AuthorityClass.SOVEREIGN,
    "cdc": AuthorityClass.CUSTODIAN,
}
"""Who runs a node. The first of them leads."""

INSTITUTIONS: Final = {
    "cdc": ("Central Depository Company", Role.CUSTODIAN),
    "margalla-bank": ("Margalla Bank, a primary dealer", Role.CUSTODIAN),
    "mof": ("Ministry of Finance, Debt Management Office", Role.ISSUER),
    "sbp": ("State Bank of Pakistan", Role.CENTRAL_BANK),
    "secp": ("Securities and Exchange Commission of Pakistan", Role.REGULATOR),
}
"""Those that are there from the beginning."""

EXCHANGE: Final = "gulf-exchange"

ATTESTED_UNTIL: Final[Date] = MONDAY + 365


def at(date: Date, clock: str) -> LedgerTime:
    """Return the ledger time of a date and a clock, such as 09:30, in Pakistan."""
    hours, minutes = clock.split(":")
    return start_of(date) + (60 * int(hours) + int(minutes)) * MINUTE_MS


def weekday(date: Date) -> str:
    """Return the day of the week: 1970-01-01 was a Thursday."""
    names = ("Thursday", "Friday", "Saturday", "Sunday", "Monday", "Tuesday", "Wednesday")
    return names[date % 7]


def key(name: str) -> SigningKey:
    """Return the key of a participant or an authority."""
    return SigningKey(sha256(f"a day in the life: {name}".encode()).digest())


def public_key(name: str) -> PublicKey:
    """Return the public half of `key(name)`."""
    return bytes(key(name).verify_key)


def signer(name: str) -> Sign:
    """Return what signs with `key(name)`."""
    return partial(_signed, key(name))


def _signed(by: SigningKey, message: bytes) -> bytes:
    return by.sign(message).signature


def participant(name: str, title: str, *roles: Role) -> Participant:
    """Return a participant with one key."""
    return Participant.simple(name, title, roles, public_key(name))


def genesis() -> GenesisDocument:
    """Return the network as its founders agree on it: standard policies, quorum of two."""
    members = tuple(
        Authority(name, public_key(f"authority {name}"), AUTHORITIES[name])
        for name in sorted(AUTHORITIES)
    )
    return GenesisDocument(
        version=2,
        network="pakistan",
        created=at(MONDAY, "08:00"),
        authorities=AuthoritySet(members, 2, 1, QuorumRule.MAJORITY),
        participants=tuple(participant(name, *told) for name, told in INSTITUTIONS.items()),
        policies=standard_policies(),
        parameters=standard_parameters(),
        calendar=standard_calendar(),
    )


def attestation(
    of: str, investor: InvestorClass, country: str, expires: Date | None = ATTESTED_UNTIL
) -> Attestation:
    """Return what a custodian attests of a holder: never who it is."""
    commitment = sha256(f"salt, and the custodian's file on {of}".encode()).digest()
    tax = "scra" if country != "PK" else "filer"
    return Attestation(commitment, investor, country, tax, expires)


def house(of: str, investor: InvestorClass, country: str = "PK") -> Account:
    """Return an institution's account for itself."""
    return Account.house(f"{of}-house", of, attestation(of, investor, country, None))


def client(of: str, custodian: str, investor: InvestorClass, country: str = "PK") -> Account:
    """Return the account of a client with a custodian."""
    return Account.client(of, of, custodian, attestation(of, investor, country))


def omnibus(name: str, custodian: str, country: str) -> Account:
    """Return an account of a custodian for many clients, whom its own books tell apart."""
    attested = attestation(name, InvestorClass.INDIVIDUAL_NON_RESIDENT, country)
    kind, form = AccountKind.CLIENT, AccountForm.OMNIBUS
    return Account(name, custodian, custodian, kind, form, attested)
