"""The Compose file against the program: options, ports, paths, environment, secrets, limits."""

import re
import shlex
from pathlib import Path
from typing import Any, Final

import pytest
import typer

from amanat.config.settings import NodeSettings, load_settings, split_address
from amanat.ledger.authorities import AuthorityClass
from amanat.node.cli.commands import app
from amanat.node.cli.connection import api_urls
from amanat.node.run import HAND_OVER_SECONDS
from amanat.node.testnet.containers.founding import found
from amanat.node.testnet.containers.places import (
    CONFIG,
    DATA,
    LEARNER,
    NODES,
    Places,
    api_url,
    operators_port,
    peer_host,
)
from amanat.node.testnet.containers.places import ROOT as NETWORK
from amanat.node.testnet.layout import MEMBERS
from amanat.node.version import VERSION
from tests.docker.composition import COMPOSE, SERVICES, instructions
from tests.ledger.world import START

NAMES: Final = [node.name for node in NODES]
OURS: Final = sorted(n for n in SERVICES if SERVICES[n]["image"].startswith("amanat-"))
ONCE: Final = {"founder", "admission", "tools"}


def command_of(service: str) -> list[str]:
    """Return what a service runs: its own command, or the image's."""
    own = SERVICES[service].get("command")
    if own is not None:
        return list(own)
    return next(e.words for e in instructions() if (e.stage, e.word) == ("node", "CMD"))


def options(service: str) -> dict[str, Any]:
    """Return what the command line understands of a service's command; fails as it would."""
    command: Any = typer.main.get_command(app)
    words = command_of(service)
    while hasattr(command, "commands"):
        command = command.commands[words.pop(0)]
    return dict(command.make_context(command.name, words).params)


def mounts(service: str) -> dict[str, tuple[str, bool]]:
    """Return the volume at each path of a service, and whether it may be written."""
    found = {}
    for mount in SERVICES[service]["volumes"]:
        volume, path, *mode = mount.split(":")
        found[path] = (volume, mode != ["ro"])
    return found


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> Places:
    """What the founder makes."""
    made = Places(tmp_path_factory.mktemp("network"))
    found(made, START)
    return made


def settings(places: Places, name: str) -> NodeSettings:
    return load_settings(places.config(name) / "node.toml")


def test_it_runs_the_members_of_the_test_network_and_a_node_that_only_reads() -> None:
    assert {*NAMES, *ONCE} == set(OURS)
    sovereign = [m.name for m in MEMBERS if m.authority_class is AuthorityClass.SOVEREIGN]
    assert sovereign == ["mof", "sbp"]
    assert LEARNER.name not in {member.name for member in MEMBERS}


@pytest.mark.parametrize("service", OURS)
def test_every_command_is_one_that_the_program_has(service: str) -> None:
    parsed = options(service)
    if service in NAMES:
        assert parsed["config"] == CONFIG / "node.toml"
    if service == "founder":
        assert parsed["root"] == NETWORK
    if service == "admission":
        assert parsed["participants"] == Places(NETWORK).participants.folder


@pytest.mark.parametrize("service", sorted(SERVICES))
def test_every_container_is_confined(service: str) -> None:
    about = SERVICES[service]
    user, _, _ = about["user"].partition(":")
    assert user == "10001" if service in OURS else user not in ("", "0")
    assert about["read_only"] is True
    assert about["cap_drop"] == ["ALL"]
    assert "cap_add" not in about
    assert "privileged" not in about
    assert about["security_opt"] == ["no-new-privileges:true"]
    assert about["logging"]["options"] == {"max-size": "10m", "max-file": "3"}
    assert {"cpus", "mem_limit", "pids_limit"} <= about.keys()
    assert re.search(r":v?\d+\.\d+\.\d+\}?$", about["image"])
    assert service not in OURS or about["image"].endswith(f":{VERSION}")


@pytest.mark.parametrize("service", sorted(SERVICES))
def test_what_is_published_is_published_on_this_machine_alone(service: str) -> None:
    for port in SERVICES[service].get("ports", []):
        host, outside, inside = port.split(":")
        assert host == "127.0.0.1"
        assert outside == inside


