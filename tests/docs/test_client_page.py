"""What docs/client.md shows runs, and what it names is there."""

import re
from pathlib import Path

import pytest

import amanat.client
from amanat.client import AsyncClient, Client
from amanat.client.testing import TestNetwork
from tests.tidy.tree import ROOT

PAGE = (ROOT / "docs" / "client.md").read_text()
BLOCKS = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)


def test_the_first_lines_give_a_verified_balance(
    amanat_network: TestNetwork, capsys: pytest.CaptureFixture[str]
) -> None:
    first = BLOCKS[0].replace("testnet/genesis.json", str(amanat_network.genesis))
    for number, url in enumerate(amanat_network.urls, 8101):
        first = first.replace(f"http://127.0.0.1:{number}", url)
    assert len([line for line in first.splitlines() if line]) == 5
    exec(compile(first, "docs/client.md", "exec"), {})  # noqa: S102 - our own manual
    amount, height, *signers = capsys.readouterr().out.split(maxsplit=2)
    assert int(amount) > 0
    assert int(height) > 0
    assert "mof" in signers[0] or "sbp" in signers[0]


def test_the_network_in_tests_is_used_as_it_says(
    amanat_network: TestNetwork, tmp_path: Path
) -> None:
    (block,) = (each for each in BLOCKS if "amanat_network" in each)
    before = "from amanat.client import signed\nfrom amanat.ledger.operations import Transfer\n"
    named: dict[str, object] = {}
    exec(compile(before + block, "docs/client.md", "exec"), named)  # noqa: S102 - our own manual
    named["test_our_program_pays"](amanat_network, tmp_path)  # type: ignore[operator]


@pytest.mark.parametrize("face", [Client, AsyncClient])
def test_every_method_is_described_and_is_there(face: type) -> None:
    described = set(re.findall(r"`(\w+)\([^`]*\)`", PAGE)) & set(dir(face))
    methods = {name for name in dir(face) if not name.startswith("_")} - {"chain", "height"}
    assert methods - described - {"submit_and_wait"} == set()
    assert set(dir(Client)) - set(dir(AsyncClient)) == {"__enter__", "__exit__"}


def test_all_that_it_imports_is_there() -> None:
    for line in re.findall(r"from amanat\.client import (.*)", PAGE):
        for name in line.split(", "):
            assert hasattr(amanat.client, name)
    assert [getattr(amanat.client, name) for name in amanat.client.__all__]
    with pytest.raises(AttributeError):
        _ = amanat.client.nothing
