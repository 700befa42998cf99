"""What a certified root says: a holding in the state, a receipt among a block's transactions."""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from hashlib import sha256
from typing import Any, Final

from amanat.verifier.certified_headers import Header
from amanat.verifier.decoding import Invalid, expect, natural, pack, unpack
from amanat.verifier.state_proofs import branch, check_state

CLOSING: Final = "closing"
DATE_MAX: Final = 200_000
"""The last date that a ledger knows, in days since 1970-01-01."""

_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,63}", re.ASCII)


@dataclass(frozen=True)
class Balance:
    """The account held this much of the instrument, in the instrument's smallest unit."""

    account: str
    instrument: str
    amount: int
    reserved: int = 0
    """How much of it is held for somebody or pledged."""


@dataclass(frozen=True)
class ClosingBalance(Balance):
    """The account held this much of the instrument at the close of a business day."""

    day: str = ""
    """The business day, as 2026-01-31."""


@dataclass(frozen=True)
class Outcome:
    """The transaction was executed, and was `applied` or `rejected` (with the rule, `code`)."""

    transaction: str
    outcome: str
    code: str | None


def check_balance(header: Header, value: Any) -> Balance:
    """Return the holding that `value`, a state proof, shows under the header's state root."""
    step = "state proof"
    return _holding(step, *check_state(step, header, value))


def _holding(step: str, key: bytes, held: bytes | None) -> Balance:
    kind, account, instrument = expect(step, list, unpack(step, key), "the key", length=3)
    if kind != "holding":
        raise Invalid(step, "the key is not that of a holding")
    amount = reserved = 0
    if held is not None:
        stated, pledged = expect(step, list, unpack(step, held), "the holding", length=2)
        amount = natural(step, stated, "the amount")
        reserved = natural(step, pledged, "the reserved amount")
    for part in (account, instrument):
        # Anybody can prove that an account of any name holds nothing: without this rule the name
        # could be a line of text that claims something else when it is printed.
        if not _NAME.fullmatch(expect(step, str, part, "a name in the key")):
            raise Invalid(step, f"{part!r} names neither an account nor an instrument")
    return Balance(account, instrument, amount, reserved)


def check_receipt(header: Header, receipt: Any, path: Any) -> Outcome:
    """Return the outcome in `receipt`, which `path` shows under the header's transactions root."""
    step = "receipt"
    found = sha256(b"\x00" + pack(receipt)).digest()
    for pair in expect(step, list, path, "the path"):
        left, beside = expect(step, list, pair, "a step of the path", length=2)
        expect(step, bytes, beside, "a digest of the path", length=32)
        on_left = expect(step, bool, left, "the side of a digest")
        found = branch(beside, found) if on_left else branch(found, beside)
    if found != header.transactions_root:
        raise Invalid(step, f"it does not lead to the transactions root of block {header.height}")
    transaction, _envelope, outcome = expect(step, list, receipt, "the receipt", length=3)
    expect(step, bytes, transaction, "the transaction's id", length=32)
    tag, *rest = expect(step, list, outcome, "the outcome") or [None]
    if tag == "applied":
        return Outcome(transaction.hex(), "applied", None)
    if tag == "rejected" and rest:
        return Outcome(transaction.hex(), "rejected", expect(step, str, rest[0], "the code"))
    raise Invalid(step, "the outcome is neither applied nor rejected")


def check_closing(header: Header, receipt: Any, path: Any) -> str:
    """Return which business day the receipt closed, if nothing came after that in its block.

    A receipt is a block's last where every digest beside its path stands to the left. Then the
    state after the block is the state at the close.
    """
    if check_receipt(header, receipt, path).outcome != "applied":
        raise Invalid(CLOSING, "the transaction was rejected: it closed nothing")
    if not all(left for left, _ in path):
        raise Invalid(CLOSING, "other transactions follow it in its block")
    outcome = expect(CLOSING, list, receipt[2], "the outcome", length=2)
    events = list(expect(CLOSING, list, outcome[1], "the list of events"))
    for event in events:
        expect(CLOSING, list, event, "an event", length=3)
    # A day that is closed by a proposal is closed before the proposal is executed.
    while events and events[-1][1] == "proposal-executed":
        events.pop()
    if not events or events[-1][1] != "day-closed":
        raise Invalid(CLOSING, "the last thing that it did was not to close a day")
    fields = events[-1][2]
    closed = natural(CLOSING, fields.get("date") if isinstance(fields, dict) else None, "the date")
    if closed > DATE_MAX:
        raise Invalid(CLOSING, "the date is out of range")
    return (date(1970, 1, 1) + timedelta(days=closed)).isoformat()
