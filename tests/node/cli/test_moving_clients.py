"""`amanat custodian move-clients`: all of them, batch by batch, again after it was killed."""

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

import pytest

from amanat.client import keystore
from amanat.ledger.governance.participants import Participant, Role, Standing
from amanat.ledger.operations import AnyOperation, Issue, RegisterParticipant, SetStanding
from amanat.node.client import Client
from tests.ledger.exchange import omnibus
from tests.ledger.world import RUPEE, account, public_key
from tests.node.cli.market import Market
from tests.node.cli.running import Amanat, Ended
from tests.node.processes import PASSPHRASE

CLIENTS: Final = 5

Failing = Callable[[str], str]
"""Sets up a suspended custodian with five clients, whose names begin with this, and returns it."""


def commit(market: Market, signers: Sequence[str], *operations: AnyOperation) -> None:
    async def submit() -> None:
        async with Client([market.api]) as client:
            outcome = await client.submit(market.writer.sign(signers, *operations), wait=20)
            assert outcome["state"] == "committed", outcome

    asyncio.run(submit())


def get(market: Market, path: str) -> Any:
    async def ask() -> Any:
        async with Client([market.api]) as client:
            return await client.get(path)

    return asyncio.run(ask())


@pytest.fixture(scope="session")
def haven(market: Market) -> Path:
    """The sealed key of a custodian that takes clients on; beside it, keys of those who decide."""
    for name, role in (
        ("haven", Role.CUSTODIAN),
        ("second-issuer", Role.ISSUER),
        ("second-bank", Role.CENTRAL_BANK),
    ):
        file = market.network.root / f"{name}.key"
        signer = keystore.create(file, PASSPHRASE, cost=keystore.TEST)
        registered = Participant.simple(name, name.upper(), (role,), signer.public_key)
        commit(market, ["mof", "sbp"], RegisterParticipant(registered))
    return market.network.root / "haven.key"


@pytest.fixture
def failing(market: Market, haven: Path) -> Failing:
    del haven

    def suspended(name: str) -> str:
        custodian = Participant.simple(name, name.upper(), (Role.CUSTODIAN,), public_key(name))
        names = [f"{name}-{number}" for number in range(CLIENTS - 1)]
        commit(market, ["mof", "sbp"], RegisterParticipant(custodian))
        commit(
            market,
            [name],
            account(f"{name}-house", name, name),
            *(account(each, "client", name) for each in names),
            omnibus(f"{name}-pool", name),
        )
        commit(market, ["sbp"], *(Issue(RUPEE, each, 1_000) for each in [*names, f"{name}-pool"]))
        commit(market, ["mof", "sbp"], SetStanding(name, Standing.SUSPENDED))
        return name

    return suspended


def move(amanat: Amanat, market: Market, source: str, *options: str | Path) -> Ended:
    return amanat(
        *("custodian", "move-clients", source, "haven"),
        *("--key", market.network.root / "haven.key", "--passphrase-file", market.passphrase),
        *("--api", market.api),
        *options,
    )


def deciding(market: Market) -> list[str]:
    """Return the options with which those who decide sign as well."""
    root = market.network.root
    return ["--key", str(root / "second-issuer.key"), "--key", str(root / "second-bank.key")]


def served(market: Market, name: str) -> list[str]:
    """Return which custodian serves each account of the failing one's clients."""
    names = [*(f"{name}-{number}" for number in range(CLIENTS - 1)), f"{name}-pool"]
    return [get(market, f"/v1/accounts/{each}")["custodian"] for each in names]


