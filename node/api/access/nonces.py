"""Nonces of signed requests that were taken: each counts once, while its signature could count."""

from collections import Counter, deque
from hashlib import sha256
from typing import Final

from amanat.ledger.identifiers import LedgerTime

PER_PARTICIPANT_MAX: Final = 10_000
"""Signed requests of one participant that are remembered at a time."""

ALL_MAX: Final = 200_000
"""Signed requests that are remembered at a time."""


class TooMany(Exception):  # noqa: N818 - what happened
    """There is no room for another one; none may be forgotten, or it could be used again."""


class Nonces:
    """Remembers them in bounded memory."""

    def __init__(self, *, kept_ms: int) -> None:
        """`kept_ms` is how long one is remembered: at least as long as a signature counts."""
        self._kept_ms = kept_ms
        self._until: deque[tuple[LedgerTime, str, bytes]] = deque()
        self._seen: set[bytes] = set()
        self._counts: Counter[str] = Counter()

    def take(self, participant: str, nonce: str, now: LedgerTime) -> bool:
        """Return whether this nonce of a participant is new, and remember it.

        `now` never goes back.

        Raises:
            TooMany: it is new, and there is no room.
        """
        while self._until and self._until[0][0] < now:
            _, name, digest = self._until.popleft()
            self._seen.discard(digest)
            self._counts[name] -= 1
            if not self._counts[name]:
                del self._counts[name]
        digest = sha256(f"{participant} {nonce}".encode()).digest()
        if digest in self._seen:
            return False
        if self._counts[participant] >= PER_PARTICIPANT_MAX or len(self._seen) >= ALL_MAX:
            raise TooMany
        self._until.append((now + self._kept_ms, participant, digest))
        self._seen.add(digest)
        self._counts[participant] += 1
        return True
