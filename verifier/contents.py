"""What a certified root says: a holding in the state, a receipt among a block's transactions."""

import re
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final

from amanat.verifier.certified_headers import Header
from amanat.verifier.decoding import Invalid, expect, natural, pack, unpack

_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,63}", re.ASCII)


@dataclass(frozen=True)
class Balance:
    """The account held this much of the instrument, in the instrument's smallest unit."""

    account: str
    instrument: str
    amount: int


@dataclass(frozen=True)
class Outcome:
    """The transaction was executed, and was `applied` or `rejected` (with the rule, `code`)."""

    transaction: str
    outcome: str
    code: str | None


def check_balance(header: Header, value: Any) -> Balance:
    """Return the holding that `value`, a state proof, shows under the header's state root."""
    step = "state proof"
    key, held, siblings, other = expect(step, list, value, "the proof", length=4)
    path = sha256(expect(step, bytes, key, "the key")).digest()
    siblings = expect(step, list, siblings, "the list of siblings")
    if len(siblings) > 256:
        raise Invalid(step, "there are more siblings than bits in a path")
    if held is not None:
        if other is not None:
            raise Invalid(step, "it shows a value and another leaf")
        found = _leaf(path, sha256(expect(step, bytes, held, "the value")).digest())
    elif other is not None:
        other_path, other_value = expect(step, list, other, "the other leaf", length=2)
        expect(step, bytes, other_path, "the other key's digest", length=32)
        expect(step, bytes, other_value, "the other value's digest", length=32)
        if other_path == path or _bits(other_path, len(siblings)) != _bits(path, len(siblings)):
            raise Invalid(step, "the other leaf does not stand where the key would")
        found = _leaf(other_path, other_value)
    else:
        found = bytes(32)
    for bit, sibling in zip(reversed(_bits(path, len(siblings))), siblings, strict=True):
        expect(step, bytes, sibling, "a sibling", length=32)
        found = _branch(sibling, found) if bit == "1" else _branch(found, sibling)
    if found != header.state_root:
        raise Invalid(step, f"it does not lead to the state root of block {header.height}")
    return _holding(step, key, held)


def _holding(step: str, key: bytes, held: bytes | None) -> Balance:
    kind, account, instrument = expect(step, list, unpack(step, key), "the key", length=3)
    if kind != "holding":
        raise Invalid(step, "the key is not that of a holding")
    amount = 0
    if held is not None:
        (stated,) = expect(step, list, unpack(step, held), "the holding", length=1)
        amount = natural(step, stated, "the amount")
    for part in (account, instrument):
        # Anybody can prove that an account of any name holds nothing: without this rule the name
        # could be a line of text that claims something else when it is printed.
        if not _NAME.fullmatch(expect(step, str, part, "a name in the key")):
            raise Invalid(step, f"{part!r} names neither an account nor an instrument")
    return Balance(account, instrument, amount)


def check_receipt(header: Header, receipt: Any, path: Any) -> Outcome:
    """Return the outcome in `receipt`, which `path` shows under the header's transactions root."""
    step = "receipt"
    found = sha256(b"\x00" + pack(receipt)).digest()
    for pair in expect(step, list, path, "the path"):
        left, beside = expect(step, list, pair, "a step of the path", length=2)
        expect(step, bytes, beside, "a digest of the path", length=32)
        on_left = expect(step, bool, left, "the side of a digest")
        found = _branch(beside, found) if on_left else _branch(found, beside)
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


def _bits(path: bytes, count: int) -> str:
    return f"{int.from_bytes(path, 'big'):0256b}"[:count]


def _leaf(path: bytes, value_digest: bytes) -> bytes:
    return sha256(b"\x00" + path + value_digest).digest()


def _branch(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right).digest()
