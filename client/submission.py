"""One transaction, until it is known what became of it, whatever nodes and programs do meanwhile.

The rules, each of which a test plays against made-up networks:

- its bytes are in the journal before they are first sent, and no other bytes are ever sent for it;
- they may be sent to any node and as often as one likes: they take effect once;
- it ends with a receipt that was proved, or once its time was proved to have passed and a majority
  of the nodes, each at that height or above, do not have it; on no node's word alone;
- what no node took, for sure, was refused; for everything else the outcome is unknown.
"""

import base64
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec

from amanat.client.asking import Nodes
from amanat.client.drafts import DraftError, opened
from amanat.client.errors import Expired, OutcomeUnknown, Refused, Rejected, problem_of
from amanat.client.exchange import (
    AllKept,
    Answer,
    Close,
    Conversation,
    Ending,
    Kept,
    Open,
    Pause,
    Recall,
    RecallOpen,
    Request,
    Silence,
    send,
)
from amanat.client.proofs import NotProved, Proofs
from amanat.client.receipts import ProvedMoment, Receipt
from amanat.ledger.identifiers import Digest, LedgerTime

WAIT_SECONDS: Final = 5.0
"""How long a node is asked to wait for the outcome before the next is asked."""

GRACE_SECONDS: Final = 6.0
"""How much longer than that its answer may take: a node may wait 5 s to reach a height."""

PAUSES: Final = (0.1, 0.2, 0.5, 1.0, 2.0)
"""Seconds between rounds over all nodes; the last one again and again."""

NOT_TAKEN: Final = frozenset({"busy", "behind"})
"""Problems of a node (5xx) that mean for certain that it did not take the transaction."""


@dataclass(frozen=True, slots=True)
class Order:
    """A whole transaction, as it is sent."""

    id: Digest
    envelope: bytes = field(repr=False)
    valid_until: LedgerTime

    @classmethod
    def of(cls, envelope: bytes, chain: Digest) -> "Order":
        """Open signed bytes, and check all that can be checked before they are sent.

        Raises:
            DraftError: they are no transaction of this chain, or a signature lacks or is wrong.
        """
        draft = opened(envelope)
        if draft.lacking:
            lacking = ", ".join(key.hex() for key in draft.lacking)
            raise DraftError(f"it lacks the signature of {lacking}")
        if draft.body.chain != chain:
            raise DraftError(f"it is signed for another chain, {draft.body.chain.hex()}")
        return cls(draft.id, envelope, draft.body.valid_until)


