"""Attest: a custodian says anew who the holder of an account is."""

from collections.abc import Iterable

from msgspec.structs import replace

from amanat.ledger.authorization import Requirement, SignatureOf
from amanat.ledger.custody.accounts import Attestation
from amanat.ledger.custody.attesting import check_attestation
from amanat.ledger.holdings.register import change_account
from amanat.ledger.identifiers import Name
from amanat.ledger.operation_execution import Execution
from amanat.ledger.operations.operation import Operation
from amanat.ledger.rejections import RejectionCode
from amanat.ledger.state import State
from amanat.ledger.wording import day


class Attest(Operation, frozen=True, tag="attest"):
    """Replaces the attestation of an account's holder: class, jurisdiction, tax class, expiry.

    Nothing that the account holds moves, also where the instrument's rules would not let it in any
    more; what it may receive from now on is judged by the new one.
    """

    signers = "the custodian that serves the account"
    refusals = (RejectionCode.UNKNOWN_ACCOUNT, RejectionCode.INVALID_ATTESTATION)
    emits = ("attested",)

    account: Name
    attestation: Attestation

    def requirements(self, execution: Execution) -> Iterable[Requirement]:
        """The custodian."""
        return (SignatureOf(execution.account(self.account).custodian),)

    def apply(self, execution: Execution) -> None:
        """Replace it."""
        before = execution.account(self.account)
        check_attestation(execution, before.kind, self.attestation)
        after = replace(before, attestation=self.attestation)
        change_account(execution.state, before, after)
        execution.emit(
            "attested",
            account=self.account,
            investor_class=self.attestation.investor_class.value,
            jurisdiction=self.attestation.jurisdiction,
            tax_class=self.attestation.tax_class,
            expires=-1 if self.attestation.expires is None else self.attestation.expires,
        )

    def sentence(self, state: State) -> str:
        """Return what it would do."""
        del state
        told = self.attestation
        until = "without end" if told.expires is None else f"until {day(told.expires)}"
        return (
            f"attest that the holder of {self.account} is "
            f"{told.investor_class.value.replace('_', ' ')} of {told.jurisdiction}, taxed as "
            f"{told.tax_class}, {until}"
        )
