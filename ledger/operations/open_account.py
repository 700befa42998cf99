"""Open an account."""

from collections.abc import Iterable

from amanat.ledger.accounts import Account
from amanat.ledger.authorization import Requirement, SignatureOf
from amanat.ledger.operations.operation import Execution, Operation
from amanat.ledger.participants import Role
from amanat.ledger.rejections import Refused, RejectionCode
from amanat.ledger.state import ACCOUNTS

_HOUSE_ROLES = frozenset({Role.ISSUER, Role.CENTRAL_BANK, Role.CUSTODIAN})


class OpenAccount(Operation, frozen=True, tag="open-account"):
    """Opens an account of `owner` with a custodian.

    Issuers, the central bank and custodians may serve an account of their own (owner and custodian
    are the same); any other account is served by a participant with the role custodian.
    """

    signers = "the custodian that serves the account"
    refusals = (
        RejectionCode.UNKNOWN_PARTICIPANT,
        RejectionCode.MISSING_SIGNATURE,
        RejectionCode.WRONG_ROLE,
        RejectionCode.ALREADY_EXISTS,
    )

    account: Account

    def requirements(self, execution: Execution) -> Iterable[Requirement]:
        """The custodian."""
        return (SignatureOf(execution.participant(self.account.custodian).name),)

    def apply(self, execution: Execution) -> None:
        """Add the account."""
        account = self.account
        custodian = execution.participant(account.custodian)
        owner = execution.participant(account.owner)
        is_house = owner.name == custodian.name and _HOUSE_ROLES & set(owner.roles)
        if not is_house and Role.CUSTODIAN not in custodian.roles:
            raise Refused(
                RejectionCode.WRONG_ROLE, participant=custodian.name, need=Role.CUSTODIAN.value
            )
        if execution.state.get(ACCOUNTS, account.name) is not None:
            raise Refused(RejectionCode.ALREADY_EXISTS, account=account.name)
        execution.state.put(account, ACCOUNTS, account.name)
        execution.emit(
            "account-opened",
            account=account.name,
            owner=account.owner,
            custodian=account.custodian,
        )
