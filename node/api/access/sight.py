"""Which events a reader may see, by the ledger's state at one moment.

An event that names accounts is for whoever may read one of them, and for those whose keys signed
its transaction: so the party to one line of a batch does not see the others. One that names none is
for whoever may read an account that the transaction's operations name, and for its signers. What
anyone may read in the state, anyone sees change. A receipt as a whole, with its proof, is for who
sees all that it says.
"""

from collections.abc import Callable, Iterator
from typing import Final

from msgspec.structs import replace

from amanat.ledger.receipts import Applied, Event, Receipt
from amanat.ledger.state import PARTICIPANTS, State
from amanat.ledger.transactions import CheckedTransaction
from amanat.node.api.access import relations, touched
from amanat.node.api.access.relations import Subject
from amanat.node.api.access.scopes import about_content

PUBLIC_EVENTS: Final = frozenset(
    [
        "authorised-amount-set",
        "authorities-changing",
        "calendar-set",
        "ceilings-set",
        "day-closed",
        "document-added",
        "instrument-activated",
        "instrument-redeemed",
        "instrument-registered",
        "instrument-status-set",
        "keys-blocked",
        "keys-replaced",
        "keys-rotated",
        "learners-changed",
        "parameters-set",
        "participant-registered",
        "paying-agent-set",
        "policy-set",
        "programs-required",
        "roles-set",
        "rules-set",
        "standing-set",
        "terms-amended",
        "tranche-set",
        "version-scheduled",
        "version-withdrawn",
    ]
)
"""Events that tell no more than what routes for anyone show: instruments, participants and their
keys, the calendar, and how the network is governed."""

Content = Callable[[], CheckedTransaction | None]
"""Gives a transaction as it was signed, None if this node does not keep it."""


class Sight:
    """What one reader sees of final transactions."""

    def __init__(self, state: State, reader: str | None, *, everything: bool = False) -> None:
        """`reader` is a participant, None for one who did not say who it is."""
        self._state = state
        self._reader = reader
        participant = None if reader is None else state.get(PARTICIPANTS, reader)
        supervises = participant is not None and relations.supervision(participant) is not None
        self.sees_all = everything or supervises
        self._accounts: dict[str, bool] = {}

    def events(self, receipt: Receipt, content: Content) -> Iterator[tuple[int, Event]]:
        """Yield what the reader may see of a transaction's events, each with its index."""
        if not isinstance(receipt.outcome, Applied):
            return
        whole: Subject | None = None
        for index, event in enumerate(receipt.outcome.events):
            if not self.sees_all and not self._sees_by_itself(event):
                if self._reader is None:
                    continue
                if whole is None:
                    whole = about_content(self._state, content(), None)
                if not self._sees_of(whole, event):
                    continue
            yield index, event

    def shown(self, receipt: Receipt, content: Content) -> Receipt:
        """Return what the reader may see of a receipt: the same, if that is all of it.

        Why a rule refused is for those who signed: the figures tell what somebody holds.
        """
        if self.sees_all:
            return receipt
        if isinstance(receipt.outcome, Applied):
            events = tuple(event for _, event in self.events(receipt, content))
            return replace(receipt, outcome=Applied(events))
        whole = about_content(self._state, content(), None)
        if self._reader is not None and self._reader in whole.participants:
            return receipt
        return replace(receipt, outcome=replace(receipt.outcome, figures={}))

    def _sees_by_itself(self, event: Event) -> bool:
        if event.name in PUBLIC_EVENTS:
            return True
        return any(self._may_read(name) for name in touched.accounts_named(event))

    def _sees_of(self, whole: Subject, event: Event) -> bool:
        """Return whether the reader sees an event of a transaction that is about `whole`."""
        if self._reader in whole.participants:
            return True
        if touched.by_events(self._state, [event]):
            return False
        return any(self._may_read(name) for name in whole.accounts)

    def _may_read(self, account: str) -> bool:
        known = self._accounts.get(account)
        if known is None:
            subject = Subject(accounts=frozenset([account]))
            known = relations.grant(self._state, self._reader, subject) is not None
            self._accounts[account] = known
        return known
