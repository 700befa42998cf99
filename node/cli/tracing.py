"""`amanat node trace`: how elections went, from the logs of nodes."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import msgspec

from amanat.node import election_log
from amanat.node.cli.failure import Failure
from amanat.node.cli.output import Format, note, say, show, table
from amanat.node.trace.elections import Election, elections
from amanat.node.trace.lines import END, Line, Logs, TraceError, event_of, read

CAUSES: Final = {
    "silence": "it hears no leader",
    "gave-up": "it gave its leader up, which left out what it owed",
    "handover": "its leader asked it to",
}
REFUSALS: Final = {
    "hears-leader": "it hears a leader",
    "gave-up": "it gave that one up as a leader",
    "no-vote": "that one has no vote",
    "past-term": "the term is past",
    "voted": "it voted for another",
    "log-behind": "its log is behind: it ends with {last} of term {last_term}",
    "unsure": "its disk is new, and it does not know yet what it promised",
    "not-certified": "its last block is not shown to be certified",
}


def trace(logs: Sequence[Path], output: Format) -> None:
    """Tell of the elections in these logs, line by line and each in one."""
    try:
        found = read(logs)
    except TraceError as error:
        raise Failure(str(error)) from error
    told = elections(found.events)
    if output is Format.TABLE:
        _tables(found, told)
    elif output is Format.JSON:
        content = {
            "elections": [msgspec.to_builtins(each) for each in told],
            "events": [event_of(each) for each in found.events],
            "not_understood": found.not_understood,
        }
        show(content, output)
    else:
        show([event_of(each) for each in found.events], output)
    if found.not_understood:
        lines = "line was" if found.not_understood == 1 else "lines were"
        note(f"{found.not_understood} {lines} no line of a node's log, and not understood")


def _tables(found: Logs, told: Sequence[Election]) -> None:
    rows: list[dict[str, Any]] = [
        {
            "time": _time(each.timestamp),
            "node": each.node,
            "term": "" if each.term is None else each.term,
            "what": _words(each),
        }
        for each in _telling(found.events)
    ]
    table(rows, None)
    say("")
    table([_summed_up(each) for each in told], None)


def _telling(events: Sequence[Line]) -> Iterator[Line]:
    """Yield the events that say something which the one before, of that node, does not."""
    before: dict[str, Line] = {}
    for each in events:
        known = before.get(each.node)
        before[each.node] = each
        repeats = known is not None and known.term == each.term and known.event != "leader.changed"
        if each.event == "leader.changed" and repeats and each.leader in {None, each.node}:
            continue
        yield each


def _summed_up(election: Election) -> dict[str, Any]:
    stood = ", ".join(f"{each.node} ({each.cause})" for each in election.candidates)
    refusals = [
        f"{name}: {why}" for each in election.candidates for name, why in each.refused.items()
    ]
    elected = [each for each in election.candidates if each.node == election.leader]
    votes = election.votes or [name for each in elected for name in each.voted]
    seconds = election.leaderless_seconds
    return {
        "term": election.term,
        "stood": stood,
        "leader": election.leader or "nobody",
        "votes": ", ".join(votes),
        "refused": ", ".join(refusals),
        "after block": "" if election.after is None else election.after,
        "without leader": "" if seconds is None else f"{seconds:.3f} s",
    }


def _time(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _words(line: Line) -> str:
    known = {"last": line.last, "last_term": line.last_term}
    cause = CAUSES.get(line.cause or "", line.cause or "it does not say why")
    refusal = REFUSALS.get(line.refusal or "", line.refusal or "it does not say why")
    after = refusal.format(**known)
    words = {
        election_log.STOOD: f"stands for election: {cause}",
        election_log.VOTED: f"votes for {line.candidate}",
        election_log.REFUSED: f"refuses {line.candidate}: {after}",
        election_log.PRE_REFUSED: f"would not vote for {line.candidate}: {after}",
        election_log.ENTERED: "enters the term: a peer spoke of it",
        election_log.WON: f"is elected by {', '.join(line.votes)} after block {line.last}",
        "leader.changed": f"follows {line.leader}" if line.leader else "has no leader",
        "leader.abandoned": f"gives {line.leader or 'its leader'} up: it left out what it owed",
        "node.started": "started",
        "node.stopped": "stopped",
        "node.draining": "is drained: it leads no more",
        election_log.LOST: f"misses {line.leader}: silent for {line.silence_seconds} s",
        END: "the last line of its log: quiet since, or killed",
    }
    if line.event == "leader.changed" and line.leader == line.node:
        return "leads"
    return words[line.event]
