"""The last warnings and errors of a process."""

from amanat.node.recent_errors import KEPT, LoggedError, RecentErrors


def logged(errors: RecentErrors, level: str, event: str, **more: object) -> None:
    line = {"timestamp": "2026-01-31T09:00:00Z", "level": level, "event": event}
    errors(None, level, {**line, **more})


def test_warnings_and_errors_are_kept_with_their_reason() -> None:
    errors = RecentErrors()
    logged(errors, "info", "block.final")
    logged(errors, "warning", "peer.garbage", peer="cdc", reason="no hello")
    logged(errors, "error", "api.failed")
    time = "2026-01-31T09:00:00Z"
    assert errors.listed() == [
        LoggedError(time, "warning", "peer.garbage", "no hello"),
        LoggedError(time, "error", "api.failed", None),
    ]


def test_only_the_last_are_kept_and_of_each_so_much() -> None:
    errors = RecentErrors()
    for number in range(10 * KEPT):
        logged(errors, "error", f"event {number}", reason="x" * 10_000)
    kept = errors.listed()
    assert [each.event for each in kept] == [f"event {n}" for n in range(9 * KEPT, 10 * KEPT)]
    assert {len(each.reason or "") for each in kept} == {500}


def test_every_line_goes_on_unchanged() -> None:
    line = {"level": "error", "event": "x", "reason": "y" * 1_000}
    assert RecentErrors()(None, "error", dict(line)) == line
