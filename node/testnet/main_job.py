"""The main job: a treasury bill from registration to a second owner, and a leader that dies.

Everything goes through the HTTP API, as any client's transactions would. Each step prints one line
with what it saw.
"""

import asyncio
import base64
import os
import secrets
import signal
import time
from collections.abc import Sequence
from datetime import date, timedelta
from hashlib import sha256
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
    Transfer,
)
from amanat.ledger.governance.participants import Participant, Role
from amanat.ledger.transactions import Body, sign
from amanat.client import keystore
from amanat.node import clock
from amanat.node.cli.output import Tell
from amanat.node.client import Client
from amanat.client.keystore import Signer
from amanat.client.passphrases import read_passphrase
from amanat.node.testnet import processes
from amanat.node.testnet.layout import CLIENTS, MEMBERS, Layout
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


class JobFailed(Exception):  # noqa: N818 - what happened
    """A step did not do what it must."""


class MainJob:
    """Plays the job on a running test network."""

    def __init__(self, layout: Layout, document: GenesisDocument, tell: Tell) -> None:
        self._tell = tell
        passphrase = read_passphrase(layout.passphrase)
        self._layout = layout
        self._document = document
        self._genesis = encode(document)
        self._signers: dict[str, Signer] = {
            name: keystore.open_key(layout.participant_key(name), passphrase)
            for name in [*(member.name for member in MEMBERS), *CLIENTS]
        }
        self._nodes = {node["name"]: node for node in layout.read_record()}
        today = date_of(clock.now())
        matures = date(1970, 1, 1) + timedelta(days=today + DAYS)
        body = f"PKT{DAYS}{matures:%y%m%d}"
        self.bill = body + isin.calc_check_digit(body)
        self._terms = TreasuryBillTerms(
            self.bill, RUPEE, DENOMINATION, today, today + DAYS, "act/365"
        )
        self._step = 0

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
        await self._kill_leader()

    # --- steps ------------------------------------------------------------------------------------

    async def _cash(self) -> None:
        rupee = RegisterInstrument(RUPEE, "sbp", "Pakistani rupee", CashTerms("PKR", 2))
        house = _account("sbp-house", "sbp", "sbp")
        done = await self._commit("sbp", ["sbp"], rupee, ActivateInstrument(RUPEE), house)
        self._say(f"SBP registers the rupee as cash on the ledger: {_where(done)}")

    async def _bill(self) -> None:
        matures = date(1970, 1, 1) + timedelta(days=self._terms.maturity_date)
        title = f"MTB {DAYS} days {matures}"
        bill = RegisterInstrument(self.bill, "mof", title, self._terms, ISSUED)
        done = await self._commit("mof", ["mof"], bill, _account("mof-treasury", "mof", "mof"))
        self._say(
            f"MoF announces the 3-month treasury bill {self.bill}, {DAYS} days, matures {matures}, "
            f"denomination {_rupees(DENOMINATION)}, at most {_rupees(ISSUED)}: {_where(done)}"
        )

    async def _clients(self) -> None:
        for client, custodian in CLIENTS.items():
            key = self._signers[client].public_key
            holder = RegisterParticipant(
                Participant.simple(client, f"Client of {custodian}", (Role.HOLDER,), key)
            )
            done = await self._commit(
                custodian, [custodian], holder, _account(client, client, custodian)
            )
            self._say(f"{custodian} opens the account {client}: {_where(done)}")
        issues = [Issue(RUPEE, client, CASH) for client in CLIENTS]
        done = await self._commit("cdc", ["sbp"], *issues)
        self._say(f"SBP issues {_rupees(CASH)} to each client, submitted at cdc: {_where(done)}")

    async def _issue(self) -> None:
        issue = Issue(self.bill, "mof-treasury", ISSUED)
        alone = await self._submit("mof", ["mof"], issue)
        if alone["state"] != "rejected" or alone["rejection"]["code"] != "missing_approval":
            raise JobFailed(f"MoF alone could issue a bill: {alone}")
        self._say(
            f"MoF tries to issue the bill alone: rejected, {alone['rejection']['code']} "
            f"({alone['rejection']['figures']['role']}): {_where(alone)}"
        )
        activate = ActivateInstrument(self.bill)
        done = await self._commit("mof", ["mof", "sbp"], activate, issue)
        self._say(
            f"MoF and SBP activate the bill and sign the issue of {_rupees(ISSUED)}: {_where(done)}"
        )

    async def _sell(self) -> None:
        price = bill_price(YIELD, DAYS)
        sold = {"client-a": 6_000_000_000, "client-b": 3_000_000_000}
        operations = [
            DeliverVersusPayment("mof-treasury", client, self.bill, face, RUPEE, cost(face, price))
            for client, face in sold.items()
        ]
        done = await self._commit("custodian-a", ["mof", *sold], *operations)
        parts = ", ".join(f"{_rupees(face)} to {client}" for client, face in sold.items())
        self._say(
            f"MoF sells at {price / PRICE_SCALE:.4f} (yield 10.50 %) delivery versus payment, "
            f"{parts}, one transaction signed by all three: {_where(done)}"
        )

    async def _resell(self) -> None:
        face = 1_500_000_000
        price = bill_price(YIELD - 2_500, DAYS)
        trade = DeliverVersusPayment(
            "client-a", "client-b", self.bill, face, RUPEE, cost(face, price)
        )
        done = await self._commit("custodian-b", ["client-a", "client-b"], trade)
        self._height = int(done["height"])
        self._say(
            f"client-a sells {_rupees(face)} to client-b at {price / PRICE_SCALE:.4f}: "
            f"{_where(done)}"
        )

    async def _prove(self) -> None:
        path = f"/v1/accounts/client-b/holdings/{self.bill}?proof=true&min_height={self._height}"
        async with Client([self._api("cdc")]) as client:
            seen = await client.get(path)
        bundle = base64.b64decode(seen["proof"])
        (self._layout.root / "balance.proof").write_bytes(bundle)
        started = time.perf_counter()
        finding = verify(self._genesis, bundle)
        took = (time.perf_counter() - started) * 1000
        expected = Balance("client-b", self.bill, int(seen["amount"]))
        if finding.proved != expected or expected.amount != 4_500_000_000:
            raise JobFailed(f"the proof shows {finding.proved}, the node says {seen}")
        self._say(
            f"client-b holds {_rupees(expected.amount)} of the bill, read at cdc (written at "
            f"custodian-b), height {finding.height}; proof of {len(bundle)} bytes checked offline "
            f"against the genesis document alone, signed by {', '.join(finding.signers)}: "
            f"{took:.1f} ms"
        )

    async def _kill_leader(self) -> None:
        async with Client(self._apis()) as client:
            leader = (await client.get("/v1/status"))["leader"]
        node = self._nodes[leader]
        os.kill(node["pid"], signal.SIGKILL)
        killed = time.perf_counter()
        others = [name for name in self._nodes if name != leader]
        transfer = Transfer("client-a", "client-b", RUPEE, 100_000)
        done = await self._commit(others[0], ["client-a"], transfer)
        took = (time.perf_counter() - killed) * 1000
        async with Client([self._api(others[0])]) as client:
            new = await client.get("/v1/status")
        self._say(
            f"the leader {leader} is killed (SIGKILL); {new['leader']} leads term {new['term']}, "
            f"and a transfer of {_rupees(100_000)} commits on the rest {took:.0f} ms after the "
            f"kill: {_where(done)}"
        )
        await self._return(leader, int(done["height"]))

    async def _return(self, name: str, height: int) -> None:
        started = time.perf_counter()
        self._nodes[name] = processes.start(self._layout, name)
        processes.write_record(self._layout, [self._nodes[member.name] for member in MEMBERS])
        await wait_ready([self._nodes[name]], self._layout)
        async with Client([self._api(name)]) as client:
            back = await client.get(f"/v1/accounts/client-b/holdings/{RUPEE}?min_height={height}")
            status = await client.get("/v1/status")
        self._say(
            f"{name} comes back and catches up: height {status['height']}, state root "
            f"{status['state_root'][:16]}, client-b's cash there {_rupees(int(back['amount']))}, "
            f"{(time.perf_counter() - started) * 1000:.0f} ms after its start"
        )

    # --- how --------------------------------------------------------------------------------------

    async def _commit(
        self, node: str, signers: Sequence[str], *operations: AnyOperation
    ) -> dict[str, Any]:
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
        async with Client([self._api(node)]) as client:
            done = await client.submit(sign(body, keys), wait=20)
        done["milliseconds"] = (time.perf_counter() - started) * 1000
        done["node"] = node
        return done

    def _api(self, name: str) -> str:
        return str(self._nodes[name]["api"])

    def _apis(self) -> list[str]:
        return [str(node["api"]) for node in self._nodes.values()]

    def _say(self, line: str) -> None:
        self._step += 1
        self._tell(f"{self._step:2}. {line}")