class Submission:
    """Carries one order to its end."""

    def __init__(
        self, order: Order, nodes: Nodes, proofs: Proofs, now: Callable[[], float], seconds: float
    ) -> None:
        """`now` is a clock in seconds that never goes back; it takes at most about `seconds`."""
        self._order = order
        self._nodes = nodes
        self._proofs = proofs
        self._now = now
        self._deadline = now() + seconds
        self._maybe_taken = False
        self._moment: ProvedMoment | None = None
        self._without: set[str] = set()
        """Nodes that do not have it, at the height of `_moment` or above."""
        self._unreadable: set[str] = set()
        """Nodes that know the outcome and show its proof to others only."""
        self._refusals: dict[str, Refused] = {}
        self._trouble: dict[str, str] = {}

    def run(self) -> Conversation[Receipt]:
        """Return the receipt of a transaction that took effect.

        Raises:
            Rejected, Expired, Refused, OutcomeUnknown: as their descriptions say.
            DraftError: what the journal has of it is damaged; nothing is sent.
        """
        kept = yield Recall(self._order.id)
        if isinstance(kept, Kept):
            found = self._kept_end(kept)
            if found is not None:
                return found
            self._maybe_taken = kept.ending is not Ending.REFUSED
        if not self._maybe_taken:
            yield Open(self._order.id, self._order.envelope)
        pauses = 0
        while True:
            for number, url in enumerate(self._nodes.in_turn()):
                if (number or pauses) and self._now() >= self._deadline:
                    break
                found = yield from self._at(url)
                if found is not None:
                    return (yield from self._ended(found))
                if self._moment is not None and self._is_without():
                    yield from self._expired(self._moment)
            yield from self._refused()
            left = self._deadline - self._now()
            if left <= 0 or len(self._unreadable) == len(self._nodes.urls):
                raise OutcomeUnknown(self._order.id, self._order.envelope, self._reason())
            yield Pause(min(PAUSES[min(pauses, len(PAUSES) - 1)], left))
            pauses += 1

    # --- ends -------------------------------------------------------------------------------------

    def _kept_end(self, kept: Kept) -> Receipt | None:
        """Return the receipt in the journal, raise what else ended it there; None if it has not."""
        if kept.envelope != self._order.envelope:
            # The same body, signed anew: what was sent first stays what is sent.
            before = Order.of(kept.envelope, self._proofs.chain)
            if before.id != self._order.id:
                raise DraftError(f"the journal has another transaction as {self._order.id.hex()}")
            self._order = before
        try:
            if kept.ending is Ending.RECEIPT:
                return _applied(self._proofs.receipt(kept.content, self._order.id))
            if kept.ending is Ending.EXPIRED:
                moment = self._proofs.moment(kept.content)
                if moment.time > self._order.valid_until:
                    raise Expired(self._order.id, self._order.valid_until, moment.height)
        except NotProved:
            # The journal's copy is damaged, or of another network: the nodes can tell again.
            return None
        return None

    def _ended(self, receipt: Receipt) -> Conversation[Receipt]:
        yield Close(self._order.id, Ending.RECEIPT, receipt.proof)
        self._nodes.saw(receipt.height)
        return _applied(receipt)

    def _is_without(self) -> bool:
        return 2 * len(self._without) > len(self._nodes.urls)

    def _expired(self, moment: ProvedMoment) -> Conversation[None]:
        yield Close(self._order.id, Ending.EXPIRED, moment.proof)
        raise Expired(self._order.id, self._order.valid_until, moment.height)

    def _refused(self) -> Conversation[None]:
        """End it if every node that may have got it said no."""
        if self._maybe_taken or not self._refusals:
            return
        refusal = next(iter(self._refusals.values()))
        problem = msgspec.json.encode(refusal.problem)
        yield Close(self._order.id, Ending.REFUSED, problem)
        raise refusal

    def _reason(self) -> str:
        told = {url: str(each) for url, each in self._refusals.items()} | self._trouble
        return "; ".join(f"{url}: {why}" for url, why in told.items()) or "no node was asked"

    # --- what a node says -------------------------------------------------------------------------

    def _at(self, url: str) -> Conversation[Receipt | None]:
        """Send it to a node; return the receipt if that has one to show."""
        self._trouble.pop(url, None)
        height = 0 if self._moment is None else self._moment.height
        heard = yield from send(url, self._sending(height))
        if isinstance(heard, Silence):
            self._maybe_taken = self._maybe_taken or heard.sent
            self._trouble[url] = heard.reason
            return None
        if heard.status >= 400:
            return (yield from self._after_problem(url, problem_of(heard)))
        self._maybe_taken = True
        state = _state_of(heard, self._order.id)
        if state in ("committed", "rejected", "executed"):
            return (yield from self._receipt(url))
        if state == "expired":
            yield from self._after_end(url, saw_it_expire=True)
            return None
        self._trouble[url] = f"it is {state} there" if state else "what answers is not a node"
        if state:
            self._nodes.prefer(url)
        return None

    def _sending(self, height: int) -> Request:
        left = max(self._deadline - self._now(), 0.0)
        wait = round(min(left, WAIT_SECONDS), 3)
        path = f"/v1/transactions?wait={wait}" + (f"&min_height={height}" if height else "")
        return Request(
            "POST",
            path,
            self._order.envelope,
            "application/msgpack",
            seconds=wait + GRACE_SECONDS,
            as_reader=False,
        )

    def _after_problem(self, url: str, problem: Refused) -> Conversation[Receipt | None]:
        if problem.code == "expired":
            yield from self._after_end(url, saw_it_expire=False)
            return None
        if problem.code == "already_executed":
            self._maybe_taken = True
            return (yield from self._receipt(url))
        if problem.status >= 500 and problem.code not in NOT_TAKEN:
            self._maybe_taken = True
        if not problem.code:
            # No node speaks so: something on the way does, and what it did with the bytes it says
            # to nobody.
            self._maybe_taken = True
        if problem.is_retryable or problem.status >= 500 or not problem.code:
            self._trouble[url] = str(problem)
        else:
            self._refusals[url] = problem
        return None

    def _receipt(self, url: str) -> Conversation[Receipt | None]:
        path = f"/v1/transactions/{self._order.id.hex()}/receipt"
        heard = yield from send(url, Request("GET", path, accept="application/octet-stream"))
        if isinstance(heard, Silence):
            self._trouble[url] = heard.reason
        elif heard.status >= 400:
            problem = problem_of(heard)
            self._trouble[url] = f"it has the outcome, and shows no proof: {problem}"
            if problem.status in (401, 403):
                self._unreadable.add(url)
        else:
            try:
                return self._proofs.receipt(heard.body, self._order.id)
            except NotProved as doubt:
                self._trouble[url] = f"its receipt is not proved: {doubt}"
        return None

    # --- after its time ---------------------------------------------------------------------------

    def _after_end(self, url: str, *, saw_it_expire: bool) -> Conversation[None]:
        """A node says that its time has passed; once that is proved, as of that height or above."""
        status = yield from self._json(url, "/v1/status")
        if self._moment is None:
            yield from self._prove_time(url, status)
        elif saw_it_expire or status.get("first_height") == 1:
            self._without.add(url)
        else:
            self._trouble[url] = "it does not keep all blocks, and cannot tell what became of it"

    def _prove_time(self, url: str, status: dict[str, Any]) -> Conversation[None]:
        self._trouble[url] = "its time has passed by the node's clock, and not yet on the ledger"
        height = status.get("height")
        if not isinstance(height, int):
            return
        shown = yield from self._json(url, f"/v1/record?from={height}")
        try:
            part = base64.b64decode(str(shown.get("part", "")), validate=True)
            moment = self._proofs.moment(part)
        except (ValueError, NotProved) as doubt:
            self._trouble[url] = f"how late it is on the ledger is not proved: {doubt}"
            return
        if moment.time > self._order.valid_until:
            self._moment = moment

    def _json(self, url: str, path: str) -> Conversation[dict[str, Any]]:
        """Return the JSON object under a path; an empty one where there is none."""
        heard = yield from send(url, Request("GET", path, as_reader=False))
        found = _object(heard.body) if isinstance(heard, Answer) and heard.status < 400 else None
        return found or {}


