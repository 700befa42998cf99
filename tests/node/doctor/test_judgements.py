"""What the checks conclude from what they see, where no real network gets there quickly."""

from datetime import timedelta

import pytest

from amanat.node.acquaintance import Acquaintance
from amanat.node.doctor import certificates, disk, files, ports, program
from amanat.node.doctor.asking import Reached, Stage
from amanat.node.doctor.disk import DAY_MS, Room
from amanat.node.doctor.files import Ownership
from amanat.node.doctor.peers import judge_clock, judge_peer, judge_reachable
from amanat.node.doctor.rows import Verdict
from amanat.node.version import VERSION

GIB = 2**30
CHAIN = "ab" * 32


def told(
    name: str, *, version: str = VERSION, days: float = 6, reaches_you: bool = True
) -> Acquaintance:
    ends = int(days * DAY_MS)
    return Acquaintance(CHAIN, name, "http://x:1", version, 0, ends, reaches_you)


def reached(name: str, offset_ms: int = 0, told_: Acquaintance | None = None) -> Reached:
    return Reached(name, "x:1", Stage.DONE, told=told_ or told(name), offset_ms=offset_ms)


@pytest.mark.parametrize(
    ("free", "days", "verdict"),
    [
        (100 * GIB, 1000, Verdict.OK),
        (29 * GIB, 29, Verdict.WARN),
        (6 * GIB, 6, Verdict.FAIL),
        (GIB // 8, 0, Verdict.FAIL),
    ],
)
def test_days_to_full_follow_from_how_the_ledger_grew(
    free: int, days: int, verdict: Verdict
) -> None:
    a_gib_a_day = Room(free, taken=10 * GIB, span_ms=10 * DAY_MS)
    if days < 1000:
        assert a_gib_a_day.days_to_full == days
    assert disk.judge(a_gib_a_day, "/data").verdict is verdict


@pytest.mark.parametrize("room", [Room(GIB, GIB, 60_000), Room(GIB, 0, DAY_MS)])
def test_from_little_nothing_is_concluded(room: Room) -> None:
    assert room.days_to_full is None
    assert disk.judge(room, "/data").verdict is Verdict.OK


@pytest.mark.parametrize(
    ("left", "verdict"),
    [(5.0, Verdict.OK), (2.0, Verdict.WARN), (0.5, Verdict.FAIL), (-1.0, Verdict.FAIL)],
)
def test_a_certificate_that_was_not_renewed(left: float, verdict: Verdict) -> None:
    assert certificates.judge(timedelta(days=left)).verdict is verdict
    rows = list(judge_peer(reached("sbp", told_=told("sbp", days=left)), CHAIN, 0))
    assert [row.verdict for row in rows] == [Verdict.OK] + [verdict] * (verdict is not Verdict.OK)


def test_a_peer_of_another_version_is_told() -> None:
    (row,) = judge_peer(reached("sbp", told_=told("sbp", version="9.9")), CHAIN, 0)
    assert row.verdict is Verdict.WARN
    assert "it runs 9.9" in row.finding


def test_a_peer_that_answers_as_no_node_of_this_version_is_told() -> None:
    (row,) = judge_peer(Reached("sbp", "x:1", Stage.ANSWER, "HTTP 404"), CHAIN, 0)
    assert row.verdict is Verdict.WARN


def test_one_wrong_clock_among_the_peers_convicts_nobody() -> None:
    everybody = [reached("a", 3), reached("b", -2), reached("c", 3_600_000)]
    assert judge_clock(everybody, 5_000).verdict is Verdict.OK


def test_without_peers_nothing_is_said_of_the_clock() -> None:
    assert judge_clock([], 5_000).verdict is Verdict.WARN


def test_some_peers_that_cannot_dial_are_named() -> None:
    everybody = [reached("a"), reached("b", told_=told("b", reaches_you=False))]
    row = judge_reachable(everybody, runs=True, address="x:1")
    assert (row.verdict, row.finding) == (Verdict.WARN, "b cannot reach it at x:1")


def test_a_running_node_that_does_not_listen_where_its_settings_say() -> None:
    row = ports.judge("api port", "127.0.0.1:8101", None, runs=True)
    assert row.verdict is Verdict.FAIL
    assert row.next == "restart the node"


@pytest.mark.parametrize(
    ("seen", "said"),
    [
        (Ownership(owner=7, user=8, mode=0o700), "belongs to user 7"),
        (Ownership(owner=7, user=7, mode=0o750), "mode 0750"),
    ],
)
def test_who_may_enter_the_data_directory(seen: Ownership, said: str) -> None:
    row = files.judge_ownership("/data", seen)
    assert row is not None
    assert row.verdict is Verdict.FAIL
    assert said in row.finding


@pytest.mark.parametrize("user", [7, 0])
def test_its_owner_may_and_so_may_root(user: int) -> None:
    assert files.judge_ownership("/data", Ownership(7, user, 0o700)) is None


# The program.


def test_a_program_that_governance_does_not_list_must_be_replaced() -> None:
    assert program.judge("ab", []).verdict is Verdict.OK
    assert program.judge("ab", ["ab", "cd"]).verdict is Verdict.OK
    row = program.judge("ab", ["cd"])
    assert row.verdict is Verdict.FAIL
    assert row.finding == "ab is not among the programs that governance lets run: cd"
    assert row.next is not None