def test_one_command_moves_them_all_and_shows_how_far_it_is(
    amanat: Amanat, market: Market, failing: Failing
) -> None:
    name = failing("first")
    ended = move(amanat, market, name, "--batch", "2", *deciding(market))
    assert ended.code == 0
    lines = ended.out.splitlines()
    assert [line.split(" (")[0] for line in lines[:3]] == [
        "moved 2 to haven, 3 left",
        "moved 2 to haven, 1 left",
        "moved 1 to haven, 0 left",
    ]
    told = dict(line.split() for line in lines[3:])
    assert told == {
        "source": name,
        "target": "haven",
        "moved": "5",
        "batches": "3",
        "left": "0",
    }
    assert served(market, name) == ["haven"] * CLIENTS
    assert get(market, f"/v1/accounts/{name}-house")["custodian"] == name
    assert get(market, f"/v1/accounts/{name}-0/holdings/{RUPEE}")["amount"] == "1000"


def test_killed_halfway_it_goes_on_where_it_was_with_the_new_custodians_key_alone(
    amanat: Amanat, market: Market, failing: Failing, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = failing("second")
    submit, submitted = Client.submit, 0

    async def die_after_the_second(
        self: Client, envelope: bytes, *, wait: float = 0
    ) -> dict[str, Any]:
        nonlocal submitted
        outcome = await submit(self, envelope, wait=wait)
        submitted += 1
        if submitted == 2:
            raise KeyboardInterrupt
        return outcome

    with monkeypatch.context() as patched:
        patched.setattr(Client, "submit", die_after_the_second)
        assert move(amanat, market, name, "--batch", "2", *deciding(market)).code == 130
    assert served(market, name) == [*["haven"] * 4, name]
    ended = move(amanat, market, name, "--batch", "2", "-o", "json")
    assert '"moved": 1' in ended.out
    assert served(market, name) == ["haven"] * CLIENTS


def test_run_once_more_it_has_nothing_to_do(
    amanat: Amanat, market: Market, failing: Failing
) -> None:
    name = failing("third")
    assert move(amanat, market, name, *deciding(market)).code == 0
    ended = move(amanat, market, name, "-o", "json")
    assert ended.code == 0
    assert '"moved": 0' in ended.out
    assert ended.err.startswith("moved 0 to haven, 0 left")


def test_what_was_not_decided_ends_with_5(amanat: Amanat, market: Market, failing: Failing) -> None:
    name = failing("fourth")
    reason = move(amanat, market, name).failed(5)
    assert reason.startswith("rejected by missing_approval: act move-clients")
    assert served(market, name) == [name] * CLIENTS


def test_a_custodian_that_serves_its_clients_keeps_them(
    amanat: Amanat, market: Market, haven: Path
) -> None:
    del haven
    reason = move(amanat, market, "custodian-a", *deciding(market)).failed(5)
    assert reason == "rejected by still_serves: participant custodian-a"


def test_a_batch_that_is_not_final_in_time_ends_with_6(
    amanat: Amanat, market: Market, failing: Failing, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = failing("fifth")

    async def never(self: Client, envelope: bytes, *, wait: float = 0) -> dict[str, Any]:
        del self, envelope, wait
        await asyncio.sleep(0.2)
        return {"id": "00", "state": "pending", "final": False}

    with monkeypatch.context() as patched:
        patched.setattr(Client, "submit", never)
        ended = move(amanat, market, name, "--wait", "1")
    assert ended.failed(6) == "a batch is not final yet: run the same command again to go on"


def test_no_node_ends_with_4(amanat: Amanat, market: Market, haven: Path) -> None:
    ended = amanat(
        *("custodian", "move-clients", "custodian-a", "haven"),
        *("--key", haven, "--passphrase-file", market.passphrase),
        *("--api", "http://127.0.0.1:9"),
    )
    assert ended.failed(4).startswith("no node answered: ")


@pytest.mark.parametrize("batch", ["0", "1001", "-1"])
def test_a_batch_is_as_large_as_the_ledger_takes(
    amanat: Amanat, market: Market, haven: Path, batch: str
) -> None:
    del haven
    reason = move(amanat, market, "custodian-a", "--batch", batch).failed(2)
    assert reason.startswith("these clients cannot be moved: ")
