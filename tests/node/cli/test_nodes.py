"""`amanat init` and `amanat start`. How a running node ends is in `tests/node/test_run.py`."""

import shutil
from hashlib import sha256
from pathlib import Path

import pytest

from amanat.config.genesis_file import fingerprint
from amanat.config.words import words_of
from amanat.node.data_directory import open_directory
from tests.node.cli.running import Amanat
from tests.node.processes import Network


@pytest.fixture
def network(tmp_path: Path) -> Network:
    """A network of two authorities as `init` would leave it; nothing is started."""
    root = tmp_path / "network"
    root.mkdir()
    return Network(root, ["mof", "sbp"], quorum=2)


def contents(directory: Path) -> dict[str, str]:
    """Return a digest of every file."""
    return {
        str(path.relative_to(directory)): sha256(path.read_bytes()).hexdigest()
        for path in sorted(directory.rglob("*"))
        if path.is_file()
    }


def test_init_makes_the_directory_and_shows_the_network(amanat: Amanat, network: Network) -> None:
    data = network.root / "data" / "mof"
    made_by_the_library = contents(data).keys()
    shutil.rmtree(data)
    shown = amanat("init", "--config", network.settings("mof"), "-o", "json").json
    chain = network.document.chain_id()
    assert shown == {
        "name": "mof",
        "network": "test-network",
        "fingerprint": fingerprint(chain),
        "words": " ".join(words_of(chain)),
        "chain": chain.hex(),
        "data": str(data),
    }
    assert {"identity.json", "sign-guard", "lock"} <= contents(data).keys()
    assert contents(data).keys() == made_by_the_library


def test_init_never_overwrites(amanat: Amanat, network: Network) -> None:
    data = network.root / "data" / "mof"
    before = contents(data)
    reason = amanat("init", "--config", network.settings("mof")).failed(2)
    assert reason == f"{data} is not empty: init never overwrites"
    assert contents(data) == before


def test_init_leaves_somebody_elses_files_alone(amanat: Amanat, network: Network) -> None:
    network.change("mof", "data/mof", "papers")
    (network.root / "papers").mkdir()
    (network.root / "papers" / "letter").write_text("dear")
    assert "is not empty" in amanat("init", "--config", network.settings("mof")).failed(2)
    assert contents(network.root / "papers").keys() == {"letter"}


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ('"data/mof"', '"genesis.json"', "genesis.json cannot be made: Not a directory"),
        ('"data/mof"', '"genesis.json/mof"', "genesis.json/mof cannot be made: Not a directory"),
        ('"data/mof"', '"/proc/amanat"', "/proc/amanat cannot be made: "),
        ('"genesis.json"', '"none.json"', "none.json does not exist"),
        ('"genesis.json"', '"data"', "data cannot be read: "),
        ('"genesis.json"', '"mof.toml"', "mof.toml: not a genesis document: "),
    ],
)
def test_init_says_in_one_line_what_is_wrong(
    amanat: Amanat, network: Network, old: str, new: str, reason: str
) -> None:
    network.change("mof", old, new)
    assert reason in amanat("init", "--config", network.settings("mof")).failed(2)


def test_init_for_a_node_that_joins_later_says_so(amanat: Amanat, network: Network) -> None:
    network.change("mof", 'name = "mof"', 'name = "cdc"')
    network.change("mof", '"data/mof"', '"data/cdc"')
    made = amanat("init", "--config", network.settings("mof"))
    assert "cdc is not an authority in the genesis document" in made.err
    assert made.code == 0


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ('"data/mof"', '"none"', "none does not exist: run `amanat init` first"),
        ('"data/mof"', '"data"', "data is not a node's directory: run `amanat init` first"),
        ('"data/mof"', '"genesis.json"', "genesis.json cannot be used: Not a directory"),
        ('name = "mof"', 'name = "cdc"', "data/mof is the directory of mof"),
        ('"mof.key"', '"sbp.key"', "sbp.key is not the key of mof in "),
        ('"mof.key"', '"data"', "data is not a key file: "),
        ('"passphrase"', '"genesis.json"', "genesis.json can be read by others"),
        ('"passphrase"', '"none"', "none cannot be read: No such file or directory"),
        ('"genesis.json"', '"none.json"', "none.json does not exist"),
    ],
)
def test_start_says_in_one_line_what_is_wrong_and_makes_nothing(
    amanat: Amanat, network: Network, old: str, new: str, reason: str
) -> None:
    network.change("mof", old, new)
    before = contents(network.root)
    assert reason in amanat("start", "--config", network.settings("mof")).failed(2)
    assert contents(network.root) == before


def test_a_node_does_not_run_in_the_directory_of_another(amanat: Amanat, network: Network) -> None:
    network.change("mof", '"data/mof"', '"data/sbp"')
    reason = amanat("start", "--config", network.settings("mof")).failed(2)
    assert reason == f"{network.root}/data/sbp is the directory of sbp"
    open_directory(network.root / "data" / "sbp", network.document).close()  # it was let go


@pytest.mark.parametrize("command", ["init", "start"])
def test_settings_that_cannot_be_used_are_named(
    amanat: Amanat, network: Network, command: str
) -> None:
    for settings in (network.root, network.root / "none.toml", network.root / "genesis.json"):
        assert settings.name in amanat(command, "--config", settings).failed(2)
    network.change("mof", "passphrase_file", "pasphrase_file")
    reason = amanat(command, "--config", network.settings("mof")).failed(2)
    assert "did you mean 'passphrase_file'?" in reason


@pytest.mark.parametrize("damage", ["", "[]", "{}", "[" * 100_000])
def test_a_damaged_identity_is_named(amanat: Amanat, network: Network, damage: str) -> None:
    identity = network.root / "data" / "mof" / "identity.json"
    identity.write_text(damage)
    reason = amanat("start", "--config", network.settings("mof")).failed(2)
    assert reason == f"{identity} is damaged: restore it"
