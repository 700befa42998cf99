"""The custodian's side: its keys, its books, its room, and its client of the network."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Final

from amanat.client import Client, Receipt, Signs, signed
from amanat.client.testing import TestNetwork
from amanat.ledger.operations import AnyOperation
from amanat.ledger.wording import decimal

ME: Final = "custodian-a"
CLIENT: Final = "client-a"
"""Who is served already."""
RUPEE: Final = "PKR"

Tell = Callable[[str], object]


class WrongDay(Exception):  # noqa: N818 - the day did not go as this script says
    """Something took effect that should not, or was refused that should not be."""


def network_in(directory: Path) -> TestNetwork:
    """Return the test network in a directory; a real one is known by its addresses and genesis."""
    record = json.loads((directory / "testnet.json").read_text())
    return TestNetwork(directory, tuple(str(node["api"]) for node in record["nodes"]))


class Desk:
    """Where the custodian works."""

    def __init__(self, network: TestNetwork, room: Path, tell: Tell) -> None:
        """`room` is a directory for the journal and for files that go to and fro."""
        self.network = network
        self.room = room
        self.tell = tell
        self.me = network.signer(ME)
        self.bill = network.bill
        self.newcomer = ""
        """The account of the client that comes today."""
        self.books: dict[tuple[str, str], int] = {}
        """What its own books say that each account holds of each instrument."""

    def client(self, *, journal: str = "journal") -> Client:
        """Return a client of the network, which asks as the custodian."""
        return self.network.client(journal=self.room / journal, reader=ME)

    def do(self, client: Client, operations: list[AnyOperation], *signers: Signs) -> Receipt:
        """Sign and submit; what comes back took effect, and its proof is in the journal."""
        receipt = client.submit_and_wait(signed(client.chain, operations, signers))
        for event in receipt.events:
            figures = ", ".join(f"{name} {value}" for name, value in event.fields.items())
            self.tell(f"    block {receipt.height}: {event.name} ({figures})")
        return receipt

    def booked(self, account: str, instrument: str, change: int) -> None:
        """Note in the books that a holding changes."""
        entry = (account, instrument)
        self.books[entry] = self.books.get(entry, 0) + change


def rupees(paisa: int) -> str:
    """Return an amount as people write it."""
    return f"PKR {decimal(paisa, 2)}"
