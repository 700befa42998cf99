"""Open an account."""

from collections.abc import Iterable

from amanat.ledger.authorization import Requirement, SignatureOf
from amanat.ledger.custody.accounts import Account, AccountForm, AccountKind
from amanat.ledger.custody.attesting import check_attestation
from amanat.ledger.holdings import register
from amanat.ledger.moving import succession
from amanat.ledger.operation_execution import Execution
from amanat.ledger.operations.operation import Operation
from amanat.ledger.rejections import Refused, RejectionCode
from amanat.ledger.state import ACCOUNTS, State


class OpenAccount(Operation, frozen=True, tag="open-account"):
    """Opens an account of `owner` with a custodian, who attests who the holder is.

    A house account is the custodian's own: issuers, the central bank, custodians and distributors
    may have one. A client's account is served by a participant with the role custodian, or the role
    distributor once its limits are set. An omnibus account, of the holdings of many clients,
    belongs to the custodian itself.
    """

    signers = "the custodian that serves the account"
    refusals = (
        RejectionCode.UNKNOWN_PARTICIPANT,
        RejectionCode.WRONG_ROLE,
        RejectionCode.NO_LIMITS,
        RejectionCode.ALREADY_EXISTS,
        RejectionCode.INVALID_ACCOUNT,
        RejectionCode.INVALID_ATTESTATION,
    )
    emits = ("account-opened",)

    account: Account

    def requirements(self, execution: Execution) -> Iterable[Requirement]:
        """The custodian."""
        return (SignatureOf(execution.participant(self.account.custodian).name),)

    def apply(self, execution: Execution) -> None:
        """Add the account."""
        account = self.account
        custodian = execution.participant(account.custodian)
        owner = execution.participant(account.owner)
        if execution.state.get(ACCOUNTS, account.name) is not None:
            raise Refused(RejectionCode.ALREADY_EXISTS, account=account.name)
        succession.check_may_serve(execution, custodian, account.kind)
        own = owner.name == custodian.name
        if not own and account.kind is AccountKind.HOUSE:
            raise Refused(RejectionCode.INVALID_ACCOUNT, need="a house account is its custodian's")
        if own and account.kind is AccountKind.CLIENT and account.form is not AccountForm.OMNIBUS:
            raise Refused(
                RejectionCode.INVALID_ACCOUNT, need="a custodian's own account is a house account"
            )
        if not own and account.form is AccountForm.OMNIBUS:
            raise Refused(
                RejectionCode.INVALID_ACCOUNT, need="an omnibus account is its custodian's"
            )
        check_attestation(execution, account.kind, account.attestation)
        register.add_account(execution.state, account)
        execution.emit(
            "account-opened",
            account=account.name,
            owner=account.owner,
            custodian=account.custodian,
        )

    def sentence(self, state: State) -> str:
        """Return what it would do."""
        del state
        each = self.account
        return (
            f"open the {each.form.value} {each.kind.value} account {each.name} of {each.owner} "
            f"with {each.custodian} ({each.attestation.investor_class.value.replace('_', ' ')}, "
            f"{each.attestation.jurisdiction})"
        )
