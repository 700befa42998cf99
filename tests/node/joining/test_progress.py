"""How far a node is that joins."""

from amanat.node.joining.progress import Progress, Sight, Stage


def test_it_goes_from_requested_to_voting() -> None:
    progress = Progress()
    told = [
        progress.saw(Sight(seconds, part, height, network))
        for seconds, part, height, network in (
            (0.0, None, None, 1000),
            (1.0, "learns", None, 1000),
            (2.0, "learns", 0, 1000),
            (4.0, "learns", 400, 1000),
            (5.0, "learns", 600, 1000),
            (6.0, "learns", 1000, 1000),
            (7.0, "is joining", 1001, 1001),
            (8.0, "votes", 1002, 1002),
        )
    ]
    assert [stage for stage, _ in told] == [
        Stage.REQUESTED,
        Stage.CATCHING_UP,
        Stage.CATCHING_UP,
        Stage.CATCHING_UP,
        Stage.CATCHING_UP,
        Stage.CAUGHT_UP,
        Stage.VOTING,
        Stage.VOTING,
    ]
    lines = [line for _, line in told]
    assert lines[0] == "requested: governance has not decided yet"
    assert lines[1] == "approved, and it does not answer: is it started?"
    assert lines[2] == "catching up: 0 %, block 0 of 1000"
    assert lines[3] == "catching up: 40 %, block 400 of 1000, 200 blocks/s, about 3 s left"
    assert lines[4] == "catching up: 60 %, block 600 of 1000, 200 blocks/s, about 2 s left"
    assert lines[5] == "caught up at block 1000: it can be given a vote"
    assert lines[7] == "voting (votes), at block 1002"


def test_a_node_that_does_not_gain_has_no_time_left_to_tell() -> None:
    progress = Progress()
    progress.saw(Sight(0.0, "learns", 0, 1000))
    _, line = progress.saw(Sight(1.0, "learns", 100, 1200))
    assert line == "catching up: 8 %, block 100 of 1200, 100 blocks/s, not gaining on the network"


def test_what_was_long_ago_counts_no_more() -> None:
    progress = Progress()
    progress.saw(Sight(0.0, "learns", 0, 10_000))
    progress.saw(Sight(100.0, "learns", 100, 10_000))
    _, line = progress.saw(Sight(101.0, "learns", 200, 10_000))
    assert "100 blocks/s, about 98 s left" in line
