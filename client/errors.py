"""What can go wrong, by what the caller has to do about it."""

from collections.abc import Mapping
from typing import Any

import msgspec

from amanat.client.exchange import Answer
from amanat.client.receipts import Receipt
from amanat.ledger.identifiers import Digest, LedgerTime


class ClientError(Exception):
    """All that the client raises by itself."""


class Unreachable(ClientError):  # noqa: N818 - what happened
    """No node answered as it should. `failures` says of each address why."""

    def __init__(self, failures: Mapping[str, str]) -> None:
        told = "; ".join(f"{url}: {why}" for url, why in failures.items())
        super().__init__(f"no node answered: {told}")
        self.failures = dict(failures)


class Unproved(Unreachable):
    """Nodes answered, and what they said is not proved. Do not act on it; tell the operators."""


class Refused(ClientError):  # noqa: N818 - what happened
    """A node refused the request (RFC 9457). Nothing was changed by it."""

    def __init__(self, status: int, problem: Mapping[str, Any]) -> None:
        title, detail = problem.get("title", "refused"), problem.get("detail", "")
        super().__init__(f"{problem.get('code', status)}: {title}: {detail}")
        self.status = status
        self.code = str(problem.get("code", ""))
        self.figures: dict[str, str] = dict(problem.get("figures") or {})
        self.problem = dict(problem)

    @property
    def is_retryable(self) -> bool:
        """Whether the same request may succeed later, or elsewhere."""
        return bool(self.problem.get("retryable", self.status >= 500))


class Rejected(ClientError):  # noqa: N818 - what happened
    """A rule of the ledger refused the transaction, for good: its receipt, proved, says so."""

    def __init__(self, receipt: Receipt) -> None:
        self.receipt = receipt
        self.code = receipt.code or ""
        self.operation = receipt.operation or 0
        self.figures = receipt.figures
        told = ", ".join(f"{name} {value}" for name, value in receipt.figures.items())
        super().__init__(f"rejected by {self.code} in block {receipt.height}: {told}")


class Expired(ClientError):  # noqa: N818 - what happened
    """The transaction never took effect and never will: ledger time has passed its `valid_until`.

    That the time has passed is proved; that it was not executed before, a majority of the nodes
    that the client was given say, each at the height of that proof or above.
    """

    def __init__(self, transaction: Digest, valid_until: LedgerTime, height: int) -> None:
        self.transaction = transaction
        self.valid_until = valid_until
        self.height = height
        """A block whose proved time is later."""
        super().__init__(f"{transaction.hex()} expired: block {height} is later than its end")


class OutcomeUnknown(ClientError):  # noqa: N818 - what happened
    """Not known yet: it may have taken effect, or still may. It is in the journal.

    Do not sign the same order anew. `resume()`, or submitting the same bytes, goes on.
    """

    def __init__(self, transaction: Digest, envelope: bytes, reason: str) -> None:
        self.transaction = transaction
        self.envelope = envelope
        self.reason = reason
        super().__init__(f"what became of {transaction.hex()} is not known yet: {reason}")


def problem_of(answer: Answer) -> Refused:
    """Return the refusal that an answer is, whatever its body holds."""
    try:
        found = msgspec.json.decode(answer.body)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        found = None
    if not isinstance(found, dict):
        told = answer.body[:200].decode(errors="replace")
        found = {"title": "refused", "detail": told, "retryable": answer.status >= 500}
    if not isinstance(found.get("figures"), dict):
        found["figures"] = {}
    return Refused(answer.status, found)
