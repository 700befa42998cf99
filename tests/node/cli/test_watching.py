"""Where there is no terminal, how far a command has come is a line now and then, not many."""

import pytest

from amanat.node.cli.watching import LINE_SECONDS, lines


def test_a_line_says_where_it_stands_how_fast_and_how_long_yet(
    capsys: pytest.CaptureFixture[str],
) -> None:
    now = 0.0
    watch = lines("audit", 1_000, lambda: now)
    for height in range(1_001, 4_001):
        now += LINE_SECONDS / 1_000
        watch(height, 5_000)
    written = capsys.readouterr()
    assert written.out == ""
    first, *others = written.err.splitlines()
    assert first.startswith("audit: block 2,00")
    assert first.endswith("of 5,000 (40%), 100 blocks/s, 30 s left")
    assert len(others) in (1, 2)


def test_where_the_end_is_not_known_it_says_where_it_stands(
    capsys: pytest.CaptureFixture[str],
) -> None:
    now = 0.0
    watch = lines("export", 0, lambda: now)
    now = LINE_SECONDS
    watch(7, 0)
    assert capsys.readouterr().err == "export: block 7\n"
