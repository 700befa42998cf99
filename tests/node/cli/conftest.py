"""The command line in this process, and a network for it to talk to."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.node.cli.market import Market
from tests.node.cli.office import Office, registrations
from tests.node.cli.running import Amanat, in_this_process
from tests.node.processes import Network


@pytest.fixture
def amanat(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Amanat:
    """Run a command in an empty directory."""
    return in_this_process(tmp_path, monkeypatch, capsys)


@pytest.fixture(scope="session")
def market(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Market]:
    """One running node for all tests of the command line; each looks at what it changed only."""
    with Network(tmp_path_factory.mktemp("market"), ["mof"], quorum=1) as network:
        made = Market(network)
        made.set_up()
        yield made


@pytest.fixture(scope="session")
def staffed(market: Market) -> Market:
    """The market, with institutions whose keys lie in files."""
    market.commit(["mof", "sbp"], *registrations(market))
    return market


@pytest.fixture
def office(amanat: Amanat, staffed: Market, tmp_path: Path) -> Office:
    """The command line in the hands of these institutions."""
    return Office(amanat, staffed, tmp_path)
