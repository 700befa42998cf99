"""Every operation that can be proposed: all but those about proposals themselves."""

from typing import Final

from amanat.ledger.operations.attest import Attest
from amanat.ledger.operations.block_keys import BlockKeys
from amanat.ledger.operations.change_authorities import ChangeAuthorities
from amanat.ledger.operations.close_day import CloseDay
from amanat.ledger.operations.deliver_versus_payment import DeliverVersusPayment
from amanat.ledger.operations.extend_order import ExtendOrder
from amanat.ledger.operations.force_transfer import ForceTransfer
from amanat.ledger.operations.issue import Issue
from amanat.ledger.operations.lift_order import LiftOrder
from amanat.ledger.operations.open_account import OpenAccount
from amanat.ledger.operations.operation import Operation
from amanat.ledger.operations.redeem import Redeem
from amanat.ledger.operations.register_instrument import RegisterInstrument
from amanat.ledger.operations.register_order import RegisterOrder
from amanat.ledger.operations.register_participant import RegisterParticipant
from amanat.ledger.operations.replace_keys import ReplaceKeys
from amanat.ledger.operations.rotate_keys import RotateKeys
from amanat.ledger.operations.set_calendar import SetCalendar
from amanat.ledger.operations.set_parameters import SetParameters
from amanat.ledger.operations.set_policy import SetPolicy
from amanat.ledger.operations.set_roles import SetRoles
from amanat.ledger.operations.set_standing import SetStanding
from amanat.ledger.operations.transfer import Transfer
from amanat.ledger.rejections import RejectionCode

ACTS: Final[tuple[type[Operation], ...]] = (
    RegisterParticipant,
    SetRoles,
    SetStanding,
    RotateKeys,
    ReplaceKeys,
    BlockKeys,
    OpenAccount,
    Attest,
    RegisterInstrument,
    Issue,
    Transfer,
    DeliverVersusPayment,
    Redeem,
    RegisterOrder,
    ExtendOrder,
    LiftOrder,
    ForceTransfer,
    SetPolicy,
    SetParameters,
    ChangeAuthorities,
    SetCalendar,
    CloseDay,
)

AnyAct = (
    RegisterParticipant
    | SetRoles
    | SetStanding
    | RotateKeys
    | ReplaceKeys
    | BlockKeys
    | OpenAccount
    | Attest
    | RegisterInstrument
    | Issue
    | Transfer
    | DeliverVersusPayment
    | Redeem
    | RegisterOrder
    | ExtendOrder
    | LiftOrder
    | ForceTransfer
    | SetPolicy
    | SetParameters
    | ChangeAuthorities
    | SetCalendar
    | CloseDay
)
"""The same list as a type, for the strict decoder."""

ACT_CODES: Final[tuple[RejectionCode, ...]] = tuple(
    dict.fromkeys(code for act in ACTS for code in act.codes())
)
"""Every code with which one of them may be refused."""
