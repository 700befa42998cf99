"""Accounts, what their custodians attest, and what they hold. Nothing here says who a person is."""

from enum import StrEnum
from typing import Annotated

from msgspec import Meta

from amanat.ledger.dates import Date
from amanat.ledger.encoding import Structure
from amanat.ledger.identifiers import Amount, Digest, Name

Jurisdiction = Annotated[
    str,
    Meta(pattern=r"\A[A-Z]{2}\Z", title="country", description="two capitals (ISO 3166-1)"),
]
"""ISO 3166-1 alpha-2 country code."""

PAKISTAN = "PK"
"""The code of Pakistan itself."""


class InvestorClass(StrEnum):
    """What kind of investor an account belongs to."""

    GOVERNMENT = "government"
    CENTRAL_BANK = "central_bank"
    BANK = "bank"
    PRIMARY_DEALER = "primary_dealer"
    NON_BANK_FINANCIAL = "non_bank_financial"
    CORPORATE = "corporate"
    INDIVIDUAL_RESIDENT = "individual_resident"
    INDIVIDUAL_NON_RESIDENT = "individual_non_resident"
    FOREIGN_INSTITUTION = "foreign_institution"
    SUPRANATIONAL = "supranational"


class AccountKind(StrEnum):
    """For whom the custodian serves the account."""

    HOUSE = "house"
    """For itself: the owner is the custodian."""
    CLIENT = "client"


class AccountForm(StrEnum):
    """Whose holdings are in the account."""

    SEGREGATED = "segregated"
    """One holder's."""
    OMNIBUS = "omnibus"
    """Those of many clients, whom the custodian's own books tell apart."""


class Attestation(Structure, frozen=True):
    """What the custodian has established about the holder (know your customer)."""

    commitment: Digest
    """A salted digest of the custodian's file on the holder. The file is nowhere on the ledger."""
    investor_class: InvestorClass
    jurisdiction: Jurisdiction
    """Where the holder is resident."""
    tax_class: Name
    """By which of the rates on the ledger its income is taxed."""
    expires: Date | None
    """The last calendar date on which the account may receive; None for house accounts alone."""


class Account(Structure, frozen=True):
    """A securities and cash account."""

    name: Name
    owner: Name
    """The participant whose signature moves holdings out of the account."""
    custodian: Name
    """The participant that serves the account."""
    kind: AccountKind
    form: AccountForm
    attestation: Attestation

    @staticmethod
    def house(name: str, owner: str, attestation: Attestation) -> "Account":
        """Return the account that an institution serves for itself."""
        return Account(name, owner, owner, AccountKind.HOUSE, AccountForm.SEGREGATED, attestation)

    @staticmethod
    def client(name: str, owner: str, custodian: str, attestation: Attestation) -> "Account":
        """Return the account of one client with its custodian."""
        kind, form = AccountKind.CLIENT, AccountForm.SEGREGATED
        return Account(name, owner, custodian, kind, form, attestation)


class Holding(Structure, frozen=True):
    """How much of one instrument an account holds. A holding of nothing is not kept."""

    amount: Amount
    reserved: Amount
    """How much of it is held for somebody or pledged, and cannot move otherwise."""