def resume(
    nodes: Nodes, proofs: Proofs, now: Callable[[], float], seconds: float
) -> Conversation[list[Receipt | Rejected | Expired | OutcomeUnknown]]:
    """Go on with each transaction in the journal that has not ended; return what became of each.

    What no node took is not sent again: whoever submitted it was told, and may have signed anew.
    """
    kept = yield RecallOpen()
    found: list[Receipt | Rejected | Expired | OutcomeUnknown] = []
    for transaction, envelope in kept.open if isinstance(kept, AllKept) else ():
        try:
            order = Order.of(envelope, proofs.chain)
            found.append((yield from Submission(order, nodes, proofs, now, seconds).run()))
        except DraftError as error:
            found.append(OutcomeUnknown(transaction, envelope, str(error)))
        except (Rejected, Expired, OutcomeUnknown) as end:
            found.append(end)
    return found


def _applied(receipt: Receipt) -> Receipt:
    if not receipt.is_applied:
        raise Rejected(receipt)
    return receipt


def _state_of(answer: Answer, transaction: Digest) -> str | None:
    found = _object(answer.body)
    if found is None or found.get("id") != transaction.hex():
        return None
    return str(found.get("state"))


def _object(content: bytes) -> dict[str, Any] | None:
    try:
        found = msgspec.json.decode(content)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return None
    return found if isinstance(found, dict) else None