async def wait_ready(nodes: Sequence[dict[str, Any]], layout: Layout) -> None:
    """Wait until every node says that it is ready, at most 30 seconds.

    Raises:
        JobFailed: one has ended or does not become ready; says which, and where its log is.
    """
    async with asyncio.timeout(30):
        for node in nodes:
            while not await _is_ready(node):
                if not processes.is_running(node):
                    lines = layout.log(node["name"]).read_text().strip().splitlines()
                    last = lines[-1] if lines else "it said nothing"
                    raise JobFailed(f"{node['name']} has ended: {last}")
                await asyncio.sleep(0.05)


async def _is_ready(node: dict[str, Any]) -> bool:
    async with Client([node["api"]], seconds=2) as client:
        try:
            return bool((await client.get("/readyz"))["status"] == "ready")
        except Exception:  # noqa: BLE001 - not listening yet, or not answering yet: not ready
            return False


def _account(name: str, owner: str, custodian: str) -> OpenAccount:
    commitment = sha256(secrets.token_bytes(16) + name.encode()).digest()
    if owner == custodian:
        kind = InvestorClass.CENTRAL_BANK if owner == "sbp" else InvestorClass.GOVERNMENT
        attestation = Attestation(commitment, kind, PAKISTAN, "exempt", None)
        return OpenAccount(Account.house(name, owner, attestation))
    expires = date_of(clock.now()) + 365
    attestation = Attestation(commitment, InvestorClass.CORPORATE, PAKISTAN, "filer", expires)
    return OpenAccount(Account.client(name, owner, custodian, attestation))


def _where(done: dict[str, Any]) -> str:
    return f"{done['id'][:12]} in block {done['height']}, {done['milliseconds']:.1f} ms"


def _rupees(paisa: int) -> str:
    return f"PKR {paisa // 100:,}.{paisa % 100:02}"
