"""All that the client can say, for both of its faces."""

from collections.abc import Callable
from typing import Any

import msgspec

from amanat.client import linked_pages, reading, statements, submission
from amanat.client.asking import Nodes, ask
from amanat.client.errors import Expired, OutcomeUnknown, Rejected
from amanat.client.exchange import Conversation, Request
from amanat.client.feed import Feed, Wanted
from amanat.client.linked_pages import LinkedPages
from amanat.client.proofs import Proofs
from amanat.client.reading import Holding, Pages
from amanat.client.receipts import ProvedBalance, Receipt
from amanat.client.statements import Asked, Statement
from amanat.client.submission import Order
from amanat.ledger.genesis import GenesisDocument


class Conversations:
    """Makes conversations with one network."""

    def __init__(
        self, nodes: Nodes, document: GenesisDocument | None, now: Callable[[], float]
    ) -> None:
        """Without a genesis document nothing can be proved, so little can be asked."""
        self.nodes = nodes
        self._proofs = None if document is None else Proofs.of(document)
        self._now = now

    @property
    def proofs(self) -> Proofs:
        """What answers are checked against.

        Raises:
            ValueError: the client was given no genesis document.
        """
        if self._proofs is None:
            raise ValueError("this needs the network's genesis document: Client(…, genesis=…)")
        return self._proofs

    def get(self, path: str) -> Conversation[Any]:
        """The JSON under a path."""
        return reading.get(self.nodes, path)

    def balance(self, asked: Holding, *, linearizable: bool) -> Conversation[ProvedBalance]:
        """What an account holds of an instrument, or held, proved."""
        if asked.is_past:
            return reading.balance_then(self.nodes, self.proofs, asked)
        return reading.balance(self.nodes, self.proofs, asked, linearizable=linearizable)

    def holdings(self, account: str) -> Conversation[list[ProvedBalance]]:
        """All that a node shows of what an account holds, each proved."""
        return reading.holdings(self.nodes, self.proofs, account)

    def statement(self, noun: str, asked: Asked, kind: str) -> Conversation[Statement]:
        """A statement's file, and what a node signed for it, checked."""
        return statements.statement(self.nodes, self.proofs, noun, asked, kind)

    def simulate(self, envelope: bytes) -> Conversation[dict[str, Any]]:
        """What a transaction, signed or not, would do now."""
        request = Request("POST", "/v1/transactions:simulate", envelope, "application/msgpack")
        return ask(self.nodes, request, lambda answer: dict(reading.json_of(answer)))

    def token(self, path: str, seconds: int) -> Conversation[dict[str, Any]]:
        """A token of the node that answers."""
        wish = msgspec.json.encode({"path": path, "seconds": seconds})
        request = Request("POST", "/v1/tokens", wish, "application/json")
        return ask(self.nodes, request, lambda answer: dict(reading.json_of(answer)), fresh=False)

    def submit_and_wait(self, envelope: bytes, seconds: float) -> Conversation[Receipt]:
        """A transaction, until it is known what became of it."""
        order = Order.of(envelope, self.proofs.chain)
        return submission.Submission(order, self.nodes, self.proofs, self._now, seconds).run()

    def resume(
        self, seconds: float
    ) -> Conversation[list[Receipt | Rejected | Expired | OutcomeUnknown]]:
        """What is in the journal without an end."""
        return submission.resume(self.nodes, self.proofs, self._now, seconds)

    def instructions(self, account: str) -> Pages:
        """Unmatched instructions of an account, and those that name it."""
        return reading.members_of(self.nodes, "accounts", account, "instructions")

    def settlements(self, account: str) -> Pages:
        """What is matched for an account and still to settle."""
        return reading.members_of(self.nodes, "accounts", account, "settlements")

    def pledges(self, account: str) -> Pages:
        """The pledges on an account's holdings."""
        return reading.members_of(self.nodes, "accounts", account, "pledges")

    def holds(self, account: str) -> LinkedPages:
        """The open holds on an account's holdings, and those for it."""
        return linked_pages.holds(self.nodes, account)

    def proposals(self) -> LinkedPages:
        """The proposals that wait, the oldest first."""
        return linked_pages.proposals(self.nodes)

    def settlements_on(self, date: str) -> Pages:
        """What is matched for a settlement date."""
        return reading.members_of(self.nodes, "settlements", date)

    def events(self, wanted: Wanted, after: str | None, *, follow: bool) -> Feed:
        """What happened, in order."""
        return Feed(self.nodes, wanted, after, follow)

    def blocks(self) -> Pages:
        """The final blocks, the newest first."""
        return reading.blocks(self.nodes)
