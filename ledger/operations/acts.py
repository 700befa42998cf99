"""Every operation that can be proposed: all but those about proposals themselves."""

from typing import Final

from amanat.ledger.operations.activate_instrument import ActivateInstrument
from amanat.ledger.operations.activate_version import ActivateVersion
from amanat.ledger.operations.add_document import AddDocument
from amanat.ledger.operations.amend_terms import AmendTerms
from amanat.ledger.operations.attest import Attest
from amanat.ledger.operations.block_keys import BlockKeys
from amanat.ledger.operations.cancel_instruction import CancelInstruction
from amanat.ledger.operations.cancel_settlement import CancelSettlement
from amanat.ledger.operations.change_authorities import ChangeAuthorities
from amanat.ledger.operations.close_day import CloseDay
from amanat.ledger.operations.deliver_versus_payment import DeliverVersusPayment
from amanat.ledger.operations.enforce_pledge import EnforcePledge
from amanat.ledger.operations.enter_instruction import EnterInstruction
from amanat.ledger.operations.extend_order import ExtendOrder
from amanat.ledger.operations.force_transfer import ForceTransfer
from amanat.ledger.operations.issue import Issue
from amanat.ledger.operations.lift_order import LiftOrder
from amanat.ledger.operations.move_account import MoveAccount
from amanat.ledger.operations.move_clients import MoveClients
from amanat.ledger.operations.open_account import OpenAccount
from amanat.ledger.operations.open_hold import OpenHold
from amanat.ledger.operations.operation import Operation
from amanat.ledger.operations.pledge import Pledge
from amanat.ledger.operations.post_hold import PostHold
from amanat.ledger.operations.redeem import Redeem
from amanat.ledger.operations.register_instrument import RegisterInstrument
from amanat.ledger.operations.register_order import RegisterOrder
from amanat.ledger.operations.register_participant import RegisterParticipant
from amanat.ledger.operations.release_pledge import ReleasePledge
from amanat.ledger.operations.replace_keys import ReplaceKeys
from amanat.ledger.operations.require_program import RequireProgram
from amanat.ledger.operations.rotate_keys import RotateKeys
from amanat.ledger.operations.set_authorised_amount import SetAuthorisedAmount
from amanat.ledger.operations.set_calendar import SetCalendar
from amanat.ledger.operations.set_ceilings import SetCeilings
from amanat.ledger.operations.set_instrument_status import SetInstrumentStatus
from amanat.ledger.operations.set_limits import SetLimits
from amanat.ledger.operations.set_parameters import SetParameters
from amanat.ledger.operations.set_paying_agent import SetPayingAgent
from amanat.ledger.operations.set_policy import SetPolicy
from amanat.ledger.operations.set_roles import SetRoles
from amanat.ledger.operations.set_rules import SetRules
from amanat.ledger.operations.set_standing import SetStanding
from amanat.ledger.operations.set_tranche import SetTranche
from amanat.ledger.operations.settle_due import SettleDue
from amanat.ledger.operations.settle_instructions import SettleInstructions
from amanat.ledger.operations.substitute_pledge import SubstitutePledge
from amanat.ledger.operations.transfer import Transfer
from amanat.ledger.operations.transfer_batch import TransferBatch
from amanat.ledger.operations.void_hold import VoidHold
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
    MoveAccount,
    MoveClients,
    SetLimits,
    RegisterInstrument,
    ActivateInstrument,
    AmendTerms,
    SetInstrumentStatus,
    SetPayingAgent,
    AddDocument,
    SetAuthorisedAmount,
    SetTranche,
    SetCeilings,
    SetRules,
    Issue,
    Transfer,
    TransferBatch,
    DeliverVersusPayment,
    OpenHold,
    PostHold,
    VoidHold,
    Pledge,
    ReleasePledge,
    SubstitutePledge,
    EnforcePledge,
    EnterInstruction,
    CancelInstruction,
    CancelSettlement,
    SettleInstructions,
    SettleDue,
    Redeem,
    RegisterOrder,
    ExtendOrder,
    LiftOrder,
    ForceTransfer,
    SetPolicy,
    SetParameters,
    ChangeAuthorities,
    ActivateVersion,
    RequireProgram,
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
    | MoveAccount
    | MoveClients
    | SetLimits
    | RegisterInstrument
    | ActivateInstrument
    | AmendTerms
    | SetInstrumentStatus
    | SetPayingAgent
    | AddDocument
    | SetAuthorisedAmount
    | SetTranche
    | SetCeilings
    | SetRules
    | Issue
    | Transfer
    | TransferBatch
    | DeliverVersusPayment
    | OpenHold
    | PostHold
    | VoidHold
    | Pledge
    | ReleasePledge
    | SubstitutePledge
    | EnforcePledge
    | EnterInstruction
    | CancelInstruction
    | CancelSettlement
    | SettleInstructions
    | SettleDue
    | Redeem
    | RegisterOrder
    | ExtendOrder
    | LiftOrder
    | ForceTransfer
    | SetPolicy
    | SetParameters
    | ChangeAuthorities
    | ActivateVersion
    | RequireProgram
    | SetCalendar
    | CloseDay
)
"""The same list as a type, for the strict decoder."""

ACT_CODES: Final[tuple[RejectionCode, ...]] = tuple(
    dict.fromkeys(code for act in ACTS for code in act.codes())
)
"""Every code with which one of them may be refused."""
