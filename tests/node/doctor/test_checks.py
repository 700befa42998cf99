"""`amanat doctor`: each thing that can be wrong is made wrong, and named with what mends it."""

import json
import shutil
import socket
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from amanat.client import keystore
from amanat.config.genesis_file import load_genesis, to_json
from amanat.config.settings import load_settings
from amanat.node import clock
from amanat.node.doctor.case import Means
from amanat.node.doctor.checks import ALL, HERE, Check, examine
from amanat.node.doctor.limits import Limits
from amanat.node.doctor.rows import Row, Verdict
from amanat.node.key_exchange import platform
from tests.node.processes import HOST, PASSPHRASE, Network, free_ports

WELL = Means(limits=lambda _: Limits(None, None))


@pytest.fixture
def network(tmp_path: Path) -> Iterator[Network]:
    """Three authorities, of which two run: the third is examined."""
    with Network(tmp_path, ["mof", "sbp", "cdc"], quorum=2) as made:
        yield made


@pytest.fixture
async def peers(network: Network) -> Network:
    network.start()  # a network begins once all its authorities have heard of one another
    await network.ready()
    network.kill("mof")
    await network.ready("sbp", "cdc")
    return network


async def rows(
    network: Network, checks: tuple[Check, ...] = HERE, means: Means = WELL
) -> dict[str, Row]:
    """Return what is found about `mof`, the worst of each check."""
    found: dict[str, Row] = {}
    order = list(Verdict)
    for row in await examine(load_settings(network.settings("mof")), checks, means):
        worst = found.get(row.check)
        if worst is None or order.index(row.verdict) > order.index(worst.verdict):
            found[row.check] = row
    return found


def failed(row: Row) -> str:
    """Return what was found, which must be a failure with a next step."""
    assert row.verdict is Verdict.FAIL, row
    assert row.next
    return row.finding


# Files.


async def test_a_node_that_may_be_started_is_well(network: Network) -> None:
    assert {row.verdict for row in (await rows(network)).values()} == {Verdict.OK}


@pytest.mark.parametrize("name", ["mof.key", "passphrase"])
async def test_a_secret_that_others_can_read_is_named_with_its_mode(
    network: Network, name: str
) -> None:
    (network.root / name).chmod(0o644)
    row = (await rows(network))["key"]
    assert "mode 0644" in failed(row)
    assert row.next == f"chmod 600 {network.root / name}"


async def test_a_missing_key_is_named(network: Network) -> None:
    (network.root / "mof.key").unlink()
    assert "is missing" in failed((await rows(network))["key"])


async def test_a_passphrase_that_opens_nothing_is_named(network: Network) -> None:
    (network.root / "passphrase").write_text("another\n")
    assert "does not open it" in failed((await rows(network))["key"])


async def test_a_key_that_is_another_authoritys_is_named(network: Network) -> None:
    shutil.copy(network.root / "sbp.key", network.root / "mof.key")
    assert "is not the key of mof" in failed((await rows(network))["key"])


async def test_a_missing_genesis_document_is_named(network: Network) -> None:
    (network.root / "genesis.json").unlink()
    assert "does not exist" in failed((await rows(network))["genesis"])


async def test_a_data_directory_that_others_can_enter_is_named(network: Network) -> None:
    (network.root / "data" / "mof").chmod(0o755)
    assert "mode 0755" in failed((await rows(network))["data directory"])


async def test_a_data_directory_of_another_chain_is_named(network: Network) -> None:
    path = network.root / "genesis.json"
    path.write_text(to_json(msgspec.structs.replace(load_genesis(path), network="another")))
    assert "belongs to the chain" in failed((await rows(network))["data directory"])


async def test_a_data_directory_of_another_format_is_named(network: Network) -> None:
    path = network.root / "data" / "mof" / "identity.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"format": 99}))
    assert "format 99" in failed((await rows(network))["data directory"])


async def test_a_data_directory_of_another_node_is_named(network: Network) -> None:
    network.change("mof", "data/mof", "data/sbp")
    assert "is the directory of sbp" in failed((await rows(network))["data directory"])


# Ports.


@pytest.mark.parametrize("listener", ["api", "peer"])
async def test_a_port_that_something_else_has_is_named(network: Network, listener: str) -> None:
    host, port = network.listens("mof")[listener].split(":")
    with socket.create_server((host, int(port))):
        row = (await rows(network))[f"{listener} port"]
    assert "taken by something else" in failed(row)
    assert row.next == f"ss -ltnp sport = :{port}"


async def test_an_address_of_another_machine_is_named(network: Network) -> None:
    network.change(
        "mof", f'listen = "{network.listens("mof")["api"]}"', 'listen = "192.0.2.1:8101"'
    )
    assert "nobody can listen on 192.0.2.1:8101" in failed((await rows(network))["api port"])


# Peers.


async def test_peers_that_run_are_known_by_name_and_version(peers: Network) -> None:
    found = await rows(peers, ALL)
    assert found["peer sbp"].verdict is Verdict.OK, found["peer sbp"]
    assert found["peer cdc"].verdict is Verdict.OK, found["peer cdc"]
    assert found["peer cdc"].finding.endswith(f"keys agreed on by {platform().group}")
    assert found["clock"].verdict is Verdict.OK


