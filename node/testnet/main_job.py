"""The main job: a treasury bill from registration to a second owner.

Everything goes through the HTTP API, as any client's transactions would. Each step prints one line
with what it saw.
"""

import base64
import secrets
import time
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from stdnum import isin

from amanat.ledger.custody.accounts import PAKISTAN, Account, Attestation, InvestorClass
from amanat.ledger.encoding import encode
from amanat.ledger.genesis import GenesisDocument
from amanat.ledger.dates import DAY_MS, date_of
from amanat.ledger.terms import CashTerms, TreasuryBillTerms
from amanat.ledger.operations import (
    ActivateInstrument,
    AnyOperation,
    DeliverVersusPayment,
    Issue,
    OpenAccount,
    RegisterInstrument,
    RegisterParticipant,
)
from amanat.ledger.governance.participants import Participant, Role
from amanat.ledger.transactions import Body, sign
from amanat.node import clock
from amanat.node.cli.output import Tell
from amanat.node.client import Client
from amanat.client.keystore import Signer
from amanat.client.passphrases import read_passphrase
from amanat.node.testnet.layout import CLIENTS
from amanat.node.testnet.pricing import PRICE_SCALE, bill_price, cost
from amanat.verifier.checks import verify
from amanat.verifier.contents import Balance

RUPEE: Final = "PKR"
DAYS: Final = 84
YIELD: Final = 105_000
"""10.50 % a year, times a million."""
ISSUED: Final = 10_000_000_000
"""PKR 100 million of face, in paisa."""
CASH: Final = 10_000_000_000
"""PKR 100 million for each client."""
DENOMINATION: Final = 500_000
"""PKR 5,000 of face."""


STEPS: Final = 12
"""What is told of the job, and of the leader that is lost after it."""


class JobFailed(Exception):  # noqa: N818 - what happened
    """A step did not do what it must."""


