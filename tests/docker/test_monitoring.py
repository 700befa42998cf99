"""Alerts, dashboards and what Prometheus asks, against what a real node exports."""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
import yaml
from aiohttp import ClientSession

from amanat.ledger.operations import Transfer
from amanat.node.testnet.containers.places import NODES, operators_port
from tests.docker.composition import ROOT, SERVICES
from tests.ledger.world import RUPEE
from tests.node.monitoring.scrape import names
from tests.node.network import network

PROMETHEUS: Final = ROOT / "docker" / "prometheus"
GRAFANA: Final = ROOT / "docker" / "grafana"
RULES: Final = yaml.safe_load((PROMETHEUS / "alerts.yml").read_text())
ALERTS: Final[list[dict[str, Any]]] = [r for group in RULES["groups"] for r in group["rules"]]
CONFIG: Final = yaml.safe_load((PROMETHEUS / "prometheus.yml").read_text())
BOARDS: Final = sorted((GRAFANA / "dashboards").glob("*.json"))
RUNBOOKS: Final = (ROOT / "docs" / "runbooks.md").read_text()

METRIC: Final = re.compile(r"\b(?:amanat|process)_[a-z_]+\b")
MADE_BY_PROMETHEUS: Final = {"up"}


def board(path: Path) -> dict[str, Any]:
    return dict(json.loads(path.read_text()))


def queries() -> Iterator[tuple[str, str]]:
    """Yield every query of an alert or a panel, and where it stands."""
    for alert in ALERTS:
        yield f"alert {alert['alert']}", alert["expr"]
    for path in BOARDS:
        for panel in board(path)["panels"]:
            for target in panel["targets"]:
                yield f"{path.stem}: {panel['title']}", target["expr"]
        for variable in board(path)["templating"]["list"]:
            yield f"{path.stem}: ${variable['name']}", variable["definition"]


async def test_every_metric_that_is_named_is_exported_by_a_real_node(tmp_path: Path) -> None:
    async with network(tmp_path) as running, ClientSession() as session:
        await running.open_market()
        await running.do("alpha", Transfer("alpha", "beta", RUPEE, 10**15))  # a rule refuses it
        await running.level()
        # What has a peer's name as its label is there once a peer was at fault.
        running.nodes["mof"].measurements.faults.labels("cdc").inc()
        async with session.get(running.url("mof") + "/livez") as answer:
            await answer.read()
        async with session.get(running.operators_url("mof") + "/metrics") as answer:
            exported = names(await answer.text())
    missing = {where: set(METRIC.findall(query)) - exported for where, query in queries()}
    assert {where: which for where, which in missing.items() if which} == {}


def test_every_query_asks_for_something() -> None:
    for where, query in queries():
        assert METRIC.search(query) or MADE_BY_PROMETHEUS & set(re.findall(r"\w+", query)), where


def test_there_are_thirteen_alerts_each_with_its_runbook() -> None:
    titles = re.findall(r"^## (\w+)$", RUNBOOKS, re.MULTILINE)
    assert titles == [alert["alert"] for alert in ALERTS]
    assert len(set(titles)) == 13
    for alert in ALERTS:
        anchor = alert["alert"].lower()
        assert alert["annotations"]["runbook"] == f"docs/runbooks.md#{anchor}"
        assert alert["labels"]["severity"] in ("warning", "critical")


@pytest.mark.parametrize("alert", ALERTS, ids=lambda alert: str(alert["alert"]))
def test_a_runbook_says_what_it_means_and_what_to_do(alert: dict[str, Any]) -> None:
    section = RUNBOOKS.split(f"## {alert['alert']}\n")[1].split("\n## ")[0]
    for part in ("*Means:*", "*Look:*", "*Do:*"):
        assert part in section


@pytest.mark.skipif(shutil.which("promtool") is None, reason="promtool is not on the PATH")
@pytest.mark.parametrize(
    "check",
    [["check", "config", "prometheus.yml"], ["test", "rules", "alerts.test.yml"]],
    ids=" ".join,
)
def test_promtool_agrees(check: list[str]) -> None:
    promtool = str(shutil.which("promtool"))
    done = subprocess.run(
        [promtool, *check], cwd=PROMETHEUS, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_alert_is_tried_by_promtool_and_must_fire_and_stay_silent() -> None:
    tried = yaml.safe_load((PROMETHEUS / "alerts.test.yml").read_text())
    cases = [case for test in tried["tests"] for case in test["alert_rule_test"]]
    alerts = {alert["alert"] for alert in ALERTS}
    assert {case["alertname"] for case in cases if case.get("exp_alerts")} == alerts
    assert {case["alertname"] for case in cases if not case.get("exp_alerts")} == alerts


def test_prometheus_asks_every_node_by_its_name() -> None:
    (job,) = CONFIG["scrape_configs"]
    (targets,) = job["static_configs"]
    assert targets["targets"] == [f"{node.name}:{operators_port(node.name)}" for node in NODES]
    assert "./prometheus:/etc/prometheus:ro" in SERVICES["prometheus"]["volumes"]
    assert CONFIG["rule_files"] == ["alerts.yml"]


@pytest.mark.parametrize("path", BOARDS, ids=lambda path: str(path.stem))
def test_a_dashboard_is_whole(path: Path) -> None:
    shown = board(path)
    source = yaml.safe_load((GRAFANA / "provisioning/datasources/prometheus.yml").read_text())
    uid = source["datasources"][0]["uid"]
    assert source["datasources"][0]["url"] == "http://prometheus:9090"
    assert len({panel["id"] for panel in shown["panels"]}) == len(shown["panels"]) >= 15
    taken: set[tuple[int, int]] = set()
    for panel in shown["panels"]:
        place = panel["gridPos"]
        cells = {
            (x, y)
            for x in range(place["x"], place["x"] + place["w"])
            for y in range(place["y"], place["y"] + place["h"])
        }
        assert max(x for x, _ in cells) < 24
        assert not cells & taken, panel["title"]
        taken |= cells
        assert panel["targets"]
        assert {target["datasource"]["uid"] for target in panel["targets"]} == {uid}


def test_grafana_finds_the_dashboards_and_nobody_can_log_in() -> None:
    about = SERVICES["grafana"]
    provider = yaml.safe_load((GRAFANA / "provisioning/dashboards/amanat.yml").read_text())
    folder = provider["providers"][0]["options"]["path"]
    assert f"./grafana/dashboards:{folder}:ro" in about["volumes"]
    assert [path.stem for path in BOARDS] == ["network", "node"]
    told = about["environment"]
    assert told["GF_AUTH_ANONYMOUS_ORG_ROLE"] == "Viewer"
    assert told["GF_AUTH_DISABLE_LOGIN_FORM"] == "true"
    assert told["GF_AUTH_BASIC_ENABLED"] == "false"
    assert told["GF_SECURITY_DISABLE_INITIAL_ADMIN_CREATION"] == "true"
    assert told["GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH"] == f"{folder}/network.json"
