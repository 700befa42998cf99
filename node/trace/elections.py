"""Which elections there were: who stood, voted, refused and why, and how long nobody led."""

from collections.abc import Iterable
from datetime import datetime, timedelta

import msgspec

from amanat.node import election_log
from amanat.node.trace.lines import Line


class Candidacy(msgspec.Struct):
    """One node's attempt to be elected."""

    node: str
    cause: str
    at: datetime
    voted: list[str]
    """Who said that it votes for it."""
    refused: dict[str, str]
    """Who said that it does not, and why."""


class Election(msgspec.Struct):
    """All that nodes did in one term to find a leader."""

    term: int
    candidates: list[Candidacy]
    leader: str | None = None
    """Who was elected; None if nobody was, as far as these logs tell."""
    votes: tuple[str, ...] = ()
    """Whose signed votes are its leader certificate."""
    after: int | None = None
    """The height after which the certificate lets it go on."""
    at: datetime | None = None
    """When it was elected, by its clock; else when the first node followed it."""
    leaderless_seconds: float | None = None
    """From when a node last heard the leader before, or first stood, until this one was elected."""


def elections(events: Iterable[Line]) -> list[Election]:
    """Put together the elections that these events, in their order, tell of."""
    found: dict[int, Election] = {}
    silent_since: datetime | None = None
    for line in events:
        if line.term is None:
            continue
        election = found.setdefault(line.term, Election(line.term, []))
        match line.event:
            case election_log.LOST:
                heard = line.timestamp - timedelta(seconds=line.silence_seconds or 0)
                silent_since = min(heard, silent_since or heard)
            case election_log.STOOD:
                silent_since = silent_since or line.timestamp
                _candidacy(election, line.node, line).cause = line.cause or "?"
            case election_log.VOTED if line.candidate is not None:
                _candidacy(election, line.candidate, line).voted.append(line.node)
            case election_log.REFUSED if line.candidate is not None:
                candidacy = _candidacy(election, line.candidate, line)
                candidacy.refused[line.node] = line.refusal or "?"
            case election_log.WON:
                election.leader, election.votes = line.node, line.votes
                election.after, election.at = line.last, line.timestamp
                _measure(election, silent_since)
                silent_since = None
            case "leader.changed" if line.leader is not None and election.leader is None:
                # The leader's own log is not among these, or has not got so far.
                election.leader, election.at = line.leader, line.timestamp
                _measure(election, silent_since)
                silent_since = None
    return [found[term] for term in sorted(found) if _is_told(found[term])]


def _is_told(election: Election) -> bool:
    return bool(election.candidates) or election.leader is not None


def _measure(election: Election, since: datetime | None) -> None:
    """Note how long nobody led."""
    if since is not None and election.at is not None:
        seconds = (election.at - since).total_seconds()
        election.leaderless_seconds = round(max(seconds, 0.0), 3)


def _candidacy(election: Election, name: str, line: Line) -> Candidacy:
    for each in election.candidates:
        if each.node == name:
            return each
    election.candidates.append(Candidacy(name, "?", line.timestamp, [], {}))
    return election.candidates[-1]
