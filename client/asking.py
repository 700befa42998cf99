"""Asks one node after the other, and never takes an answer that goes back in height."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final, TypeGuard, TypeVar

from amanat.client.errors import Refused, Unproved, Unreachable, problem_of
from amanat.client.exchange import Answer, Conversation, Pause, Request, Silence, send
from amanat.client.proofs import NotProved

T = TypeVar("T")

ROUND_PAUSE: Final = 0.25
"""Seconds before all nodes are asked a second time, where one may be able to answer then."""

OF_ONE_NODE: Final = frozenset({"pruned", "authentication_failed", "no_such_route"})
"""Problems that say something of the node, so that another is asked."""


class Nodes:
    """The nodes of a network, and the height below which none of them is listened to."""

    def __init__(self, urls: Sequence[str]) -> None:
        if not urls:
            raise ValueError("name the address of at least one node")
        # Each once: where a majority of the nodes is asked, nobody counts twice.
        self.urls = tuple(dict.fromkeys(url.rstrip("/") for url in urls))
        self.height = 0
        """The greatest height of which any answer spoke."""
        self._first = 0

    def in_turn(self) -> list[str]:
        """Return every address, that of the node that answered last first."""
        return [*self.urls[self._first :], *self.urls[: self._first]]

    def prefer(self, url: str) -> None:
        """Ask this one first from now on."""
        self._first = self.urls.index(url)

    def saw(self, height: int | None) -> None:
        """Remember a height, if it is the greatest yet."""
        self.height = max(self.height, height or 0)


def ask(
    nodes: Nodes, request: Request, understand: Callable[[Answer], T], *, fresh: bool = True
) -> Conversation[T]:
    """Ask until a node gives an answer that `understand` makes something of.

    With `fresh` the request is for what the ledger holds now, and no node answers it that is behind
    what was seen before.

    Raises:
        Refused: a node refuses what every node would.
        Unproved: what nodes answered is not proved.
        Unreachable: none answered.
    """
    question = _Question(nodes, fresh=fresh)
    for turn in range(2):
        for url in nodes.in_turn():
            asked = _from_height(request, nodes.height) if fresh else request
            heard = yield from send(url, asked)
            if not question.is_answer(heard, url, request):
                continue
            try:
                found = understand(heard)
            except NotProved as doubt:
                question.doubt(url, doubt)
                continue
            nodes.saw(heard.height)
            nodes.prefer(url)
            return found
        if turn or not question.may_succeed:
            break
        question.may_succeed = False
        yield Pause(ROUND_PAUSE)
    raise question.failure()


class _Question:
    """What nodes made of a question that none has answered yet."""

    def __init__(self, nodes: Nodes, *, fresh: bool) -> None:
        self._nodes = nodes
        self._fresh = fresh
        self._failures: dict[str, str] = {}
        self._refused: Refused | None = None
        self._is_doubted = False
        self._is_silent = False
        self.may_succeed = False
        """Whether a node may be able to answer in a moment."""

    def is_answer(self, heard: Answer | Silence, url: str, request: Request) -> TypeGuard[Answer]:
        """Return whether this is to be understood; else note why not.

        Raises:
            Refused: every node would refuse it.
        """
        if isinstance(heard, Silence):
            self._failures[url] = heard.reason
            self._is_silent = True
            return False
        if heard.status >= 400 and heard.status not in request.answers:
            self._note(url, problem_of(heard))
            return False
        if self._fresh and heard.height is not None and heard.height < self._nodes.height:
            seen = self._nodes.height
            self._failures[url] = f"it is at height {heard.height}; {seen} was seen before"
            self._is_silent = self.may_succeed = True
            return False
        return True

    def _note(self, url: str, refused: Refused) -> None:
        if not refused.is_retryable and refused.code not in OF_ONE_NODE:
            raise refused
        self._failures[url] = str(refused)
        self._refused = refused
        self.may_succeed = self.may_succeed or refused.is_retryable

    def doubt(self, url: str, doubt: NotProved) -> None:
        """Note that what a node said is not proved."""
        self._failures[url] = str(doubt)
        self._is_doubted = True

    def failure(self) -> Refused | Unreachable:
        """Return what is raised once nobody is left to ask."""
        if self._is_doubted:
            return Unproved(self._failures)
        if self._refused is not None and not self._is_silent:
            return self._refused
        return Unreachable(self._failures)


def _from_height(request: Request, height: int) -> Request:
    if height == 0:
        return request
    joined = "&" if "?" in request.path else "?"
    return replace(request, path=f"{request.path}{joined}min_height={height}")
