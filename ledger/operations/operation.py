"""What an operation is: its fields, who must sign, its checks and its effect."""

from collections.abc import Iterable
from typing import ClassVar

from amanat.ledger.accounts import Account
from amanat.ledger.authorization import Requirement, Signers
from amanat.ledger.blocks import Place
from amanat.ledger.configurations import Configuration
from amanat.ledger.encoding import Structure
from amanat.ledger.instruments import Instrument
from amanat.ledger.participants import Participant
from amanat.ledger.receipts import Event
from amanat.ledger.rejections import Refused, RejectionCode
from amanat.ledger.state import ACCOUNTS, INSTRUMENTS, PARTICIPANTS, State, configuration_of


class Execution:
    """What an operation works on: the state, the block that it is in, who signed; its events."""

    __slots__ = ("chain", "events", "height", "operation", "signers", "state", "time")

    def __init__(self, state: State, place: Place, signers: Signers) -> None:
        self.state = state
        self.chain, self.height, self.time = place
        self.signers = signers
        self.operation = 0
        self.events: list[Event] = []

    def emit(self, name: str, **fields: int | str) -> None:
        """Record that the current operation did something."""
        self.events.append(Event(self.operation, name, fields))

    def configuration(self) -> Configuration:
        """Return who decides now."""
        return configuration_of(self.state)

    def account(self, name: str) -> Account:
        """Return the account, refusing with `unknown_account`."""
        account = self.state.get(ACCOUNTS, name)
        if account is None:
            raise Refused(RejectionCode.UNKNOWN_ACCOUNT, account=name)
        return account

    def instrument(self, identifier: str) -> Instrument:
        """Return the instrument, refusing with `unknown_instrument`."""
        instrument = self.state.get(INSTRUMENTS, identifier)
        if instrument is None:
            raise Refused(RejectionCode.UNKNOWN_INSTRUMENT, instrument=identifier)
        return instrument

    def participant(self, name: str) -> Participant:
        """Return the participant, refusing with `unknown_participant`."""
        participant = self.state.get(PARTICIPANTS, name)
        if participant is None:
            raise Refused(RejectionCode.UNKNOWN_PARTICIPANT, participant=name)
        return participant


class Operation(Structure, frozen=True):
    """One act. A subclass is one file: its docstring and fields are its documentation."""

    signers: ClassVar[str]
    """Who must sign, in words; `requirements` is the same in code."""
    refusals: ClassVar[tuple[RejectionCode, ...]]
    """The codes with which `apply` may refuse."""

    def requirements(self, execution: Execution) -> Iterable[Requirement]:
        """Yield whose signatures this operation needs."""
        raise NotImplementedError

    def apply(self, execution: Execution) -> None:
        """Check the rules and take effect, or raise `Refused` (what was written is undone)."""
        raise NotImplementedError
