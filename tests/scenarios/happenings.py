"""Directives by which something happens to a node: time, clients, disks, crashes."""

from amanat.consensus.interface import Abandon, Promise, Read, TransferLeadership
from amanat.consensus.raft import Role
from tests.consensus.network import TIMING
from tests.consensus.register import Disk
from tests.scenarios.script import ScriptError
from tests.scenarios.stage import Stage
from tests.scenarios.vocabulary import Vocabulary

WORDS = Vocabulary()

# --- time ---


@WORDS.event("tick NODES NUMBER")
def tick(stage: Stage, names: list[str], ticks: int) -> None:
    """Let so many ticks pass at each of these nodes."""
    for name in names:
        stage.tick(name, ticks)


@WORDS.event("campaign NODE")
def campaign(stage: Stage, name: str) -> None:
    """Let a node's election timeout run out, so that it asks whether it would be elected."""
    if stage.node(name).role is Role.LEADER:
        raise ScriptError(f"{name} leads")
    sent = len(stage.node(name).history)
    stage.tick_until(name, lambda node: any(it.messages for it in node.history[sent:]))


@WORDS.event("heartbeat NODE")
def heartbeat(stage: Stage, name: str) -> None:
    """Let time pass at a leader until it sends heartbeats."""
    if stage.node(name).role is not Role.LEADER:
        raise ScriptError(f"{name} does not lead")
    sent = len(stage.node(name).history)
    stage.tick_until(name, lambda node: any(it.messages for it in node.history[sent:]))


@WORDS.event("elect NODE")
def elect(stage: Stage, name: str) -> None:
    """Let all others miss their leader, the node be elected, and all messages arrive.

    Of this the outcome alone is told.
    """
    before = len(stage.told)
    for other in stage.names:
        if other not in {name, *stage.down} and not stage.is_leader(other):
            stage.tick(other, TIMING.election)
    campaign(stage, name)
    stage.deliver_all()
    del stage.told[before:]
    if not stage.is_leader(name):
        raise ScriptError(f"{name} was not elected")
    last = stage.node(name).last
    where = [
        other
        for other in stage.names
        if other not in stage.down and stage.node(other).commit_height == last.height
    ]
    final = f"is final at {' '.join(where)}" if where else "is not final yet"
    block = stage.blocks.name(last)
    stage.tell(name, f"is elected for term {stage.node(name).term}; {block} {final}")


# --- clients and operators ---


@WORDS.event("propose NODE TEXT")
def propose(stage: Stage, name: str, text: str) -> None:
    """Let a node propose a block; one whose text begins with `invalid` no honest node executes."""
    stage.propose(name, text)


@WORDS.event("propose NODE NUMBER blocks")
def propose_many(stage: Stage, name: str, count: int) -> None:
    """Let a node propose so many blocks, one after the other."""
    for number in range(1, count + 1):
        stage.propose(name, str(number))


@WORDS.event("read NODE")
def read(stage: Stage, name: str) -> None:
    """Let a client ask a node for what is final now. Reads are numbered from 1."""
    stage.last_read += 1
    stage.step(name, Read(stage.last_read))


@WORDS.event("transfer NODE [to NODE]")
def transfer(stage: Stage, name: str, to: str | None) -> None:
    """Let an operator tell a node to hand over its leadership."""
    stage.step(name, TransferLeadership(to))


@WORDS.event("abandon NODE")
def abandon(stage: Stage, name: str) -> None:
    """Let a node lose patience with its leader, and give it up for the rest of the term."""
    stage.step(name, Abandon(stage.node(name).term))


# --- disks and crashes ---


@WORDS.event("sync NODE [NUMBER]")
def sync(stage: Stage, name: str, writes: int | None) -> None:
    """Let a slow disk end so many of its writes, all if no number is given."""
    for _ in range(len(stage.node(name).unsynced) if writes is None else writes):
        stage.sync(name)


@WORDS.event("crash NODE keeping NUMBER")
def crash_keeping(stage: Stage, name: str, writes: int) -> None:
    """End a node whose disk has just ended so many writes, of which the node did not learn."""
    node = stage.node(name)
    for persist in node.unsynced[:writes]:
        node.disk.write(persist)
    del node.unsynced[:writes]
    stage.crash(name)


@WORDS.event("crash NODE keeping half")
def crash_between(stage: Stage, name: str) -> None:
    """End a node between the log and the promise of a write, whichever was to be first."""
    node = stage.node(name)
    node.disk.write_half(node.unsynced.pop(0))
    stage.crash(name)


@WORDS.event("crash NODES")
def crash(stage: Stage, names: list[str]) -> None:
    """End nodes; writes that have not ended are lost."""
    for name in names:
        stage.crash(name)


@WORDS.event("damage NODE above NUMBER")
def damage(stage: Stage, name: str, height: int) -> None:
    """Let the disk of a node that is down lose every block above a height, though it was synced."""
    if name not in stage.down:
        raise ScriptError(f"{name} runs")
    disk = stage.any_node(name).disk
    kept = [entry for entry in disk.log if entry.block.height <= height]
    stage.tell(name, f"loses {stage.blocks.entries(disk.log[len(kept) :])} from its disk")
    disk.log = kept
    if disk.commit is not None and disk.commit.block.height > height:
        disk.commit = None


@WORDS.event("replace disk of NODE")
def replace_disk(stage: Stage, name: str) -> None:
    """Put a new, empty disk into a node that is down: blocks, promise and all are lost."""
    if name not in stage.down:
        raise ScriptError(f"{name} runs")
    node = stage.any_node(name)
    new = Disk(promise=Promise(0, None, None))
    new.rule = node.disk.rule
    node.disk = new
    stage.tell(name, "has a new disk, with nothing on it")


@WORDS.event("restart NODES")
def restart(stage: Stage, names: list[str]) -> None:
    """Start nodes from what is on their disks."""
    for name in names:
        stage.restart(name)
