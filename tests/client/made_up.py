"""A network that is made up: nodes that lag, lose, lie and forget, under a test's hand.

What an honest node says follows from one ledger that all of them apply, each as far as it has come.
A proof is a text that only this file writes: whoever lies has none that is false.
"""

import base64
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlsplit

import msgspec

from amanat.client.exchange import (
    AllKept,
    Answer,
    Close,
    Ending,
    Heard,
    JournalStep,
    Kept,
    Open,
    Recall,
    RecallOpen,
    Request,
)
from amanat.client.proofs import NotProved, Proofs
from amanat.client.receipts import ProvedMoment, Receipt
from amanat.ledger.identifiers import Digest

BLOCK_MS = 1_000


class MadeUpProofs(Proofs):
    """Believes what `Ledger` writes."""

    def receipt(self, proof: bytes, transaction: Digest) -> Receipt:
        match proof.decode(errors="replace").split(":"):
            case ["receipt", outcome, height, named] if named == transaction.hex():
                applied = outcome == "applied"
                code = None if applied else "a_rule"
                place = (int(height), int(height) * BLOCK_MS, ("mof",))
                return Receipt(named, applied, *place, (), code, None, {}, proof)
        raise NotProved("it proves nothing")

    def moment(self, proof: bytes) -> ProvedMoment:
        match proof.decode(errors="replace").split(":"):
            case ["moment", height, time]:
                return ProvedMoment(int(height), int(time), proof)
        raise NotProved("it proves nothing")


@dataclass
class Node:
    """One node; what it may do besides."""

    height: int = 1
    clock_ahead: int = 0
    pool: bool = False
    saw_it_expire: bool = False
    refuses_below: int = 0
    """Until it has applied this height it does not know the key that signed."""
    keeps_all: bool = True
    """Else it began with a snapshot after the transaction's end, and has forgotten it."""


@dataclass
class Ledger:
    """The truth: when the one transaction was executed, if ever."""

    transaction: Digest
    envelope: bytes
    valid_until: int
    outcome: str
    nodes: dict[str, Node]
    height: int = 1
    executed: int | None = None
    forged: bool = False
    """Whether other bytes than the journal's were ever sent."""

    def add_block(self) -> None:
        """Time goes on; the block holds the transaction if somebody has it and it is valid."""
        self.height += 1
        if self.has_it and self.executed is None and self.height * BLOCK_MS <= self.valid_until:
            self.executed = self.height

    @property
    def has_it(self) -> bool:
        """Whether it was executed, or waits somewhere."""
        return self.executed is not None or any(each.pool for each in self.nodes.values())

    def apply(self, node: Node) -> None:
        """A node comes to apply all blocks."""
        node.height = self.height
        if self.executed is not None:
            node.pool = False
        elif node.pool and self.is_over(node):
            node.pool, node.saw_it_expire = False, True

    def is_over(self, node: Node) -> bool:
        return node.height * BLOCK_MS > self.valid_until

    def answer(self, url: str, request: Request) -> Answer:
        """What an honest node says."""
        node = self.nodes[url]
        parts = urlsplit(request.path)
        query = parse_qs(parts.query)
        if int(query.get("min_height", ["0"])[0]) > node.height:
            return _problem(503, "behind", retryable=True)
        if parts.path == "/v1/status":
            first = 1 if node.keeps_all else 2
            return _json(200, {"height": node.height, "first_height": first})
        if parts.path == "/v1/record":
            height = int(query["from"][0])
            if height > node.height:
                return _problem(404, "not_found")
            part = base64.b64encode(f"moment:{height}:{height * BLOCK_MS}".encode()).decode()
            return _json(200, {"part": part})
        if parts.path.endswith("/receipt"):
            return self._receipt(node)
        assert parts.path == "/v1/transactions"
        self.forged = self.forged or request.body != self.envelope
        return self._submitted(node)

    def _knows(self, node: Node) -> bool:
        if self.executed is None or self.executed > node.height:
            return False
        return node.keeps_all or not self.is_over(node)

    def _receipt(self, node: Node) -> Answer:
        if not self._knows(node):
            return _problem(404, "not_found")
        text = f"receipt:{self.outcome}:{self.executed}:{self.transaction.hex()}"
        return Answer(200, {}, text.encode())

    def _submitted(self, node: Node) -> Answer:
        if self._knows(node):
            state = "committed" if self.outcome == "applied" else "rejected"
            return self._is(state, 200)
        if node.saw_it_expire:
            return self._is("expired", 200)
        if not node.pool and node.height * BLOCK_MS + node.clock_ahead > self.valid_until:
            return _problem(422, "expired")
        if node.height < node.refuses_below:
            return _problem(422, "unknown_key")
        node.pool = True
        return self._is("pending", 202)

    def _is(self, state: str, status: int) -> Answer:
        return _json(status, {"id": self.transaction.hex(), "state": state})

    def lies(self) -> list[Answer]:
        """What a node may say that says what it likes, and cannot prove it."""
        states = ("committed", "rejected", "expired", "executed", "pending", "unknown", "nonsense")
        named = self.transaction.hex()
        false = f"receipt:applied:{self.height}:{named}x"
        return [
            *(self._is(state, 200) for state in states),
            _json(200, {"id": "00", "state": "committed"}),
            _json(200, {"part": base64.b64encode(b"moments:1:99").decode(), "height": 10**15}),
            _json(200, [1, 2]),
            Answer(200, {}, false.encode()),
            Answer(200, {}, b"\xff{"),
            Answer(502, {}, b"<html>"),
            _problem(422, "expired"),
            _problem(422, "already_executed"),
            _problem(422, "unknown_key"),
            _problem(401, "authentication_required"),
            _problem(500, "internal_error", retryable=True),
            _problem(503, "busy", retryable=True),
        ]


@dataclass
class MemoryJournal:
    """A journal whose disk never fails; what is in it outlives every client."""

    entries: dict[Digest, Kept] = field(default_factory=dict)

    def perform(self, step: JournalStep) -> Heard:
        match step:
            case Recall(transaction):
                return self.entries.get(transaction)
            case RecallOpen():
                found = [
                    (key, each.envelope)
                    for key, each in self.entries.items()
                    if each.ending is None
                ]
                return AllKept(tuple(found))
            case Open(transaction, envelope):
                self.entries[transaction] = Kept(envelope)
            case Close(transaction, ending, content):
                kept = self.entries[transaction]
                assert kept.ending in (None, Ending(ending)), "an end was written over another"
                self.entries[transaction] = Kept(kept.envelope, ending, content)
        return None


def _json(status: int, content: object) -> Answer:
    return Answer(status, {}, msgspec.json.encode(content))


def _problem(status: int, code: str, *, retryable: bool = False) -> Answer:
    return _json(status, {"code": code, "title": code, "detail": "", "retryable": retryable})
