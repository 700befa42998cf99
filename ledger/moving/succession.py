"""Who may serve accounts, and how an account comes to another custodian."""

from typing import Final

from msgspec.structs import replace

from amanat.ledger.checks.instrument_rules import INSTRUMENT_RULES
from amanat.ledger.checks.service import SERVICE
from amanat.ledger.custody.accounts import Account, AccountForm, AccountKind
from amanat.ledger.custody.limits import limits_of
from amanat.ledger.custody.serving import may_serve
from amanat.ledger.encoding import Structure
from amanat.ledger.governance.participants import Participant, Role, Standing
from amanat.ledger.holdings import register
from amanat.ledger.holdings.movements import Movement, Purpose
from amanat.ledger.identifiers import Height, Name
from amanat.ledger.instruments.instrument import Instrument
from amanat.ledger.operation_execution import Execution
from amanat.ledger.rejections import Refused, RejectionCode
from amanat.ledger.state import State, Table


class Succession(Structure, frozen=True):
    """To which custodian governance moves the clients of another one."""

    successor: Name
    height: Height
    """The block in which clients were moved last."""


SUCCESSIONS: Final = Table("succession", Succession)
"""By the custodian that may not serve its clients any more."""

MOVING_CODES: Final = tuple(dict.fromkeys((*SERVICE.codes, *INSTRUMENT_RULES.codes)))
"""The codes with which the limits of a new custodian may refuse what an account holds."""


def check_may_serve(execution: Execution, custodian: Participant, kind: AccountKind) -> None:
    """Refuse a custodian that may not serve an account of this kind.

    Raises:
        Refused: `wrong_role`, or `no_limits` for a distributor whose limits are not set yet.
    """
    if not may_serve(custodian, kind):
        raise Refused(
            RejectionCode.WRONG_ROLE, participant=custodian.name, need=Role.CUSTODIAN.value
        )
    unlimited = limits_of(execution.state, custodian.name) is None
    if Role.DISTRIBUTOR in custodian.roles and unlimited:
        raise Refused(RejectionCode.NO_LIMITS, custodian=custodian.name)


def move(execution: Execution, account: Account, custodian: str, *, by_order: bool) -> int:
    """Let another custodian serve the account; return how many instruments it holds.

    What it holds stays in it, reserved or not. An omnibus account is its custodian's, so it becomes
    the new one's. By order nothing is asked; otherwise what the account holds must fit what the new
    custodian may serve, one instrument after the other.

    Raises:
        Refused: with one of `MOVING_CODES`.
    """
    after = replace(account, custodian=custodian)
    if account.form is AccountForm.OMNIBUS:
        after = replace(after, owner=custodian)
    count = 0

    def allow(instrument: Instrument, amount: int) -> None:
        nonlocal count
        count += 1
        if by_order:
            return
        movement = Movement(Purpose.TRANSFER, instrument, account, after, amount)
        for check in (SERVICE, INSTRUMENT_RULES):
            execution.check(check.refusals(execution, movement))

    register.change_account(execution.state, account, after, allow)
    execution.emit(
        "account-moved", account=account.name, source=account.custodian, target=custodian
    )
    return count


def end_succession(state: State, participant: Participant) -> None:
    """End the moving of a custodian's clients, once it may serve them again."""
    if still_serves(participant) and state.get(SUCCESSIONS, participant.name) is not None:
        state.put(None, SUCCESSIONS, participant.name)


def still_serves(participant: Participant) -> bool:
    """Return whether a custodian may act for its clients: neither suspended nor without a role."""
    active = participant.standing is Standing.ACTIVE
    return active and may_serve(participant, AccountKind.CLIENT)
