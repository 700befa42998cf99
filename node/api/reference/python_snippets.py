"""How each operation is asked for from Python: by `amanat.client`, and where it has no way, alone.

The client's form comes first where it does more than ask: what it proves, and what it submits and
follows to its end. Else it is the client's `get`. What the client does not read, which is what is
no JSON, and what is sent in another form than a transaction, is asked with the standard library.
"""

from typing import Final

from amanat.node.api.access.gate import Route
from amanat.node.api.parameters import IN_PATH
from amanat.node.api.reference.snippets import NODE, file, media, needs_proof, target, url

_ORDER: Final = 'order = Path("order.tx").read_bytes()'

_OWN: Final[dict[str, tuple[str, ...]]] = {
    "submitTransaction": (
        _ORDER,
        "receipt = client.submit_and_wait(order)",
        "print(receipt.height, receipt.events)",
    ),
    "simulateTransaction": (_ORDER, "print(client.simulate(order))"),
    "makeToken": ('print(client.token("/v1/", seconds=300))',),
    "showHolding": (
        'held = client.balance("{account}", "{instrument}")',
        "print(held.amount, held.height, held.signers)",
    ),
    "listHoldings": (
        'for held in client.holdings("{account}"):',
        "    print(held.instrument, held.amount, held.height)",
    ),
    "makeStatement": (
        'print(client.get("/v1/statements/{statement}?account={account}&format=json"))',
    ),
    "listHolds": ('for each in client.holds("{account}"):', "    print(each)"),
    "listPledges": ('for each in client.pledges("{account}"):', "    print(each)"),
    "listInstructions": ('for each in client.instructions("{account}"):', "    print(each)"),
    "listSettlements": ('for each in client.settlements("{account}"):', "    print(each)"),
    "listDue": ('for each in client.settlements_on("{date}"):', "    print(each)"),
    "listProposals": ("for each in client.proposals():", "    print(each)"),
    "listEvents": ('for event in client.events(account="{account}"):', "    print(event)"),
    "listBlocks": ("for each in client.blocks():", "    print(each)"),
}
"""By an operation's id: what the client has for it, in lines."""


def python(route: Route) -> str:
    """Return how Python asks for it."""
    contract = route.handler.contract
    own = _OWN.get(contract.id)
    if own is not None:
        filled = {name: IN_PATH[name][2] for name in IN_PATH}
        return _by_client(route, [line.format(**filled) for line in own])
    if route.method == "GET" and contract.answer is not None:
        return _by_client(route, [f'print(client.get("{target(route)}"))'])
    return _alone(route)


def _by_client(route: Route, lines: list[str]) -> str:
    submits = route.path == "/v1/transactions"
    reads_as = needs_proof(route)
    opens = 'genesis="genesis.json"'
    before = []
    if submits:
        opens += ', journal="journal"'
    if reads_as:
        before = [
            'passphrase = Path("passphrase").read_text().strip()',
            'key = open_key(Path("client-a.json"), passphrase)',
        ]
        opens += ", reader=key"
    names = "Client, open_key" if reads_as else "Client"
    path = ["from pathlib import Path", ""] if reads_as or _ORDER in lines else []
    return "\n".join(
        [
            *path,
            f"from amanat.client import {names}",
            "",
            *before,
            f'with Client(["{NODE}"], {opens}) as client:',
            *(f"    {line}" for line in lines),
        ]
    )


def _alone(route: Route) -> str:
    contract = route.handler.contract
    lines = ["import json", "from urllib.request import Request, urlopen", ""]
    lines.append(f'request = Request("{url(route)}", method="{route.method}")')
    if needs_proof(route):
        lines.append('request.add_header("Authorization", f"Bearer {token}")')
    if contract.body is not None:
        lines.append(f'request.add_header("Content-Type", "{media(route)}")')
        lines.append(f'request.data = open("{file(route)}", "rb").read()')
    take = "answer.read().decode()" if contract.answer is None else "json.load(answer)"
    lines += ["with urlopen(request) as answer:", f"    print({take})"]
    if contract.answer is None:
        lines = lines[1:]
    return "\n".join(lines)
