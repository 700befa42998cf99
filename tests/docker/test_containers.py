"""The whole network in containers: built, brought up, used, cut, killed, healed, taken down.

Run it by `make test-docker`; it prints what it saw and how long each step took.
"""

import json
import time
from collections.abc import Iterator

import pytest

from amanat.node.testnet.containers.places import CONFIG, DATA, NODES
from amanat.node.testnet.layout import MEMBERS
from tests.docker import engine
from tests.docker.engine import compose, container, docker, eventually, get, inspected, tools
from tests.node.monitoring.scrape import value

REASON = engine.missing()
pytestmark = [
    pytest.mark.skipif(REASON is not None, reason=str(REASON)),
    pytest.mark.usefixtures("network"),
]

TRANSFER = [
    *("holding", "transfer", "--from", "client-a", "--to", "client-b", "--instrument", "PKR"),
    *("--key", "/network/participants/client-a.json", "-o", "json"),
    *("--passphrase-file", "/network/participants/passphrase", "--amount"),
]


def told(step: str, seconds: float) -> None:
    print(f"{seconds:7.2f} s  {step}")


@pytest.fixture(scope="module")
def network() -> Iterator[None]:
    """A network that was built from the tree and is up; what it made is removed at the end."""
    started = time.monotonic()
    compose("build", seconds=engine.BUILD_SECONDS)
    told("the images are built", time.monotonic() - started)
    try:
        started = time.monotonic()
        compose("up", "--detach")
        told("up returned", time.monotonic() - started)
        for node in NODES:
            eventually(lambda: engine.health(node.name) == "healthy", f"{node.name} is healthy")  # noqa: B023 - it is called at once
        told("all six nodes are healthy, counted from up", time.monotonic() - started)
        yield
    finally:
        started = time.monotonic()
        compose("down", "--volumes", "--timeout", "10")
        told("down", time.monotonic() - started)
    left = docker("volume", "ls", "--quiet", "--filter", f"name={engine.PROJECT}_")
    assert left == ""


def member_other_than(*names: str) -> str:
    return next(member.name for member in MEMBERS if member.name not in names)


def metric(name: str, metric: str) -> float:
    """Return one metric of a node as it shows it on this machine."""
    return value(engine.text(name, "/metrics"), metric)


def level() -> None:
    """Wait until all six are at one height with one state root."""
    took = eventually(lambda: len(engine.roots()) == 1, "all state roots agree")
    ((height, root),) = engine.roots()
    told(f"all six agree: height {height}, state root {root[:16]}", took)


def transfer(amount: int) -> int:
    """Make a transfer final; return its height."""
    done = json.loads(tools(*TRANSFER, str(amount)))
    assert done["state"] == "committed"
    return int(done["height"])


def test_the_learner_was_admitted_by_a_decision_on_the_ledger() -> None:
    assert get("secp", "/v1/status")["role"] == "learner"
    parts = {each["name"]: each["part"] for each in get("mof", "/v1/network")["authorities"]}
    assert parts == {**{member.name: "votes" for member in MEMBERS}, "secp": "learns"}


def test_a_container_can_do_no_more_than_it_must() -> None:
    for node in NODES:
        found = inspected(node.name)
        host = found["HostConfig"]
        assert found["Config"]["User"] == "10001:10001"
        assert host["ReadonlyRootfs"]
        assert host["CapDrop"] == ["ALL"]
        assert not host["CapAdd"]
        assert host["SecurityOpt"] == ["no-new-privileges:true"]
        assert (host["Memory"], host["PidsLimit"]) == (512 * 2**20, 64)
        ports = [bound for each in host["PortBindings"].values() for bound in each]
        assert {bound["HostIp"] for bound in ports} == {"127.0.0.1"}


def test_secrets_are_files_of_the_node_alone() -> None:
    for name in ("key.json", "passphrase"):
        shown = docker("exec", container("mof"), "stat", "-c", "%a %u:%g", f"{CONFIG}/{name}")
        assert shown.split() == ["600", "10001:10001"]
    listed = docker("exec", container("mof"), "ls", str(CONFIG))
    assert listed.split() == ["genesis.json", "key.json", "node.toml", "passphrase"]
    inside = docker(
        "run", "--rm", "--entrypoint", "ls", "amanat-node:0.1.0", str(CONFIG), str(DATA)
    )
    assert inside.split() == [f"{CONFIG}:", f"{DATA}:"]


def test_a_second_up_keeps_the_network() -> None:
    chain = get("mof", "/v1/network")["chain"]
    compose("up", "--detach")
    eventually(lambda: inspected("founder")["State"]["Status"] == "exited", "the founder ended")
    assert inspected("founder")["State"]["ExitCode"] == 0
    assert get("mof", "/v1/network")["chain"] == chain


def test_the_main_job_is_done() -> None:
    started = time.monotonic()
    played = tools("testnet", "play")
    print(played)
    told("the main job", time.monotonic() - started)
    assert "10. client-b holds PKR 45,000,000.00 of the bill" in played
    level()


def test_one_that_is_cut_off_says_so_and_catches_up() -> None:
    leader = get("mof", "/v1/status")["leader"]
    cut = member_other_than(leader, "mof", "sbp")
    docker("network", "disconnect", f"{engine.PROJECT}_peers", container(cut))
    took = eventually(lambda: get(cut, "/readyz")["status"] == "not_ready", f"{cut} is not ready")
    assert metric(cut, "amanat_leader_known") == metric(cut, "amanat_ready") == 0
    told(f"{cut} is cut off and says {get(cut, '/readyz')['checks']['leader']['detail']!r}", took)
    height = transfer(100)
    assert get(cut, "/v1/status")["height"] < height
    alias = f"{cut}.peers"
    docker("network", "connect", "--alias", alias, f"{engine.PROJECT}_peers", container(cut))
    took = eventually(lambda: get(cut, "/v1/status")["height"] >= height, f"{cut} caught up")
    told(f"{cut} is back and has caught up to height {height}", took)
    level()


def test_the_leader_s_container_is_killed_and_comes_back() -> None:
    leader = get("mof", "/v1/status")["leader"]
    other = member_other_than(leader)
    docker("kill", container(leader))
    took = eventually(
        lambda: get(other, "/v1/status")["leader"] not in (None, leader), "another leads"
    )
    told(f"{leader} is killed; {get(other, '/v1/status')['leader']} leads", took)
    height = transfer(200)
    docker("start", container(leader))
    took = eventually(lambda: get(leader, "/v1/status")["height"] >= height, "it caught up")
    told(f"{leader} is back and has caught up to height {height}", took)
    eventually(lambda: get(leader, "/readyz")["status"] == "ready", f"{leader} is ready")
    assert metric(leader, "amanat_applied_height") >= height
    level()


def test_a_node_that_is_told_to_stop_ends_within_its_grace() -> None:
    leader = get("mof", "/v1/status")["leader"]
    started = time.monotonic()
    docker("stop", container(leader))
    told(f"{leader}, who leads, is stopped", time.monotonic() - started)
    state = inspected(leader)["State"]
    assert (state["ExitCode"], state["OOMKilled"]) == (0, False)
    docker("start", container(leader))
    eventually(lambda: get(leader, "/readyz")["status"] == "ready", f"{leader} is ready")
    level()
