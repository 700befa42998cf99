"""Lists whose pages say where the next one begins, by a cursor in the header `Link`."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

from amanat.client.asking import Nodes, ask
from amanat.client.errors import Refused
from amanat.client.exchange import Answer, Conversation
from amanat.client.proofs import NotProved
from amanat.client.reading import PAGE, json_of, path_of, question

Shown = tuple[list[dict[str, Any]], str | None]
"""The entries of a page, and the cursor behind them; None at the list's end."""


@dataclass
class LinkedPages:
    """A list that is read page by page, for as long as it changes under the reader.

    Each entry that is there throughout is given once; what is entered or removed meanwhile may be
    given or not.
    """

    nodes: Nodes
    path: Callable[[str | None], str]
    """Makes the path of a page from its cursor; None for the first."""
    is_over: bool = False
    _seen: set[str] = field(default_factory=set)
    _cursors: list[str] = field(default_factory=list)

    def next(self) -> Conversation[list[dict[str, Any]]]:
        """Return the entries of the next page that were not given yet; then look at `is_over`."""
        shown, cursor = yield from self._shown()
        new = [each for each in shown if each["id"] not in self._seen]
        self._seen.update(each["id"] for each in new)
        # A cursor that comes again would lead in a circle.
        self.is_over = cursor is None or cursor in self._cursors
        if cursor is not None and not self.is_over:
            self._cursors.append(cursor)
        return new

    def _shown(self) -> Conversation[Shown]:
        """Read from the last cursor on whose entry is still in the list, or from the beginning."""
        while self._cursors:
            try:
                return (yield from self._page(self._cursors[-1]))
            except Refused as refused:
                if refused.code != "not_found":
                    raise
                self._cursors.pop()
        return (yield from self._page(None))

    def _page(self, cursor: str | None) -> Conversation[Shown]:
        return (yield from ask(self.nodes, question(self.path(cursor)), _shown_in))


def holds(nodes: Nodes, account: str) -> LinkedPages:
    """Return the pages of the open holds on an account's holdings, and of those for it."""
    return LinkedPages(
        nodes, lambda cursor: path_of("accounts", account, "holds", limit=PAGE, after=cursor)
    )


def proposals(nodes: Nodes) -> LinkedPages:
    """Return the pages of the proposals that wait, the oldest first."""
    return LinkedPages(nodes, lambda cursor: path_of("proposals", limit=PAGE, after=cursor))


def _shown_in(answer: Answer) -> Shown:
    shown = json_of(answer)
    if not isinstance(shown, list) or not all(
        isinstance(each, dict) and isinstance(each.get("id"), str) for each in shown
    ):
        raise NotProved("it shows no list of entries with ids")
    return shown, _cursor_in(answer.headers.get("link", ""))


def _cursor_in(link: str) -> str | None:
    target, closed, parameters = link.removeprefix("<").partition(">")
    if not closed or parameters.replace(" ", "") != ';rel="next"':
        return None
    try:
        found = parse_qs(urlsplit(target).query).get("after")
    except ValueError:
        return None
    return found[0] if found else None
