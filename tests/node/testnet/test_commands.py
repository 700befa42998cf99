"""`amanat testnet` where nothing is to be started: what it finds, and what it leaves alone."""

import json
import socket
from pathlib import Path

import pytest

from amanat.node.cli.failure import ExitCode, Failure
from amanat.node.cli.output import Format
from amanat.node.testnet import commands, processes
from amanat.node.testnet.founding import found
from amanat.node.testnet.layout import DIRECTORY, MEMBERS, Layout, Ports
from tests.ledger.world import START

PORTS = Ports(20_000)


def failure(error: pytest.ExceptionInfo[Failure]) -> str:
    assert error.value.code is ExitCode.USAGE
    return str(error.value)


@pytest.fixture
def stopped(tmp_path: Path) -> Layout:
    """A network that was made and does not run."""
    layout = Layout(tmp_path / "testnet")
    found(layout, START, PORTS)
    gone = {"pid": 2**22 + 1, "started": 4711, "api": "http://127.0.0.1:8101"}
    processes.write_record(layout, [{"name": member.name, **gone} for member in MEMBERS])
    return layout


def files(directory: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in directory.rglob("*") if path.is_file()}


def test_up_names_what_was_left_over_and_what_to_run(stopped: Layout) -> None:
    before = files(stopped.root)
    with pytest.raises(Failure) as refused:
        commands.up(stopped.root, PORTS, Format.TABLE)
    reason = failure(refused)
    assert reason.startswith(f"{stopped.root} holds a test network that is not running: ")
    assert f"`amanat testnet clean --directory {stopped.root}` removes it" in reason
    assert f"`amanat testnet start --directory {stopped.root}` starts it again" in reason
    assert files(stopped.root) == before


def test_in_the_usual_place_the_targets_of_make_are_named(
    stopped: Layout, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(stopped.root.parent)
    with pytest.raises(Failure) as refused:
        commands.up(DIRECTORY, PORTS, Format.TABLE)
    assert "`make testnet-clean` removes it" in failure(refused)
    assert "`amanat testnet start` starts it again" in failure(refused)


@pytest.mark.parametrize("index", [0, 9])
def test_up_makes_nothing_while_somebody_is_on_its_ports(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, index: int
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        every = PORTS.every()
        every[index] = port
        monkeypatch.setattr(Ports, "every", lambda _: every)
        with pytest.raises(Failure) as refused:
            commands.up(tmp_path / "testnet", PORTS, Format.TABLE)
    assert f"somebody listens on port {port}" in failure(refused)
    assert not (tmp_path / "testnet").exists()


def test_start_makes_nothing_where_there_is_nothing(tmp_path: Path) -> None:
    with pytest.raises(Failure) as refused:
        commands.start(tmp_path / "testnet", Format.TABLE)
    assert "holds no test network: `amanat testnet up --directory" in failure(refused)
    assert not (tmp_path / "testnet").exists()


def test_start_needs_the_settings_of_every_node(stopped: Layout) -> None:
    stopped.settings("cdc").unlink()
    with pytest.raises(Failure) as refused:
        commands.start(stopped.root, Format.TABLE)
    assert failure(refused).startswith(f"{stopped.settings('cdc')} does not exist")


def test_start_checks_the_ports_that_the_network_was_made_with(stopped: Layout) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        settings = stopped.settings("cdc")
        settings.write_text(settings.read_text().replace("127.0.0.1:21002", f"127.0.0.1:{port}"))
        with pytest.raises(Failure) as refused:
            commands.start(stopped.root, Format.TABLE)
    assert f"somebody listens on port {port}" in failure(refused)


def test_stop_says_when_nothing_runs(stopped: Layout, capsys: pytest.CaptureFixture[str]) -> None:
    commands.stop(stopped.root, Format.TABLE)
    commands.stop(stopped.root / "none", Format.TABLE)
    said = capsys.readouterr().out.splitlines()
    assert said == [
        f"Nothing of {stopped.root} is running",
        f"Nothing of {stopped.root}/none is running",
    ]


def test_clean_removes_a_stopped_network(stopped: Layout) -> None:
    commands.clean(stopped.root, Format.TABLE)
    assert not stopped.root.exists()
    commands.clean(stopped.root, Format.TABLE)  # what is gone may be cleaned again


def test_clean_leaves_alone_what_is_no_test_network(tmp_path: Path) -> None:
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters" / "letter").write_text("dear")
    (tmp_path / "file").write_text("dear")
    for name in ("letters", "file"):
        with pytest.raises(Failure) as refused:
            commands.clean(tmp_path / name, Format.TABLE)
        assert failure(refused).startswith(f"{tmp_path / name} is not a test network")
    assert (tmp_path / "letters" / "letter").exists()


def test_a_place_where_no_network_can_be_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("dear")
    with pytest.raises(Failure) as refused:
        commands.up(tmp_path / "file" / "testnet", Ports(free_base()), Format.TABLE)
    assert failure(refused) == f"{tmp_path}/file/testnet cannot be made: Not a directory"


def free_base() -> int:
    """Return a base of which all ports are free."""
    return next(
        base
        for base in range(10_000, 30_000, 10)
        if not processes.ports_in_use(Ports(base).every())
    )


def test_with_json_what_was_done_is_data_and_the_prose_goes_elsewhere(
    stopped: Layout, capsys: pytest.CaptureFixture[str]
) -> None:
    commands.stop(stopped.root, Format.JSON)
    out, err = capsys.readouterr()
    assert json.loads(out) == {"directory": str(stopped.root), "stopped": []}
    assert err == f"Nothing of {stopped.root} is running\n"
    for removed in (True, False):
        commands.clean(stopped.root, Format.JSON)
        out, _ = capsys.readouterr()
        assert json.loads(out) == {"directory": str(stopped.root), "removed": removed}