async def test_asking_the_peers_of_a_running_node_disturbs_no_link(peers: Network) -> None:
    peers.start("mof")
    await peers.ready()
    before = disconnections(peers)
    found = await rows(peers, ALL)
    # There is no backup, and how keys are agreed on is for this machine's OpenSSL to say.
    judged = {found[check].verdict for check in found.keys() - {"backup", "key exchange"}}
    assert judged == {Verdict.OK}, found
    assert found["reachable"].finding == "cdc, sbp reach it"
    assert "taken by this node" in found["api port"].finding
    assert disconnections(peers) == before


def disconnections(network: Network) -> int:
    """Return how many links have been lost."""
    events = [line["event"] for name in network.names for line in network.log(name)]
    return events.count("peer.disconnected")


async def test_a_peer_that_was_killed_is_told_from_one_that_runs(peers: Network) -> None:
    peers.kill("cdc")
    found = await rows(peers, ALL)
    assert failed(found["peer cdc"]).startswith("TCP: ")
    assert found["peer sbp"].verdict is Verdict.OK


async def test_a_peer_whose_name_nobody_knows_is_named(peers: Network) -> None:
    peers.change("mof", peers.listens("sbp")["peer"], "sbp.invalid:7101")
    assert failed((await rows(peers, ALL))["peer sbp"]).startswith("DNS: sbp.invalid:7101")


async def test_a_peer_that_speaks_no_tls_is_named(peers: Network) -> None:
    peers.change("mof", peers.listens("sbp")["peer"], peers.listens("sbp")["api"])
    assert failed((await rows(peers, ALL))["peer sbp"]).startswith("TLS: ")


async def test_a_peer_with_the_certificate_of_another_is_named(peers: Network) -> None:
    text = peers.settings("mof").read_text()
    sbp, cdc = (peers.listens(name)["peer"] for name in ("sbp", "cdc"))
    peers.settings("mof").write_text(
        text.replace(sbp, "there").replace(cdc, sbp).replace("there", cdc)
    )
    found = await rows(peers, ALL)
    assert failed(found["peer sbp"]).startswith("identity: ")
    assert failed(found["peer cdc"]).startswith("identity: ")


async def test_peers_with_another_genesis_document_are_named_with_both_fingerprints(
    peers: Network,
) -> None:
    path = peers.root / "other.json"
    document = load_genesis(peers.root / "genesis.json")
    path.write_text(to_json(msgspec.structs.replace(document, network="another")))
    peers.change("mof", "genesis.json", "other.json")
    assert "different genesis documents" in failed((await rows(peers, ALL))["peer sbp"])


async def test_peers_that_do_not_know_this_nodes_key_refuse_it(peers: Network) -> None:
    (peers.root / "mof.key").unlink()
    keystore.create(peers.root / "mof.key", PASSPHRASE, cost=keystore.TEST)
    assert failed((await rows(peers, ALL))["peer sbp"]).startswith("refused: ")


async def test_a_node_that_no_peer_can_dial_is_told_so(peers: Network) -> None:
    (closed,) = free_ports(1)
    listens = peers.listens("mof")["peer"]
    for peer in ("sbp", "cdc"):
        peers.kill(peer)
        peers.change(peer, listens, f"{HOST}:{closed}")
    peers.start()
    await peers.ready("sbp", "cdc")
    assert "none of its peers reaches it" in failed((await rows(peers, ALL))["reachable"])


@pytest.mark.parametrize(
    ("skew", "verdict"),
    [(0, Verdict.OK), (3_700, Verdict.WARN), (-3_700, Verdict.WARN), (-60_000, Verdict.FAIL)],
)
async def test_a_clock_apart_from_its_peers_is_told_by_what_consensus_tolerates(
    peers: Network, skew: int, verdict: Verdict
) -> None:
    means = replace(WELL, now=lambda: clock.now() + skew)
    row = (await rows(peers, ALL, means))["clock"]
    assert row.verdict is verdict, row
    assert "5000 ms are tolerated" in row.finding


# What the machine gives.


async def test_a_full_disk_is_a_failure(network: Network) -> None:
    means = replace(WELL, space=lambda _: (2**40, 2**20))
    assert "1 MiB free" in failed((await rows(network, ALL, means))["disk"])


@pytest.mark.parametrize(
    ("limits", "check", "verdict"),
    [
        (Limits(256, None), "open files", Verdict.FAIL),
        (Limits(2048, None), "open files", Verdict.WARN),
        (Limits(None, 2**28), "memory", Verdict.FAIL),
        (Limits(None, 2**29), "memory", Verdict.WARN),
        (Limits(65_536, 2**32), "memory", Verdict.OK),
    ],
)
async def test_limits_are_judged(
    network: Network, limits: Limits, check: str, verdict: Verdict
) -> None:
    means = replace(WELL, limits=lambda _: limits)
    assert (await rows(network, ALL, means))[check].verdict is verdict


async def test_a_backup_is_known_by_its_marker_and_its_age(network: Network) -> None:
    assert (await rows(network, ALL))["backup"].verdict is Verdict.WARN
    (network.root / "data" / "mof" / "backups.json").write_text("{}")
    assert (await rows(network, ALL))["backup"].verdict is Verdict.OK
    later = replace(WELL, now=lambda: clock.now() + 8 * 86_400_000)
    assert "8 days old" in (await rows(network, ALL, later))["backup"].finding
