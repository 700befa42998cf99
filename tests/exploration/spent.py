"""Messages of which nothing can come any more, whatever happens: a state forgets them.

So states that differ in nothing else are one. A node's term on disk never falls, not even by a
crash; therefore

- a vote counts only for a candidate of its term. Once a node has that term on disk and is no
  candidate in it, it cannot become one: it would begin a later term;
- an answer to an append counts only for a leader of its term, who was a candidate in it before;
- a node that has the last term of the scope on disk answers what is of an earlier term with that
  term, and no more; this is no news to whoever has it on disk as well.
"""

from amanat.consensus.messages import (
    Append,
    AppendRefused,
    AppendReply,
    RequestVote,
    SharedAcks,
    VoteReply,
)
from amanat.consensus.raft import Role
from tests.exploration.act import Letter
from tests.exploration.actor import Actor
from tests.exploration.parts import Parts

_Key = tuple[str, str, int]
"""To whom, what sort of message, of which term; or from whom, to whom, 0."""


class Spent:
    """Knows which messages are spent, and to whom messages go."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._names = parts.scope.names
        self._last_term = len(parts.scope.blocks)
        self._known = 0
        self._sorts: dict[_Key, int] = {}
        self._keys: list[tuple[list[_Key], str | None]] = []
        self.addressed = [0] * len(self._names)
        """The messages to each node."""

    def without(self, letters: int, numbers: tuple[int, ...]) -> int:
        """Return `letters` without those that are spent where the nodes are in these states."""
        if self._known < len(self._parts.letters.things):
            self._sort()
        if len(self._keys) < len(self._parts):
            self._judge()
        gone = 0
        sorts = self._sorts
        done = []
        for number in numbers:
            keys, name = self._keys[number]
            for key in keys:
                gone |= sorts.get(key, 0)
            if name is not None:
                done.append(name)
        if len(done) > 1:
            for one in done:
                for two in done:
                    gone |= sorts.get((one, two, 0), 0)
        return letters & ~gone

    def _sort(self) -> None:
        for number, letter in enumerate(self._parts.letters.things[self._known :], self._known):
            self.addressed[self._names.index(letter.to)] |= 1 << number
            key = self._key(letter)
            if key is not None:
                self._sorts[key] = self._sorts.get(key, 0) | 1 << number
            self._known += 1

    def _key(self, letter: Letter) -> _Key | None:
        match letter.message:
            case VoteReply(term):
                return (letter.to, "vote", term)
            case AppendReply(term) | AppendRefused(term):
                return (letter.to, "answer", term)
            case SharedAcks(term):
                return (letter.to, "acks", term)
            case RequestVote(term) | Append(term) if term < self._last_term:
                return (letter.sender, letter.to, 0)
        return None

    def _judge(self) -> None:
        for number in range(len(self._keys), len(self._parts)):
            actor = self._parts[number].actor
            term = term_on_disk(actor)
            keys: list[_Key] = []
            for each in range(1, term + 1):
                role = actor.raft.role if actor.raft.term == each else Role.FOLLOWER
                if role is not Role.CANDIDATE:
                    keys.append((actor.name, "vote", each))
                if each < term:
                    keys.append((actor.name, "acks", each))
                    if role is not Role.LEADER:
                        keys.append((actor.name, "answer", each))
            self._keys.append((keys, actor.name if term == self._last_term else None))


def term_on_disk(actor: Actor) -> int:
    """Return the term in which a node starts again at least, whatever a crash leaves."""
    return max(actor.disk.promise.term, actor.disk.last.term)
