"""Every operation, one file each. This list is the registry.

To add one: write its file (fields, `signers`, `refusals`, `requirements`, `apply`), add it to
`OPERATIONS` and to `AnyOperation`, write its tests. Codec, API and command line follow.
"""

from typing import Final

from amanat.ledger.operations.change_authorities import ChangeAuthorities
from amanat.ledger.operations.deliver_versus_payment import DeliverVersusPayment
from amanat.ledger.operations.issue import Issue
from amanat.ledger.operations.open_account import OpenAccount
from amanat.ledger.operations.operation import Operation
from amanat.ledger.operations.redeem import Redeem
from amanat.ledger.operations.register_instrument import RegisterInstrument
from amanat.ledger.operations.register_participant import RegisterParticipant
from amanat.ledger.operations.set_roles import SetRoles
from amanat.ledger.operations.transfer import Transfer

__all__ = [
    "OPERATIONS",
    "AnyOperation",
    "ChangeAuthorities",
    "DeliverVersusPayment",
    "Issue",
    "OpenAccount",
    "Operation",
    "Redeem",
    "RegisterInstrument",
    "RegisterParticipant",
    "SetRoles",
    "Transfer",
]

OPERATIONS: Final[tuple[type[Operation], ...]] = (
    RegisterParticipant,
    SetRoles,
    OpenAccount,
    RegisterInstrument,
    Issue,
    Transfer,
    DeliverVersusPayment,
    Redeem,
    ChangeAuthorities,
)

AnyOperation = (
    RegisterParticipant
    | SetRoles
    | OpenAccount
    | RegisterInstrument
    | Issue
    | Transfer
    | DeliverVersusPayment
    | Redeem
    | ChangeAuthorities
)
"""The same list as a type, for the strict decoder."""
