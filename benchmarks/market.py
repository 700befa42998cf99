"""Accounts with cash, and signed transfers between them, for a benchmark's network."""

import secrets
from collections.abc import Sequence
from hashlib import sha256
from random import Random
from typing import Final

from nacl.signing import SigningKey

from amanat.client import keystore
from amanat.ledger.custody.accounts import Account, Attestation, InvestorClass
from amanat.ledger.dates import date_of
from amanat.ledger.governance.participants import Participant, Role
from amanat.ledger.operations import (
    ActivateInstrument,
    AnyOperation,
    Issue,
    OpenAccount,
    RegisterInstrument,
    RegisterParticipant,
    Transfer,
)
from amanat.ledger.terms import CashTerms
from amanat.ledger.transactions import Body, sign
from amanat.node import clock
from amanat.node.client import Client
from benchmarks.network import Network

RUPEE: Final = "PKR"
OPERATIONS_IN_ONE: Final = 500


class Market:
    """Holders and their accounts on one network."""

    def __init__(self, network: Network, *, accounts: int, holders: int = 20) -> None:
        self._network = network
        self._holders = {
            f"holder-{number}": keystore.Signer(SigningKey.generate()) for number in range(holders)
        }
        names = list(self._holders)
        self._accounts = {f"account-{n}": names[n % holders] for n in range(accounts)}

    async def open(self, client: Client) -> None:
        """Register cash and holders, open the accounts, and give each cash."""
        rupee = RegisterInstrument(RUPEE, "sbp", "Pakistani rupee", CashTerms("PKR", 2))
        await self._commit(client, ["sbp"], [rupee, ActivateInstrument(RUPEE)])
        holders = [
            RegisterParticipant(Participant.simple(name, name, (Role.HOLDER,), key.public_key))
            for name, key in self._holders.items()
        ]
        await self._commit(client, ["cdc"], holders)
        opened = [
            OpenAccount(Account.client(name, owner, "cdc", _attestation(name)))
            for name, owner in self._accounts.items()
        ]
        issued = [Issue(RUPEE, name, 10**12) for name in self._accounts]
        for first in range(0, len(opened), OPERATIONS_IN_ONE):
            await self._commit(client, ["cdc"], opened[first : first + OPERATIONS_IN_ONE])
            await self._commit(client, ["sbp"], issued[first : first + OPERATIONS_IN_ONE])

    def transfers(self, count: int, seed: int) -> list[bytes]:
        """Return `count` individually signed transfers between random accounts."""
        random = Random(seed)
        names = list(self._accounts)
        found = []
        for _ in range(count):
            source, target = random.sample(names, 2)
            signer = self._holders[self._accounts[source]]
            operation = Transfer(source, target, RUPEE, random.randint(1, 1000))
            found.append(self._sign([signer], [operation]))
        return found

    async def _commit(
        self, client: Client, signers: Sequence[str], operations: Sequence[AnyOperation]
    ) -> None:
        keys = [self._network.signers[name] for name in signers]
        done = await client.submit(self._sign(keys, operations), wait=20)
        if done["state"] != "committed":
            raise RuntimeError(f"the market could not be opened: {done}")

    def _sign(
        self, signers: Sequence[keystore.Signer], operations: Sequence[AnyOperation]
    ) -> bytes:
        keys = {signer.public_key: signer.sign for signer in signers}
        body = Body(
            self._network.document.chain_id(),
            clock.now() + 3_600_000,
            secrets.token_bytes(16),
            tuple(sorted(keys)),
            tuple(operations),
        )
        return sign(body, keys)


def _attestation(name: str) -> Attestation:
    commitment = sha256(name.encode()).digest()
    expires = date_of(clock.now()) + 365
    return Attestation(commitment, InvestorClass.CORPORATE, "PK", "filer", expires)
