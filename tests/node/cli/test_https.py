"""The command line and nodes that serve HTTPS: whom it trusts, and what it says if it does not."""

import asyncio
import json
import subprocess
import tarfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from amanat.node.cli.downloading import Download
from amanat.node.cli.failure import ExitCode, Failure
from amanat.node.web_certificate import Files
from tests.certificates import Authority, authority, machine_now
from tests.node.cli.running import Amanat
from tests.node.processes import Network, command


@pytest.fixture(scope="module")
def ministry(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return authority(tmp_path_factory.mktemp("ministry"))


@pytest.fixture(scope="module")
def stranger(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return authority(tmp_path_factory.mktemp("stranger"), "stranger")


def serve_https(network: Network, name: str, files: Files) -> None:
    """Let a node's API and operators' listener have this certificate, from its next start on."""
    pair = f'tls_certificate = "{files.certificate}"\ntls_key = "{files.key}"\n'
    network.change(name, 'url = "http://', pair + 'url = "https://')
    network.change(name, "[operators]\n", f"[operators]\n{pair}")


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory, ministry: Authority) -> Iterator[Network]:
    """Three nodes that serve HTTPS, each under a certificate of its own."""
    with (
        pytest.MonkeyPatch.context() as patched,
        Network(tmp_path_factory.mktemp("https"), ["mof", "sbp", "cdc"], quorum=2) as made,
    ):
        patched.setenv("AMANAT_CA", str(ministry.file))
        for name in made.names:
            serve_https(made, name, ministry.issue(name))
        made.start()
        asyncio.run(made.ready())
        yield made


def test_with_its_authority_every_node_of_the_network_is_seen(
    amanat: Amanat, network: Network, ministry: Authority
) -> None:
    ended = amanat("--ca", ministry.file, "status", "--api", network.api("mof"), "-o", "json")
    rows = ended.json
    assert {row["name"] for row in rows} == {"mof", "sbp", "cdc"}
    assert {row["api"] for row in rows} == set(network.apis())
    assert {row["reason"] for row in rows} == {None}
    assert {row["api_certificate_days"] for row in rows} == {364}


def test_the_environment_names_it_as_well(
    amanat: Amanat, network: Network, ministry: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AMANAT_CA", str(ministry.file))
    assert len(amanat("status", "--api", network.api("mof"), "-o", "json").json) == 3


def test_without_it_one_line_says_what_is_missing(amanat: Amanat, network: Network) -> None:
    told = amanat("status", "--api", network.api("mof")).failed(4)
    assert told.startswith(
        f"no node answered: {network.api('mof')}: the certificate of 127.0.0.1 is not trusted ("
    )
    assert told.endswith(
        "give the file of the certificate authority that signed it (ca=, --ca or AMANAT_CA)"
    )


def test_another_authority_does_not_do(
    amanat: Amanat, network: Network, stranger: Authority
) -> None:
    told = amanat("--ca", stranger.file, "status", "--api", network.api("mof")).failed(4)
    assert "the certificate of 127.0.0.1 is not trusted" in told


def test_a_node_that_serves_https_answers_no_http(
    amanat: Amanat, network: Network, ministry: Authority
) -> None:
    plain = network.api("mof").replace("https://", "http://")
    told = amanat("--ca", ministry.file, "status", "--api", plain).failed(4)
    assert told.startswith(f"no node answered: {plain}: ")


@pytest.mark.parametrize("content", [None, b"", b"no certificate"])
def test_a_file_that_holds_no_authority_is_wrong_use(
    amanat: Amanat, tmp_path: Path, content: bytes | None
) -> None:
    file = tmp_path / "ca.pem"
    if content is not None:
        file.write_bytes(content)
    told = amanat("--ca", file, "status", "--api", "https://127.0.0.1:1").failed(2)
    reason = "cannot be read: No such file or directory"
    if content is not None:
        reason = "holds no certificate authority: a PEM file is wanted"
    assert told == f"{file} {reason}"


def test_curl_is_told_whom_to_trust(amanat: Amanat, network: Network, ministry: Authority) -> None:
    ended = amanat("--ca", ministry.file, "--curl", "status", "--api", network.api("mof"))
    assert f"curl -s --cacert {ministry.file} {network.api('mof')}/v1/network" in ended.err


def test_files_are_fetched_from_whom_is_trusted_alone(
    network: Network, ministry: Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fetch() -> None:
        async with Download(network.api("mof"), None) as download:
            await download.into("/v1/statements/supply", tmp_path / "supply")

    monkeypatch.setenv("AMANAT_CA", str(ministry.file))
    asyncio.run(fetch())
    assert (tmp_path / "supply").read_text().startswith("instrument,issuer,")
    monkeypatch.delenv("AMANAT_CA")
    with pytest.raises(Failure, match=r"the certificate of 127\.0\.0\.1 is not trusted") as refused:
        asyncio.run(fetch())
    assert refused.value.code is ExitCode.UNREACHABLE


def test_the_ledger_is_exported_from_whom_is_trusted(
    amanat: Amanat, network: Network, ministry: Authority, tmp_path: Path
) -> None:
    genesis = ["--genesis", network.root / "genesis.json"]
    asked = ["ledger", "export", network.api("mof"), tmp_path / "chain.archive", *genesis]
    assert "is not trusted" in amanat(*asked).failed(4)
    assert amanat("--ca", ministry.file, *asked).code == 0


# On a node's own machine.


def test_its_own_tools_trust_a_node_by_the_file_that_it_serves(
    amanat: Amanat,
    network: Network,
    tmp_path: Path,
    stranger: Authority,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    config = network.settings("mof")
    monkeypatch.setenv("AMANAT_CA", str(stranger.file))  # it is not by this that they do
    rows = {row["check"]: row for row in amanat("doctor", "--config", config, "-o", "json").json}
    assert "environment" not in rows
    assert rows["certificate of [api]"]["verdict"] == "OK"
    assert rows["certificate of [operators]"]["verdict"] == "OK"
    assert rows["certificate of [api]"]["finding"] == (
        "it ends in 364 days; CN=authority signed it"
    )
    bundle = tmp_path / "bundle.tar.gz"
    assert amanat("support-bundle", "--save", bundle, "--config", config).code == 0
    with tarfile.open(bundle) as opened:
        names = {Path(name).name for name in opened.getnames()}
    assert {"status.json", "metrics.txt"} <= names
    assert not {name for name in names if "unreachable" in name}
    drained = amanat("node", "drain", "--config", config, "-o", "json").json
    assert drained["draining"] is True


def test_a_start_with_files_that_do_not_go_together_is_wrong_settings(
    tmp_path: Path, ministry: Authority
) -> None:
    (tmp_path / "network").mkdir()
    one, other = ministry.issue("one"), ministry.issue("other")
    with Network(tmp_path / "network", ["mof"], quorum=1) as network:
        serve_https(network, "mof", Files(one.certificate, other.key))
        ended = subprocess.run(
            command(network.settings("mof")),
            capture_output=True,
            text=True,
            timeout=20,
            check=False,
        )
    assert ended.returncode == 2
    assert ended.stderr.splitlines()[-1] == (
        f"amanat: {other.key} is not the key of {one.certificate}"
    )


@pytest.mark.parametrize(("days", "verdict"), [(31, "OK"), (20, "WARN"), (5, "FAIL"), (-1, "FAIL")])
def test_doctor_tells_a_certificate_that_ends(
    amanat: Amanat, tmp_path: Path, ministry: Authority, days: int, verdict: str
) -> None:
    (tmp_path / "network").mkdir()
    begins = machine_now() - timedelta(days=350)
    lasts = timedelta(days=350 + days, hours=1)
    with Network(tmp_path / "network", ["mof"], quorum=1) as network:
        serve_https(network, "mof", ministry.issue("ends", begins=begins, lasts=lasts))
        ended = amanat("doctor", "--config", network.settings("mof"), "-o", "json")
    (row,) = (each for each in json.loads(ended.out) if each["check"] == "certificate of [api]")
    assert row["verdict"] == verdict
    assert (row["next"] is None) == (verdict == "OK")
    if days < 0:
        assert "no client accepts it" in row["finding"]
    else:
        assert f"it ends in {days} days" in row["finding"]
