"""A node that shows what is confidential to whom the ledger permits it, and everybody who asks.

`alpha`, `beta` are clients of custodian-a and `gamma` of custodian-b at first; then alpha moves to
custodian-b. `delta` is a client of the distributor `shop`.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
from aiohttp import ClientSession

from amanat.client.keystore import Signer
from amanat.client.message_signatures import RequestSigner
from amanat.config.settings import Readers
from amanat.ledger.custody.limits import Limits
from amanat.ledger.dates import DAY_MS, start_of
from amanat.ledger.governance.participants import Participant, Role, Standing, changed
from amanat.ledger.operations import (
    BlockKeys,
    CloseDay,
    Issue,
    MoveAccount,
    Propose,
    SetLimits,
    Transfer,
)
from amanat.ledger.orders.legal_orders import InstrumentScope
from tests.ledger import world
from tests.ledger.court import amount, order
from tests.ledger.world import BILL, RUPEE, START, account, holder, participant, public_key
from tests.node import description
from tests.node.conftest import Answer
from tests.node.network import LocalNetwork, network

NODE = "mof"
THURSDAY = START // DAY_MS


def everybody() -> list[Participant]:
    """Return who is there besides the market: supervisors, and some whose word does not count."""
    ended = participant("ended", Role.AUDITOR, keys=2)
    keys = tuple(
        msgspec.structs.replace(each, until=START + 1) if each.key == public_key("ended") else each
        for each in ended.keys
    )
    return [
        participant("secp", Role.REGULATOR),
        participant("agp", Role.AUDITOR),
        changed(participant("suspended", Role.AUDITOR), standing=Standing.SUSPENDED),
        changed(ended, keys=keys),
        participant("dead", Role.AUDITOR, keys=2),
        participant("shop", Role.DISTRIBUTOR),
    ]


@dataclass
class Confidential:
    """Asks the node as this one or that one."""

    network: LocalNetwork
    session: ClientSession
    names: dict[str, str] = field(default_factory=dict)
    """Of what was made: a transaction, a proposal."""

    @property
    def url(self) -> str:
        return self.network.url(NODE)

    def signer(self, key: str, *, later_ms: int = 0) -> RequestSigner:
        """Return what signs with the key called so, by a clock that is so far ahead."""
        return RequestSigner(Signer(world.key(key)), now=lambda: self.network.now() + later_ms)

    async def ask(
        self, key: str | None, path: str, *, method: str = "GET", body: bytes | None = None
    ) -> Answer:
        """Ask, signed with the key called so, or by nobody."""
        signed = {} if key is None else self.signer(key).headers(method, self.url + path, body)
        return await self.send(method, path, signed, body)

    async def send(
        self, method: str, path: str, headers: dict[str, str], body: bytes | None = None
    ) -> Answer:
        """Send a request as it is."""
        if body:
            kind = "application/json" if body.startswith(b"{") else "application/msgpack"
            headers = {"Content-Type": kind} | headers
        async with self.session.request(
            method, self.url + path, data=body, headers=headers
        ) as answer:
            names = dict(answer.headers.items())
            content = await answer.read()
        description.check(method, path, answer.status, names, content)
        return Answer(answer.status, answer.content_type, names, content)

    async def token(self, key: str, **wish: str | int) -> str:
        """Get a token."""
        body = msgspec.json.encode(wish)
        given = await self.ask(key, "/v1/tokens", method="POST", body=body)
        assert given.status == 200, given.body
        return str(given.json["token"])


@asynccontextmanager
async def confidential(root: Path) -> AsyncIterator[Confidential]:
    """Run the node with everything on it that may be asked for."""
    async with (
        network(root, NODE, participants=everybody(), readers=Readers.PERMITTED) as running,
        ClientSession() as session,
    ):
        made = Confidential(running, session)
        await _open(made)
        yield made


async def _open(made: Confidential) -> None:
    running = made.network
    await running.open_market()
    await running.do("sbp", order(amount(600, "alpha")), BlockKeys("dead", (public_key("dead"),)))
    await running.do("mof, sbp", order(InstrumentScope(BILL), "pause-1"))
    await running.do("mof, sbp", SetLimits("shop", Limits((), (), ())))
    await running.do("custodian-a", holder("delta"))
    await running.do("shop", account("delta", "delta", "shop"))
    paid = await running.do("alpha", Transfer("alpha", "gamma", RUPEE, 5))
    moved = await running.do("alpha, custodian-b", MoveAccount("alpha", "custodian-b"))
    assert moved.state == "committed", moved
    expires = running.now() + 30 * DAY_MS
    issue = await running.do("mof", Propose((Issue(BILL, "alpha", 500_000),), expires))
    assert issue.receipt is not None
    made.names["proposal"] = str(issue.receipt.outcome.events[0].fields["proposal"])  # type: ignore[union-attr]
    made.names["transaction"] = paid.id.hex()
    running.later_ms += start_of(THURSDAY + 20) - running.now()
    running.writer.valid_until = running.now() + DAY_MS
    closed = await running.do("sbp", CloseDay(THURSDAY))
    assert closed.state == "committed", closed
