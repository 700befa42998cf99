"""What the logs of nodes add up to: each election with who stood, voted, refused and led."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from amanat.node.trace.elections import elections
from amanat.node.trace.lines import END, TraceError, read

BEGIN = datetime(2026, 3, 2, 9, 0, 0, tzinfo=UTC)


def line(seconds: float, node: str, event: str, **fields: Any) -> str:
    moment = (BEGIN + timedelta(seconds=seconds)).isoformat().replace("+00:00", "Z")
    return json.dumps({"timestamp": moment, "node": node, "event": event, **fields})


def log(place: Path, *lines: str | bytes) -> Path:
    path = place / f"{len(list(place.iterdir()))}.log"
    path.write_bytes(b"".join((x if isinstance(x, bytes) else x.encode()) + b"\n" for x in lines))
    return path


def test_an_election_is_put_together_from_all_logs(tmp_path: Path) -> None:
    sbp = log(
        tmp_path,
        line(10.5, "sbp", "election.leader-lost", term=3, leader="mof", silence_seconds=0.75),
        line(10.6, "sbp", "election.stood", term=4, cause="silence", last=9, last_term=3),
        line(10.7, "sbp", "election.won", term=4, votes=["cdc", "sbp"], last=9, last_term=3),
    )
    cdc = log(
        tmp_path,
        line(10.65, "cdc", "election.voted", term=4, candidate="sbp"),
        line(10.72, "cdc", "leader.changed", term=4, leader="sbp", role="follower"),
    )
    bank = log(
        tmp_path,
        line(10.66, "bank", "election.refused", term=4, candidate="sbp", refusal="log-behind",
             last=9, last_term=3),
    )  # fmt: skip
    (found,) = elections(read([cdc, bank, sbp]).events)
    assert (found.term, found.leader, found.votes, found.after) == (4, "sbp", ("cdc", "sbp"), 9)
    (candidacy,) = found.candidates
    assert (candidacy.node, candidacy.cause) == ("sbp", "silence")
    assert (candidacy.voted, candidacy.refused) == (["cdc"], {"bank": "log-behind"})
    assert found.leaderless_seconds == 0.95


def test_without_the_leaders_own_log_it_is_told_as_far_as_others_know(tmp_path: Path) -> None:
    cdc = log(
        tmp_path,
        line(1, "cdc", "election.voted", term=4, candidate="sbp"),
        line(2, "cdc", "leader.changed", term=4, leader="sbp", role="follower"),
    )
    (found,) = elections(read([cdc]).events)
    assert (found.leader, found.votes, found.leaderless_seconds) == ("sbp", (), None)
    assert found.candidates[0].voted == ["cdc"]


def test_a_term_in_which_nobody_won_is_told_too(tmp_path: Path) -> None:
    both = [
        log(tmp_path, line(1, name, "election.stood", term=4, cause="silence"))
        for name in ("sbp", "cdc")
    ]
    (found,) = elections(read(both).events)
    assert (found.leader, {each.node for each in found.candidates}) == (None, {"sbp", "cdc"})


def test_what_is_no_line_of_a_log_is_counted_and_passed_over(tmp_path: Path) -> None:
    mangled = log(
        tmp_path,
        "Traceback (most recent call last):",
        b"\xff\xfe\x00",
        "",
        "[1, 2]",
        '{"event": "election.stood"}',
        '{"timestamp": "2026-03-02T09:00:00", "node": "cdc", "event": "node.started"}',
        '{"timestamp": "never", "node": "cdc", "event": "node.started"}',
        line(0, "cdc", "election.stood", term=-1),
        line(0, "cdc", "election.stood", term=4, cause="silence")[:-7],
        line(1, "cdc", "node.started", version="0.1.0"),
        line(1, "cdc", "pool.dropped", transaction="00"),
    )
    logs = read([mangled])
    assert logs.not_understood == 8
    assert [each.event for each in logs.events] == ["node.started"]


def test_where_a_log_ends_and_others_go_on_is_told(tmp_path: Path) -> None:
    killed = log(tmp_path, line(1, "mof", "peer.connected", peer="cdc"))
    stopped = log(tmp_path, line(2, "sbp", "node.stopped"))
    others = log(tmp_path, line(9, "cdc", "node.draining"))
    found = [(each.node, each.event) for each in read([killed, stopped, others]).events]
    assert found == [("mof", END), ("sbp", "node.stopped"), ("cdc", "node.draining")]


def test_a_log_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(TraceError, match=r"nothing\.log cannot be read: No such file"):
        read([tmp_path / "nothing.log"])
