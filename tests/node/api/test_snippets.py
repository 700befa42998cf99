"""What `/docs` shows to be typed: each line is executed against a network of processes."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

import msgspec
import pytest
from typer.main import get_command

from amanat.client import signed
from amanat.client.testing import TestNetwork
from amanat.ledger.encoding import encode
from amanat.ledger.operations import Transfer
from amanat.node.api.application import ROUTES
from amanat.node.api.reference import snippets
from amanat.node.api.reference.python_snippets import python
from amanat.node.cli.commands import app

NODE: Final = snippets.NODE
TRANSFER: Final = Transfer("client-a", "client-b", "PKR", 1)

ABSENT: Final = frozenset({"showOrder", "showClosedDay", "showSealed", "showProposal"})
"""What a new network has nothing of: asked for as shown, it is not found."""


@pytest.fixture(scope="module")
def place(amanat_network: TestNetwork, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a directory with the files that snippets name."""
    here = tmp_path_factory.mktemp("snippets")
    key = amanat_network.signer("client-a")
    shutil.copy(amanat_network.genesis, here / "genesis.json")
    shutil.copy(amanat_network.key("client-a"), here / "client-a.json")
    shutil.copy(amanat_network.directory / "passphrase", here / "passphrase")
    with amanat_network.client(journal=here / "journal") as client:
        order = signed(client.chain, [TRANSFER], [key])
        (here / "order.tx").write_bytes(order)
        (here / "batch").write_bytes(encode([signed(client.chain, [TRANSFER], [key])]))
        receipt = client.submit_and_wait(signed(client.chain, [TRANSFER], [key]))
        (here / "transaction").write_text(receipt.transaction)
    shutil.rmtree(here / "journal")
    wanted = {
        "operations": [
            {
                "operation": "transfer",
                "source": "client-a",
                "target": "client-b",
                "instrument": "PKR",
                "amount": "1",
            }
        ],
        "signers": [key.public_key.hex()],
    }
    (here / "wanted.json").write_bytes(msgspec.json.encode(wanted))
    with amanat_network.client(reader="client-a") as client:
        # A token counts at the node that made it: snippets ask the first one.
        given = client.token()
    (here / "token").write_text(str(given["token"]))
    return here


def filled(text: str, network: TestNetwork, place: Path) -> str:
    """Return a snippet for this network, with a transaction that is there."""
    transaction = (place / "transaction").read_text()
    text = text.replace(NODE, network.urls[0])
    return re.sub(r"(transactions/)[0-9a-f]{64}", rf"\g<1>{transaction}", text)


@pytest.mark.parametrize("route", ROUTES, ids=lambda each: each.handler.contract.id)
def test_what_is_shown_in_python_does_what_it_says(
    route: Any, amanat_network: TestNetwork, place: Path
) -> None:
    code = filled(python(route), amanat_network, place)
    if "{token}" in code:
        code = f"token = {(place / 'token').read_text()!r}\n{code}"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=place, capture_output=True, text=True, check=False
    )
    if route.handler.contract.id in ABSENT:
        assert done.returncode == 1
        assert "not_found" in done.stderr.splitlines()[-1]
        return
    assert done.returncode == 0, f"{code}\n{done.stderr}"


@pytest.mark.parametrize("route", ROUTES, ids=lambda each: each.handler.contract.id)
def test_what_is_shown_for_curl_is_answered(
    route: Any, amanat_network: TestNetwork, place: Path
) -> None:
    told = snippets.curl(route)
    if not told:
        assert route.handler.contract.keeps_secret
        return
    bash = shutil.which("bash")
    assert bash is not None
    line = filled(told, amanat_network, place).replace("curl -s", "curl -s -w '\\n%{http_code}'", 1)
    done = subprocess.run(
        [bash, "-c", line],
        cwd=place,
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "TOKEN": (place / "token").read_text()},
    )
    answer, _, status = done.stdout.rpartition("\n")
    contract = route.handler.contract
    expected = (404,) if contract.id in ABSENT else contract.statuses
    assert int(status) in expected, answer


@pytest.mark.parametrize("route", ROUTES, ids=lambda each: each.handler.contract.id)
def test_what_is_shown_for_the_command_line_is_parsed(route: Any) -> None:
    told = snippets.command(route)
    if not told:
        return
    program, *arguments = shlex.split(told)
    assert program == "amanat"
    command: Any = get_command(app)
    while hasattr(command, "commands"):
        name, *arguments = arguments
        command = command.commands[name]
    command.make_context("amanat", arguments)
