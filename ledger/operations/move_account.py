"""Move an account: its owner goes to another custodian with all that it has."""

from collections.abc import Iterable

from amanat.ledger.authorization import Requirement, SignatureOf
from amanat.ledger.custody.accounts import AccountForm, AccountKind
from amanat.ledger.identifiers import Name
from amanat.ledger.moving import succession
from amanat.ledger.operation_execution import Execution
from amanat.ledger.operations.operation import Operation
from amanat.ledger.rejections import Refused, RejectionCode
from amanat.ledger.state import ACCOUNTS, State


class MoveAccount(Operation, frozen=True, tag="move-account"):
    """Moves a client's account to another custodian, whole: what is reserved or pledged as well.

    The delivering custodian is not asked, so that it holds no client back; it may be suspended. The
    new one signs that it takes the client on. It must be allowed to serve what the account holds:
    its limits as a distributor and the instruments' caps per custodian hold. The old attestation is
    good until it expires; the new custodian may replace it in the same transaction.
    """

    signers = "the owner of the account, and the custodian that is to serve it"
    refusals = (
        RejectionCode.UNKNOWN_ACCOUNT,
        RejectionCode.UNKNOWN_PARTICIPANT,
        RejectionCode.INVALID_ACCOUNT,
        RejectionCode.WRONG_ROLE,
        *succession.MOVING_CODES,
    )
    emits = ("account-moved",)

    account: Name
    custodian: Name
    """The one that is to serve it."""

    def requirements(self, execution: Execution) -> Iterable[Requirement]:
        """The owner and the new custodian."""
        account = execution.account(self.account)
        custodian = execution.participant(self.custodian)
        return (SignatureOf(account.owner), SignatureOf(custodian.name))

    def apply(self, execution: Execution) -> None:
        """Move it."""
        account = execution.account(self.account)
        if account.kind is not AccountKind.CLIENT or account.form is AccountForm.OMNIBUS:
            raise Refused(RejectionCode.INVALID_ACCOUNT, need="the account of one client")
        if account.custodian == self.custodian:
            raise Refused(RejectionCode.INVALID_ACCOUNT, need="another custodian")
        custodian = execution.participant(self.custodian)
        succession.check_may_serve(execution, custodian, account.kind)
        succession.move(execution, account, self.custodian, by_order=False)

    def sentence(self, state: State) -> str:
        """Return what it would do."""
        account = state.get(ACCOUNTS, self.account)
        source = "" if account is None else f" from {account.custodian}"
        return f"move the account {self.account}{source} to {self.custodian} with all that it holds"
