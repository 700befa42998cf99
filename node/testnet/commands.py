"""`amanat testnet up | start | stop | clean | status`."""

import asyncio
import shutil
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from amanat.config.genesis_file import fingerprint
from amanat.config.settings import SettingsError, load_settings, split_address
from amanat.ledger.genesis import GenesisDocument
from amanat.node import clock
from amanat.node.cli.failure import ExitCode, Failure
from amanat.node.cli.network_status import COLUMNS, gather, shortened
from amanat.node.cli.output import Format, Tell, rendered, show, teller
from amanat.node.cli.watching import on_terminal
from amanat.node.client import Client
from amanat.node.testnet import processes
from amanat.node.testnet.founding import found
from amanat.node.testnet.key_ring import open_keys
from amanat.node.testnet.layout import DIRECTORY, MEMBERS, Layout, Ports
from amanat.node.testnet.losing_leader import LosingLeader, wait_ready
from amanat.node.testnet.main_job import STEPS, JobFailed, MainJob


def up(directory: Path, ports: Ports, output: Format) -> None:
    """Make, start and exercise a new network; say so if there is one already."""
    started = time.perf_counter()
    tell = teller(output)
    layout = Layout(directory)
    if _say_if_running(layout, output):
        return
    if directory.exists():
        raise Failure(
            f"{directory} holds a test network that is not running: {_how('clean', directory)} "
            f"removes it, {_how('start', directory)} starts it again as it was"
        )
    _refuse_busy_ports(ports.every())
    try:
        document = found(layout, clock.now(), ports)
    except OSError as error:
        raise Failure(f"{directory} cannot be made: {error.strerror}") from error
    tell(f"Made keys, genesis document and settings in {directory}/")
    tell(f"Network {document.network}, fingerprint {fingerprint(document.chain_id())}")
    nodes = processes.start_all(layout)
    tell("Started " + ", ".join(f"{node['name']} (pid {node['pid']})" for node in nodes))
    rows = asyncio.run(_play(layout, document, nodes, tell))
    tell(f"\nFrom start to here: {time.perf_counter() - started:.1f} s")
    if output is not Format.TABLE:
        show(rows, output)


def start(directory: Path, output: Format) -> None:
    """Start a stopped network again."""
    layout = Layout(directory)
    if _say_if_running(layout, output):
        return
    if not layout.genesis.exists():
        raise Failure(f"{directory} holds no test network: {_how('up', directory)} makes one")
    _refuse_busy_ports(_ports_of(layout))
    nodes = processes.start_all(layout)
    asyncio.run(_wait(nodes, layout))
    rows = asyncio.run(_report(layout, nodes, teller(output)))
    if output is not Format.TABLE:
        show(rows, output)


def stop(directory: Path, output: Format) -> None:
    """End what was started."""
    stopped = processes.stop_all(Layout(directory).read_record())
    tell = teller(output)
    tell(f"Stopped {', '.join(stopped)}" if stopped else f"Nothing of {directory} is running")
    if output is not Format.TABLE:
        show({"directory": str(directory), "stopped": stopped}, output)


def clean(directory: Path, output: Format) -> None:
    """Remove a stopped network."""
    layout = Layout(directory)
    running = [node["name"] for node in layout.read_record() if processes.is_running(node)]
    if running:
        raise Failure(f"{', '.join(running)} still run: {_how('stop', directory)} first")
    if directory.exists() and not layout.genesis.exists():
        raise Failure(f"{directory} is not a test network: remove it yourself if it may go")
    existed = directory.exists()
    if existed:
        shutil.rmtree(directory)
    teller(output)(f"{directory} is gone")
    if output is not Format.TABLE:
        show({"directory": str(directory), "removed": existed}, output)


def status(directory: Path, output: Format) -> None:
    """Show which processes run."""
    rows = [
        {**node, "running": processes.is_running(node)} for node in Layout(directory).read_record()
    ]
    show(rows, output, ("name", "pid", "running", "api"))


