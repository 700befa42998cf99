"""A running node with cash in two accounts, for commands that need a network to talk to."""

import asyncio
from collections.abc import Sequence
from typing import Final

from amanat.client import keystore
from amanat.ledger.dates import DAY_MS
from amanat.ledger.governance.participants import Participant, Role
from amanat.ledger.operations import ActivateInstrument, AnyOperation, Issue, RegisterParticipant
from amanat.node import clock
from amanat.node.client import Client
from tests.ledger.world import RUPEE, Writer, account, rupee
from tests.node.processes import PASSPHRASE, Network

PAYER: Final = "payer"
PAYEE: Final = "payee"
ISSUED: Final = 1_000_000_000


class Market:
    """One authority, which is its own quorum, and the accounts of one client with a sealed key."""

    def __init__(self, network: Network) -> None:
        self.network = network
        self.api = network.api("mof")
        self.genesis = network.root / "genesis.json"
        self.key = network.root / "client.key"
        self.passphrase = network.root / "passphrase"
        self.writer = Writer(network.document.chain_id(), clock.now() + DAY_MS)

    @property
    def signing(self) -> list[str]:
        """The options with which the client signs."""
        return ["--key", str(self.key), "--passphrase-file", str(self.passphrase)]

    def set_up(self) -> None:
        """Start the node, register the client, and issue cash to the payer."""
        signer = keystore.create(self.key, PASSPHRASE, cost=keystore.TEST)
        client = Participant.simple("client", "Client", (Role.HOLDER,), signer.public_key)
        sign = self.writer.sign
        transactions = [
            sign(["sbp"], rupee(), ActivateInstrument(RUPEE)),
            sign(
                ["custodian-a"],
                RegisterParticipant(client),
                account(PAYER, "client", "custodian-a"),
                account(PAYEE, "client", "custodian-a"),
            ),
            sign(["sbp"], Issue(RUPEE, PAYER, ISSUED)),
        ]
        self.network.start()
        asyncio.run(self._submit(transactions))

    def commit(self, signers: Sequence[str], *operations: AnyOperation) -> None:
        """Submit operations signed by test keys, and see them take effect."""
        asyncio.run(self._submit([self.writer.sign(signers, *operations)]))

    async def _submit(self, transactions: list[bytes]) -> None:
        await self.network.ready()
        async with Client([self.api]) as client:
            for envelope in transactions:
                outcome = await client.submit(envelope, wait=20)
                assert outcome["state"] == "committed", outcome