@pytest.mark.parametrize("name", NAMES)
def test_a_node_finds_what_its_settings_name(places: Places, name: str) -> None:
    told = settings(places, name)
    config = places.config(name)
    assert told.name == name
    assert Path(told.data) == DATA
    assert {told.genesis, told.key, told.passphrase_file} == {
        str(config / file) for file in ("genesis.json", "key.json", "passphrase")
    }
    assert mounts(name) == {
        str(CONFIG): (f"{name}-config", False),
        str(DATA): (f"{name}-data", True),
    }


@pytest.mark.parametrize("name", NAMES)
def test_a_node_listens_where_others_look_for_it(places: Places, name: str) -> None:
    told = settings(places, name)
    about = SERVICES[name]
    _, port = split_address(told.api.listen)
    assert told.operators is not None
    _, operators = split_address(told.operators.listen)
    assert operators == operators_port(name)
    assert about["ports"] == [
        f"127.0.0.1:{port}:{port}",
        f"127.0.0.1:{operators}:{operators}",
    ]
    assert told.api.url == api_url(name) == f"http://{name}:{port}"
    assert about["networks"] == {"access": {}, "peers": {"aliases": [peer_host(name)]}}
    _, peer = split_address(told.peer.listen)
    assert told.peer.address == f"{peer_host(name)}:{peer}"
    for other in NAMES:
        if other != name and name in settings(places, other).peers:
            assert settings(places, other).peers[name] == told.peer.address


def test_every_node_is_told_of_every_authority(places: Places) -> None:
    authorities = {member.name for member in MEMBERS}
    for name in NAMES:
        assert settings(places, name).peers.keys() == authorities - {name}


def test_each_volume_is_seen_by_its_node_and_the_founder_alone() -> None:
    assert mounts("founder") == {
        **{str(Places(NETWORK).config(name)): (f"{name}-config", True) for name in NAMES},
        **{str(Places(NETWORK).data(name)): (f"{name}-data", True) for name in NAMES},
        str(Places(NETWORK).participants.folder): ("participants", True),
    }
    for service in ("admission", "tools"):
        assert mounts(service) == {
            str(Places(NETWORK).participants.folder): ("participants", False)
        }
    used = {volume for service in SERVICES if "volumes" in SERVICES[service]
            for volume, _ in mounts(service).values() if not volume.startswith(".")}  # fmt: skip
    assert used == set(COMPOSE["volumes"])


@pytest.mark.parametrize("service", ["admission", "tools"])
def test_tools_are_told_of_every_authority(service: str, monkeypatch: pytest.MonkeyPatch) -> None:
    environment = SERVICES[service]["environment"]
    monkeypatch.setenv("AMANAT_API", environment["AMANAT_API"])
    assert api_urls([]) == [api_url(member.name) for member in MEMBERS]
    assert environment.keys() == {"AMANAT_API"}


def test_nothing_that_is_secret_stands_in_the_file() -> None:
    """Passphrases are files in volumes; Grafana has no account that a password could open."""
    told = {name for about in SERVICES.values() for name in about.get("environment", {})}
    assert not {name for name in told if "PASS" in name.upper() and "FILE" not in name.upper()}
    assert not any("secret" in shlex.join(command_of(name)).lower() for name in OURS)


def test_nodes_start_once_the_founder_is_done_and_stop_within_their_grace() -> None:
    for name in NAMES:
        about = SERVICES[name]
        assert about["depends_on"] == {"founder": {"condition": "service_completed_successfully"}}
        assert about["restart"] == "unless-stopped"
        assert about["stop_grace_period"] == "10s"
    assert HAND_OVER_SECONDS + 2 * 0.25 + 2 * 0.5 < 10 / 2
    wanted = {member.name: {"condition": "service_healthy"} for member in MEMBERS}
    assert SERVICES["admission"]["depends_on"] == wanted


def test_peers_have_no_way_out_and_the_founder_has_no_network() -> None:
    assert COMPOSE["networks"]["peers"] == {"internal": True}
    masquerade = COMPOSE["networks"]["access"]["driver_opts"]
    assert masquerade == {"com.docker.network.bridge.enable_ip_masquerade": "false"}
    assert SERVICES["founder"]["network_mode"] == "none"
