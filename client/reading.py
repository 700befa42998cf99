"""Questions to the network: with proof where there is one, and lists whatever their length."""

import base64
import binascii
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final, Protocol
from urllib.parse import quote, urlencode

import msgspec

from amanat.client.asking import Nodes, ask
from amanat.client.errors import Refused
from amanat.client.exchange import Answer, Conversation, Request
from amanat.client.proofs import NotProved, Proofs
from amanat.client.receipts import ProvedBalance

PAGE: Final = 100
"""Entries of a list that are asked for at a time; the most that nodes give of some."""


def path_of(*parts: str, **query: object) -> str:
    """Return a path below /v1, each part and value encoded."""
    path = "/v1/" + "/".join(quote(part, safe="", errors="replace") for part in parts)
    asked = {name: value for name, value in query.items() if value is not None}
    return f"{path}?{urlencode(asked, doseq=True)}" if asked else path


def json_of(answer: Answer) -> Any:
    """Return what an answer holds.

    Raises:
        NotProved: it is no JSON, so what answered is no node.
    """
    try:
        return msgspec.json.decode(answer.body)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        raise NotProved(f"what answers is not a node: it sends no JSON ({error})") from error


def get(nodes: Nodes, path: str) -> Conversation[Any]:
    """Return the JSON under a path, on the word of the node that answers."""
    return (yield from ask(nodes, question(path), json_of))


def question(path: str, *, seconds: float = 10.0) -> Request:
    """Return the request for what is under a path."""
    not_ready = (
        frozenset({503}) if path.split("?", maxsplit=1)[0] == "/readyz" else frozenset[int]()
    )
    return Request("GET", path, seconds=seconds, answers=not_ready)


@dataclass(frozen=True, slots=True)
class Holding:
    """Which holding is asked for, and as of when: now, if nothing is said."""

    account: str
    instrument: str
    as_of: str | None = None
    """At the close of which business day, as 2026-01-31."""
    at_height: int | None = None
    """After which block."""

    @property
    def is_past(self) -> bool:
        """Whether it is asked as it was once."""
        return self.as_of is not None or self.at_height is not None

    def path(self, **query: object) -> str:
        """Return what to ask a node for."""
        moment = {"as_of": self.as_of, "at_height": self.at_height}
        parts = ("accounts", self.account, "holdings", self.instrument)
        return path_of(*parts, proof="true", **moment, **query)


def balance_then(nodes: Nodes, proofs: Proofs, asked: Holding) -> Conversation[ProvedBalance]:
    """Return what an account held after a block, or at the close of a business day, proved."""

    def proved(answer: Answer) -> ProvedBalance:
        found = _proved(proofs, json_of(answer), asked.account, asked.instrument)
        if found.day != asked.as_of or asked.at_height not in (None, found.height):
            raise NotProved(f"its proof is of height {found.height}, day {found.day}")
        return found

    return (yield from ask(nodes, Request("GET", asked.path()), proved, fresh=False))


def balance(
    nodes: Nodes, proofs: Proofs, asked: Holding, *, linearizable: bool = False
) -> Conversation[ProvedBalance]:
    """Return what an account holds, proved, at a height that no answer before was above."""
    path = asked.path(consistency="linearizable" if linearizable else None)

    def proved(answer: Answer) -> ProvedBalance:
        return _proved_balance(nodes, proofs, json_of(answer), (asked.account, asked.instrument))

    found = yield from ask(nodes, Request("GET", path), proved)
    nodes.saw(found.height)
    return found


def holdings(nodes: Nodes, proofs: Proofs, account: str) -> Conversation[list[ProvedBalance]]:
    """Return each holding that a node shows of an account, proved.

    That there is no other holding is not proved: ask for the balance of an instrument to prove
    that nothing of it is held.
    """

    def proved(answer: Answer) -> list[ProvedBalance]:
        shown = json_of(answer)
        if not isinstance(shown, list):
            raise NotProved("it shows no list")
        return [
            _proved_balance(nodes, proofs, each, (account, _text(each, "instrument")))
            for each in shown
        ]

    path = path_of("accounts", account, "holdings", proof="true")
    return (yield from ask(nodes, Request("GET", path), proved))


def _proved_balance(
    nodes: Nodes, proofs: Proofs, shown: Any, named: tuple[str, str]
) -> ProvedBalance:
    found = _proved(proofs, shown, *named)
    if found.height < nodes.height:
        raise NotProved(f"its proof is of height {found.height}; {nodes.height} was seen before")
    return found


def _proved(proofs: Proofs, shown: Any, account: str, instrument: str) -> ProvedBalance:
    try:
        proof = base64.b64decode(_text(shown, "proof"), validate=True)
    except binascii.Error as error:
        raise NotProved("the proof is not base64") from error
    found = proofs.balance(proof, account, instrument)
    if _text(shown, "amount") != str(found.amount):
        raise NotProved(f"it says {shown['amount']}, its proof {found.amount}")
    return found


def _text(shown: Any, name: str) -> str:
    if not isinstance(shown, dict) or not isinstance(shown.get(name), str):
        raise NotProved(f"it shows no {name}")
    return str(shown[name])


class Listed(Protocol):
    """A list that is read page by page."""

    is_over: bool
    """Whether all of it was given."""

    def next(self) -> Conversation[list[dict[str, Any]]]:
        """Return the entries of the next page, maybe none; then look at `is_over`."""
        ...


@dataclass
class Pages:
    """A list that is read page by page, for as long as it changes under the reader.

    Each entry that is there throughout is given once. What is entered or removed meanwhile may be
    given or not: the pages may be of different heights.
    """

    nodes: Nodes
    path: Callable[[str | None], str]
    """Makes the path of a page from its cursor, the key of an entry; None for the first."""
    key: Callable[[dict[str, Any]], str]
    """Returns what an entry goes by."""
    page: int = PAGE
    is_over: bool = False
    _seen: set[str] = field(default_factory=set)
    _last: list[str] = field(default_factory=list)

    def next(self) -> Conversation[list[dict[str, Any]]]:
        """Return the entries of the next page that were not given yet; then look at `is_over`."""
        shown = yield from self._shown()
        keys = [self.key(each) for each in shown]
        new = [each for each, key in zip(shown, keys, strict=True) if key not in self._seen]
        self.is_over = len(shown) < self.page or keys == self._last
        self._seen.update(keys)
        self._last = keys
        return new

    def _shown(self) -> Conversation[list[dict[str, Any]]]:
        """Read from the last entry on that is still in the list, or from the beginning."""
        for cursor in (*reversed(self._last), None):
            try:
                shown = yield from get(self.nodes, self.path(cursor))
            except Refused as refused:
                if refused.code != "not_found" or cursor is None:
                    raise
                continue
            return list(shown)
        raise AssertionError("the first page has no cursor that could be missing")


def members_of(nodes: Nodes, *parts: str) -> Pages:
    """Return the pages of a list that begins `from` an id."""
    return Pages(
        nodes,
        lambda cursor: path_of(*parts, **{"limit": PAGE, "from": cursor}),
        lambda entry: str(entry["id"]),
    )


def blocks(nodes: Nodes) -> Pages:
    """Return the pages of the final blocks, the newest first."""
    return Pages(
        nodes,
        lambda cursor: path_of("blocks", limit=PAGE, before=cursor),
        lambda entry: str(entry["height"]),
    )
