"""The events of final blocks, read on from a cursor: to the end so far, or for ever."""

from dataclasses import dataclass
from typing import Any, Final

from amanat.client.asking import Nodes, ask
from amanat.client.exchange import Answer, Conversation, Request
from amanat.client.proofs import NotProved
from amanat.client.reading import json_of, path_of

PAGE: Final = 500
"""Events that are asked for at a time."""

WAIT_SECONDS: Final = 20
"""How long one request waits for the next event, where the feed is followed."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which events are read; None wants all."""

    account: str | None = None
    instrument: str | None = None
    names: tuple[str, ...] = ()


@dataclass
class Feed:
    """A way through the events, page by page. Its cursor is good at every node, and for ever.

    So a program that keeps the cursor of the last event that it dealt with misses none and is told
    none twice, whichever nodes come and go.
    """

    nodes: Nodes
    wanted: Wanted
    cursor: str | None = None
    """Go on behind this; from the first block, or what the node keeps, if None."""
    follow: bool = False
    """Whether to wait for what is to come."""
    is_over: bool = False
    _waits: bool = False

    def next(self) -> Conversation[list[dict[str, Any]]]:
        """Return the events of the next page, maybe none; then look at `is_over`."""
        wait = WAIT_SECONDS if self._waits else None
        path = path_of(
            "events",
            after=self.cursor,
            account=self.wanted.account,
            instrument=self.wanted.instrument,
            name=self.wanted.names or None,
            limit=PAGE,
            wait=wait,
        )
        # A node that is behind tells less, and never what another would contradict.
        request = Request("GET", path, seconds=10.0 + (wait or 0))
        page = yield from ask(self.nodes, request, _page, fresh=False)
        self.cursor = page["next"]
        self._waits = self.follow and page["complete"]
        self.is_over = page["complete"] and not self.follow
        return list(page["events"])


def _page(answer: Answer) -> dict[str, Any]:
    page = json_of(answer)
    if not (
        isinstance(page, dict)
        and isinstance(page.get("events"), list)
        and isinstance(page.get("next"), str)
        and isinstance(page.get("complete"), bool)
    ):
        raise NotProved("it shows no page of events")
    return page
