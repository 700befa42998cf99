"""A program is killed while it waits for an answer; the next one takes up what it left."""

import asyncio
import signal
import sys
from pathlib import Path

import pytest

from amanat.client.face import Face
from amanat.client.receipts import Receipt
from amanat.config.genesis_file import to_json
from amanat.ledger.operations import Transfer
from amanat.ledger.transactions import open_transaction
from tests.client.faces import FACES, speaker
from tests.ledger.world import RUPEE
from tests.node.network import LocalNetwork

PROGRAM = """
import asyncio, sys
from pathlib import Path
from amanat.client import AsyncClient, Client

face, url, genesis, journal, order = sys.argv[1:]
envelope = Path(order).read_bytes()

async def awaited():
    async with AsyncClient([url], genesis=genesis, journal=journal) as client:
        await client.submit_and_wait(envelope)

if face == "Client":
    Client([url], genesis=genesis, journal=journal).submit_and_wait(envelope)
else:
    asyncio.run(awaited())
"""


@pytest.mark.asyncio(loop_scope="package")
@pytest.mark.parametrize("reaches_a_node", [True, False], ids=["taken", "not taken"])
@pytest.mark.parametrize("face", FACES, ids=lambda face: face.__name__)
async def test_what_a_killed_program_sent_is_taken_up(
    market: LocalNetwork, face: type[Face], tmp_path: Path, *, reaches_a_node: bool
) -> None:
    envelope = market.writer.sign(["alpha"], Transfer("alpha", "beta", RUPEE, 11))
    (tmp_path / "order").write_bytes(envelope)
    (tmp_path / "genesis.json").write_text(to_json(market.document))
    arrived: list[bytes] = []

    async def swallow(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Take a request, as a node would whose answer is lost, and say nothing."""
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        length = int(head.split(b"content-length:")[1].split(b"\r\n")[0])
        arrived.append(await reader.readexactly(length))
        await asyncio.sleep(60)
        writer.close()

    async with await asyncio.start_server(swallow, "127.0.0.1", 0) as server:
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        files = (str(tmp_path / name) for name in ("genesis.json", "journal", "order"))
        program = await asyncio.create_subprocess_exec(
            sys.executable, "-c", PROGRAM, face.__name__, url, *files
        )
        async with asyncio.timeout(30):
            while not arrived:  # noqa: ASYNC110 - the program tells nobody
                await asyncio.sleep(0.02)
        program.send_signal(signal.SIGKILL)
        assert await program.wait() == -signal.SIGKILL
    assert arrived == [envelope]
    if reaches_a_node:
        await market.commit(envelope)
        await market.level()

    async with speaker(face, market, journal=tmp_path / "journal") as client:
        before = (await client("balance", "beta", RUPEE)).amount
        (receipt,) = await client("resume")
        assert isinstance(receipt, Receipt)
        assert receipt.transaction == open_transaction(envelope, bytes_max=10**6).id.hex()
        after = (await client("balance", "beta", RUPEE)).amount
        assert after - before == (0 if reaches_a_node else 11)
        assert await client("resume") == []
