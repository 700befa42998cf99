"""Move clients: those of a custodian that may not serve them any more go to another one."""

from collections.abc import Iterable
from typing import Annotated, Final

from msgspec import Meta

from amanat.ledger.authorization import ApprovalOf, Requirement, SignatureOf
from amanat.ledger.custody.accounts import AccountKind
from amanat.ledger.governance.participants import Role
from amanat.ledger.holdings.register import clients_of
from amanat.ledger.identifiers import Name
from amanat.ledger.moving import succession
from amanat.ledger.moving.succession import SUCCESSIONS, Succession
from amanat.ledger.operation_execution import Execution
from amanat.ledger.operations.operation import Operation
from amanat.ledger.rejections import Refused, RejectionCode
from amanat.ledger.state import State
from amanat.ledger.wording import counted

ACCOUNTS_MAX: Final = 1_000
"""Accounts that one operation moves."""

HOLDINGS_MAX: Final = 10_000
"""Once so many holdings have followed their accounts, the next account waits for its turn."""


class MoveClients(Operation, frozen=True, tag="move-clients"):
    """Moves client accounts of a suspended or revoked custodian to another one, the oldest first.

    Governance decides once to which custodian; from then on that one alone moves the next ones, as
    often as it takes and once in each block, until the event says that none is left. The decision
    stands until there is another, or until the first custodian may serve again. Nothing is taken
    apart: what is reserved or pledged stays so, and owners act at once with their own keys. An
    omnibus account becomes the new custodian's, as it was the old one's; house accounts stay. As by
    an order, caps and limits are not asked, so the new custodian is none that has limits of its
    own; a cap that is exceeded then lets nothing more in. Attestations are good until they expire.
    """

    signers = (
        "the custodian that is to serve them; and, unless this move was decided before, whom the "
        "policy `move-clients` asks"
    )
    acts = ("move-clients",)
    refusals = (
        RejectionCode.UNKNOWN_PARTICIPANT,
        RejectionCode.STILL_SERVES,
        RejectionCode.WRONG_ROLE,
        RejectionCode.ONE_BATCH_PER_BLOCK,
    )
    emits = ("account-moved", "clients-moved")

    source: Name
    target: Name
    most: Annotated[int, Meta(ge=1, le=ACCOUNTS_MAX)]
    """How many accounts to move now."""

    def requirements(self, execution: Execution) -> Iterable[Requirement]:
        """The new custodian, and the policy unless it was asked before."""
        yield SignatureOf(execution.participant(self.target).name)
        decided = execution.state.get(SUCCESSIONS, self.source)
        if decided is None or decided.successor != self.target:
            yield ApprovalOf("move-clients")

    def apply(self, execution: Execution) -> None:
        """Move the first of those that are left."""
        state = execution.state
        if succession.still_serves(execution.participant(self.source)):
            raise Refused(RejectionCode.STILL_SERVES, participant=self.source)
        target = execution.participant(self.target)
        if Role.CUSTODIAN not in target.roles or Role.DISTRIBUTOR in target.roles:
            raise Refused(
                RejectionCode.WRONG_ROLE, participant=self.target, need="custodian without limits"
            )
        succession.check_may_serve(execution, target, AccountKind.CLIENT)
        before = state.get(SUCCESSIONS, self.source)
        if before is not None and before.height == execution.height:
            raise Refused(RejectionCode.ONE_BATCH_PER_BLOCK, source=self.source)
        state.put(Succession(self.target, execution.height), SUCCESSIONS, self.source)
        moved = holdings = 0
        for name in clients_of(self.source).members(state):
            if moved == self.most or holdings >= HOLDINGS_MAX:
                break
            account = execution.account(name)
            holdings += succession.move(execution, account, self.target, by_order=True)
            moved += 1
        execution.emit(
            "clients-moved",
            source=self.source,
            target=self.target,
            moved=moved,
            left=clients_of(self.source).count(state),
        )

    def sentence(self, state: State) -> str:
        """Return what it would do."""
        there = clients_of(self.source).count(state)
        if there <= self.most:
            accounts = counted(there, "client account")
            return f"move the {accounts} that {self.source} still has to {self.target}"
        return (
            f"move the next {self.most:,} of the {there:,} client accounts of "
            f"{self.source} to {self.target}, which may move the rest"
        )