def _say_if_running(layout: Layout, output: Format) -> bool:
    nodes = layout.read_record()
    running = [node for node in nodes if processes.is_running(node)]
    if not running:
        return False
    tell = teller(output)
    tell(f"A test network is already running in {layout.root}:")
    rows = [{**node, "running": processes.is_running(node)} for node in nodes]
    show(rows, output, ("name", "pid", "running", "api"))
    tell(f"{_how('stop', layout.root)} stops it, {_how('status', layout.root)} shows its processes")
    return True


def _how(command: str, directory: Path) -> str:
    """Return what to type to have a command done to the test network in `directory`."""
    made = {"up": "testnet", "stop": "testnet-stop", "clean": "testnet-clean"}
    if directory != DIRECTORY:
        return f"`amanat testnet {command} --directory {directory}`"
    return f"`make {made[command]}`" if command in made else f"`amanat testnet {command}`"


def _ports_of(layout: Layout) -> list[int]:
    """Return where the nodes of a network that was made before will listen."""
    try:
        settings = [load_settings(layout.settings(member.name)) for member in MEMBERS]
    except SettingsError as error:
        raise Failure(str(error)) from error
    addresses = [each.peer.listen for each in settings] + [each.api.listen for each in settings]
    return [split_address(address)[1] for address in addresses]


def _refuse_busy_ports(ports: Iterable[int]) -> None:
    taken = processes.ports_in_use(ports)
    if taken:
        named = ", ".join(map(str, taken))
        raise Failure(
            f"somebody listens on port {named}: stop that first (`ss -ltnp` names it), or make "
            "this network on other ports (`amanat testnet up --base-port`)"
        )


async def _wait(nodes: list[dict[str, Any]], layout: Layout) -> None:
    try:
        await wait_ready(nodes, layout)
    except JobFailed as failure:
        raise Failure(str(failure), ExitCode.UNREACHABLE) from failure
    except TimeoutError as error:
        raise Failure(
            f"not all nodes are ready after 30 s: see {layout.root}/*.log", ExitCode.UNREACHABLE
        ) from error


async def _play(
    layout: Layout, document: GenesisDocument, nodes: list[dict[str, Any]], tell: Tell
) -> list[dict[str, Any]]:
    began = time.perf_counter()
    await _wait(nodes, layout)
    tell(f"All five are ready after {(time.perf_counter() - began) * 1000:.0f} ms\n")
    signers = open_keys(layout.participant_key, layout.passphrase)
    apis = {str(node["name"]): str(node["api"]) for node in nodes}
    proof = layout.root / "balance.proof"
    with on_terminal("testnet up", "steps") as watch:

        def tell_step(line: str) -> None:
            tell(line)
            if watch is not None:
                watch(job.step, STEPS)

        job = MainJob(document, signers, apis, tell=tell_step, proof=proof)
        try:
            await job.play()
            await LosingLeader(layout, job).play()
        except JobFailed as failure:
            raise Failure(f"the main job failed: {failure}", ExitCode.REJECTED) from failure
    rows = await _report(layout, nodes, tell)
    root = layout.root
    where = "" if root == DIRECTORY else f" --api {nodes[0]['api']}"
    tell("Try:")
    tell(f"  .venv/bin/amanat holding show client-b {job.bill} --genesis {root}/genesis.json{where}")
    tell(f"  .venv/bin/amanat proof verify {root}/balance.proof --genesis {root}/genesis.json")
    tell(
        f"  .venv/bin/amanat holding transfer --from client-a --to client-b --instrument PKR "
        f"--amount 2500 --key {root}/keys/client-a.json --passphrase-file {root}/passphrase{where}"
    )
    tell(f"Stop it with {_how('stop', root)}; then {_how('clean', root)} removes it.")
    return rows


async def _report(
    layout: Layout, nodes: list[dict[str, Any]], tell: Tell
) -> list[dict[str, Any]]:
    """Show every node, once all have applied the same height."""
    urls = [node["api"] for node in nodes]
    async with Client(urls) as client:
        height = max(row["height"] or 0 for row in await gather(client))
    for url in urls:
        async with Client([url]) as client:
            await client.get(f"/v1/instruments?min_height={height}")
    async with Client(urls) as client:
        rows = await gather(client)
    tell("")
    tell(rendered(shortened(rows), COLUMNS))
    tell(f"\nExplorer and API: {', '.join(urls)}")
    tell(f"Logs: {layout.root}/<name>.log\n")
    return rows
