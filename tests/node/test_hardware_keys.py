"""Nodes whose authority's key is in a hardware module: SoftHSM."""

import asyncio
import subprocess
from collections.abc import Iterator
from concurrent.futures import Future
from pathlib import Path

import pytest

from amanat.client.key_source import make_in_module
from amanat.client.keystore import Signer
from amanat.client.signing_failed import SigningFailed
from amanat.ledger.crypto import verify
from amanat.node.client import Client
from amanat.node.side_signatures import AT_A_TIME, SideSignatures
from tests.client.hardware.soft_module import PIN, SoftModule, made
from tests.ledger.world import key, public_key, rupee
from tests.node.processes import Network, command


@pytest.fixture
def module(tmp_path: Path) -> Iterator[SoftModule]:
    (tmp_path / "module").mkdir()
    yield from made(tmp_path / "module")


@pytest.fixture
def network(tmp_path: Path, module: SoftModule) -> Iterator[Network]:
    """Three authorities; the key of `mof` is in the module."""
    held = {"mof": make_in_module(module.uri(), lambda: PIN)}
    with Network(tmp_path, ["mof", "sbp", "cdc"], quorum=2, elsewhere=held) as network:
        network.change("mof", "mof.key", module.uri())
        network.change("mof", 'passphrase_file = "passphrase"\n', "")
        yield network


async def test_an_authority_decides_with_a_key_that_its_node_never_sees(network: Network) -> None:
    await _two_of_three(network)
    async with Client([network.api("mof")]) as client:
        done = await client.submit(network.writer.sign(["sbp"], rupee()), wait=30)
        word = await client.get("/v1/readiness")
    assert done["final"]
    assert word["name"] == "mof"


async def _two_of_three(network: Network) -> None:
    """Let two run: nothing becomes final from here on unless mof signs."""
    network.start()
    await network.ready()
    network.kill("cdc")


def refused(network: Network) -> str:
    """Start mof; return the one line that says why it does not run."""
    ended = subprocess.run(
        command(network.settings("mof")), capture_output=True, text=True, timeout=30, check=False
    )
    assert ended.returncode == 2
    assert PIN not in ended.stderr
    return ended.stderr.splitlines()[-1].removeprefix("amanat: ")


def test_a_node_says_what_is_wrong_with_its_module(network: Network, module: SoftModule) -> None:
    network.change("mof", "object=mof", "object=fom")
    assert "object=fom: the token has no private key of that name" in refused(network)
    network.change("mof", "object=fom", "object=mof")
    network.change("mof", f"&pin-source={module.pin_file}", "")
    assert "passphrase_file is missing in the settings" in refused(network)
    network.change("mof", "token=amanat", "token=other")
    assert "no such token is there; the module has amanat" in refused(network)


def test_a_wrong_pin_is_said_in_a_line_that_does_not_hold_it(
    network: Network, module: SoftModule
) -> None:
    module.pin_file.write_text("another pin")
    reason = refused(network)
    assert "the PIN is wrong: correct it before you try again" in reason
    assert "another pin" not in reason


async def test_a_node_whose_module_signs_no_more_ends_and_says_why(
    network: Network, module: SoftModule
) -> None:
    await _two_of_three(network)
    tokens = module.directory / "tokens"
    tokens.rename(module.directory / "away")
    # Whoever leads, a block of two authorities needs a signature by mof.
    async with Client(network.apis(["sbp"])) as client:
        await client.submit(network.writer.sign(["sbp"], rupee()))
    assert await asyncio.to_thread(network.processes["mof"].wait, 30) == 7
    last = (network.root / "mof.log").read_text().splitlines()[-1]
    assert last.startswith("amanat: the node ended: pkcs11:token=amanat;object=mof: ")
    assert "check" in last
    (module.directory / "away").rename(tokens)
    network.start("mof")
    await network.ready("mof", "sbp")


def test_a_key_of_somebody_else_is_refused(network: Network, module: SoftModule) -> None:
    make_in_module(module.uri("sbp"), lambda: PIN)
    network.change("mof", "object=mof", "object=sbp")
    assert "is not the key of mof in" in refused(network)


# What does not hold up the loop.


class Elsewhere:
    """Signs elsewhere, when it is told to."""

    def __init__(self) -> None:
        self.public_key = public_key("mof")
        self.waiting: list[tuple[bytes, Future[bytes]]] = []
        self.asked = asyncio.Event()

    def sign(self, message: bytes) -> bytes:
        raise AssertionError(f"the loop would wait for {message!r}")

    def begin(self, message: bytes) -> "Future[bytes]":
        future: Future[bytes] = Future()
        self.waiting.append((message, future))
        self.asked.set()
        return future

    def answer(self) -> None:
        message, future = self.waiting.pop(0)
        if not self.waiting:
            self.asked.clear()
        future.set_result(key("mof").sign(message).signature)


async def test_what_the_protocol_does_not_wait_for_is_signed_beside_it_a_few_at_a_time() -> None:
    module = Elsewhere()
    signatures = SideSignatures(module)
    async with asyncio.TaskGroup() as tasks:
        asked = [
            tasks.create_task(signatures.sign(b"%d" % number)) for number in range(AT_A_TIME + 3)
        ]
        for _ in asked:
            await module.asked.wait()
            assert len(module.waiting) <= AT_A_TIME
            module.answer()
    for number, task in enumerate(asked):
        assert verify(public_key("mof"), b"%d" % number, task.result())


async def test_a_module_that_does_not_answer_is_given_up() -> None:
    module = Elsewhere()
    signatures = SideSignatures(module, seconds=0.01)
    with pytest.raises(SigningFailed, match=r"no signature in 0\.01 s"):
        await signatures.sign(b"word")
    assert module.waiting[0][1].cancelled()


async def test_a_key_in_a_file_signs_at_once() -> None:
    signature = await SideSignatures(Signer(key("mof"))).sign(b"word")
    assert verify(public_key("mof"), b"word", signature)