class MainJob:
    """Plays the job on a running test network."""

    def __init__(
        self,
        document: GenesisDocument,
        signers: Mapping[str, Signer],
        apis: Mapping[str, str],
        *,
        tell: Tell,
        proof: Path | None,
    ) -> None:
        """`signers` and `apis` are by name; into `proof`, if one is given, goes the balance's."""
        self._document = document
        self._genesis = encode(document)
        self._signers = signers
        self._apis = apis
        self._tell = tell
        self._proof = proof
        today = date_of(clock.now())
        matures = date(1970, 1, 1) + timedelta(days=today + DAYS)
        body = f"PKT{DAYS}{matures:%y%m%d}"
        self.bill = body + isin.calc_check_digit(body)
        self._terms = TreasuryBillTerms(
            self.bill, RUPEE, DENOMINATION, today, today + DAYS, "act/365"
        )
        self.step = 0
        """How many steps are done."""

    async def play(self) -> None:
        """Play every step, printing each.

        Raises:
            JobFailed: something was not as it must be.
        """
        await self._cash()
        await self._bill()
        await self._clients()
        await self._issue()
        await self._sell()
        await self._resell()
        await self._prove()

    # --- steps ------------------------------------------------------------------------------------

    async def _cash(self) -> None:
        rupee = RegisterInstrument(RUPEE, "sbp", "Pakistani rupee", CashTerms("PKR", 2))
        house = _account("sbp-house", "sbp", "sbp")
        done = await self.commit("sbp", ["sbp"], rupee, ActivateInstrument(RUPEE), house)
        self.say(f"SBP registers the rupee as cash on the ledger: {where(done)}")

    async def _bill(self) -> None:
        matures = date(1970, 1, 1) + timedelta(days=self._terms.maturity_date)
        title = f"MTB {DAYS} days {matures}"
        bill = RegisterInstrument(self.bill, "mof", title, self._terms, ISSUED)
        done = await self.commit("mof", ["mof"], bill, _account("mof-treasury", "mof", "mof"))
        self.say(
            f"MoF announces the 3-month treasury bill {self.bill}, {DAYS} days, matures {matures}, "
            f"denomination {rupees(DENOMINATION)}, at most {rupees(ISSUED)}: {where(done)}"
        )

    async def _clients(self) -> None:
        for client, custodian in CLIENTS.items():
            key = self._signers[client].public_key
            holder = RegisterParticipant(
                Participant.simple(client, f"Client of {custodian}", (Role.HOLDER,), key)
            )
            done = await self.commit(
                custodian, [custodian], holder, _account(client, client, custodian)
            )
            self.say(f"{custodian} opens the account {client}: {where(done)}")
        issues = [Issue(RUPEE, client, CASH) for client in CLIENTS]
        done = await self.commit("cdc", ["sbp"], *issues)
        self.say(f"SBP issues {rupees(CASH)} to each client, submitted at cdc: {where(done)}")

    async def _issue(self) -> None:
        issue = Issue(self.bill, "mof-treasury", ISSUED)
        alone = await self._submit("mof", ["mof"], issue)
        if alone["state"] != "rejected" or alone["rejection"]["code"] != "missing_approval":
            raise JobFailed(f"MoF alone could issue a bill: {alone}")
        self.say(
            f"MoF tries to issue the bill alone: rejected, {alone['rejection']['code']} "
            f"({alone['rejection']['figures']['role']}): {where(alone)}"
        )
        activate = ActivateInstrument(self.bill)
        done = await self.commit("mof", ["mof", "sbp"], activate, issue)
        self.say(
            f"MoF and SBP activate the bill and sign the issue of {rupees(ISSUED)}: {where(done)}"
        )

    async def _sell(self) -> None:
        price = bill_price(YIELD, DAYS)
        sold = {"client-a": 6_000_000_000, "client-b": 3_000_000_000}
        operations = [
            DeliverVersusPayment("mof-treasury", client, self.bill, face, RUPEE, cost(face, price))
            for client, face in sold.items()
        ]
        done = await self.commit("custodian-a", ["mof", *sold], *operations)
        parts = ", ".join(f"{rupees(face)} to {client}" for client, face in sold.items())
        self.say(
            f"MoF sells at {price / PRICE_SCALE:.4f} (yield 10.50 %) delivery versus payment, "
            f"{parts}, one transaction signed by all three: {where(done)}"
        )

    async def _resell(self) -> None:
        face = 1_500_000_000
        price = bill_price(YIELD - 2_500, DAYS)
        trade = DeliverVersusPayment(
            "client-a", "client-b", self.bill, face, RUPEE, cost(face, price)
        )
        done = await self.commit("custodian-b", ["client-a", "client-b"], trade)
        self._height = int(done["height"])
        self.say(
            f"client-a sells {rupees(face)} to client-b at {price / PRICE_SCALE:.4f}: "
            f"{where(done)}"
        )

    async def _prove(self) -> None:
        path = f"/v1/accounts/client-b/holdings/{self.bill}?proof=true&min_height={self._height}"
        async with Client([self._apis["cdc"]]) as client:
            seen = await client.get(path)
        bundle = base64.b64decode(seen["proof"])
        if self._proof is not None:
            self._proof.write_bytes(bundle)
        started = time.perf_counter()
        finding = verify(self._genesis, bundle)
        took = (time.perf_counter() - started) * 1000
        expected = Balance("client-b", self.bill, int(seen["amount"]))
        if finding.proved != expected or expected.amount != 4_500_000_000:
            raise JobFailed(f"the proof shows {finding.proved}, the node says {seen}")
        self.say(
            f"client-b holds {rupees(expected.amount)} of the bill, read at cdc (written at "
            f"custodian-b), height {finding.height}; proof of {len(bundle)} bytes checked offline "
            f"against the genesis document alone, signed by {', '.join(finding.signers)}: "
            f"{took:.1f} ms"
        )

    # --- how --------------------------------------------------------------------------------------

    async def commit(
        self, node: str, signers: Sequence[str], *operations: AnyOperation
    ) -> dict[str, Any]:
        """Sign, submit at `node`, wait until it is final.

        Raises:
            JobFailed: it was not committed.
        """
        done = await self._submit(node, signers, *operations)
        if done["state"] != "committed":
            raise JobFailed(f"submitted at {node}, the transaction is {done}")
        return done

    async def _submit(
        self, node: str, signers: Sequence[str], *operations: AnyOperation
    ) -> dict[str, Any]:
        """Sign, submit at `node`, wait until it is final."""
        keys = {self._signers[name].public_key: self._signers[name].sign for name in signers}
        body = Body(
            self._document.chain_id(),
            clock.now() + DAY_MS,
            secrets.token_bytes(16),
            tuple(sorted(keys)),
            operations,
        )
        started = time.perf_counter()
        async with Client([self._apis[node]]) as client:
            done = await client.submit(sign(body, keys), wait=20)
        done["milliseconds"] = (time.perf_counter() - started) * 1000
        done["node"] = node
        return done

    def say(self, line: str) -> None:
        """Print what the next step saw."""
        self.step += 1
        self._tell(f"{self.step:2}. {line}")


def _account(name: str, owner: str, custodian: str) -> OpenAccount:
    commitment = sha256(secrets.token_bytes(16) + name.encode()).digest()
    if owner == custodian:
        kind = InvestorClass.CENTRAL_BANK if owner == "sbp" else InvestorClass.GOVERNMENT
        attestation = Attestation(commitment, kind, PAKISTAN, "exempt", None)
        return OpenAccount(Account.house(name, owner, attestation))
    expires = date_of(clock.now()) + 365
    attestation = Attestation(commitment, InvestorClass.CORPORATE, PAKISTAN, "filer", expires)
    return OpenAccount(Account.client(name, owner, custodian, attestation))


def where(done: dict[str, Any]) -> str:
    """Return in which block a transaction is, and how long that took."""
    return f"{done['id'][:12]} in block {done['height']}, {done['milliseconds']:.1f} ms"


def rupees(paisa: int) -> str:
    """Return an amount as people write it."""
    return f"PKR {paisa // 100:,}.{paisa % 100:02}"
