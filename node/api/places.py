"""Places for what a node does for so many at a time, and for no single participant alone."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from amanat.node.api.problems import ApiProblem


class Places:
    """A number of places, of which one participant gets a part."""

    def __init__(self, code: str, *, most: int, each: int) -> None:
        """`code` is the problem of whoever gets none; `each` is how many one participant gets."""
        self._code = code
        self.most = most
        self.each = each
        self._taken: Counter[str | None] = Counter()

    @property
    def taken(self) -> int:
        """How many are taken."""
        return self._taken.total()

    @contextmanager
    def one(self, who: str | None) -> Iterator[None]:
        """Take a place. Those who need not say who they are share all that there are.

        Raises:
            ApiProblem: there is none left, or none for this participant.
        """
        if self.taken >= self.most:
            raise ApiProblem(self._code, f"all {self.most} places of this node are taken")
        if who is not None and self._taken[who] >= self.each:
            raise ApiProblem(self._code, f"{who} has {self.each} already, which is all it may have")
        self._taken[who] += 1
        try:
            yield
        finally:
            self._taken[who] -= 1
            if not self._taken[who]:
                del self._taken[who]
