"""`amanat doctor` and `amanat config`, as the shell sees them."""

import json
from pathlib import Path

import pytest

from tests.node.cli.market import Market
from tests.node.cli.running import Amanat
from tests.node.processes import Network


@pytest.fixture
def settings(tmp_path: Path) -> Path:
    """The settings of a node that was never started."""
    return Network(tmp_path, ["mof"], quorum=1).settings("mof")


def test_doctor_of_a_running_node_ends_with_0(amanat: Amanat, market: Market) -> None:
    rows = amanat("doctor", "--config", market.network.settings("mof"), "-o", "json").json
    assert {row["verdict"] for row in rows} <= {"OK", "WARN"}
    assert [row["check"] for row in rows][:4] == ["settings", "genesis", "key", "data directory"]


def test_a_failure_ends_with_3_and_names_the_next_command(amanat: Amanat, settings: Path) -> None:
    key = settings.parent / "mof.key"
    key.chmod(0o644)
    ended = amanat("doctor", "--config", settings)
    assert ended.failed(3) == "to be mended: key"
    assert f"      -> chmod 600 {key}" in ended.out.splitlines()


def test_settings_that_cannot_be_read_are_a_row(amanat: Amanat, settings: Path) -> None:
    ended = amanat("doctor", "--config", settings, "--set", "log_levl=info", "-o", "json")
    assert ended.failed(3) == "to be mended: settings"
    (row,) = json.loads(ended.out)
    assert "did you mean 'log_level'?" in row["finding"]


def test_config_check_asks_nobody(amanat: Amanat, settings: Path) -> None:
    rows = amanat("config", "check", "--config", settings, "-o", "json").json
    assert [row["check"] for row in rows] == [
        "settings",
        "genesis",
        "key",
        "data directory",
        "peer port",
        "api port",
    ]


def test_a_variable_that_sets_nothing_is_a_warning(
    amanat: Amanat, settings: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AMANAT_LOGLEVEL", "debug")
    rows = amanat("config", "check", "--config", settings, "-o", "json").json
    assert "AMANAT_LOGLEVEL" in rows[1]["finding"]


def test_config_show_says_what_is_set_and_where(
    amanat: Amanat, settings: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AMANAT_LOG_LEVEL", "debug")
    command = ("config", "show", "--config", settings, "-o", "json")
    shown = {row["setting"]: row for row in amanat(*command, "--source").json}
    assert shown["log_level"]["source"] == "environment AMANAT_LOG_LEVEL"
    assert shown["key"]["value"] == str(settings.parent / "mof.key")
    assert "keep_blocks" not in shown
    assert "keep_blocks" in {row["setting"] for row in amanat(*command, "--effective").json}
