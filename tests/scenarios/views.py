"""Directives that show something and change nothing."""

from tests.scenarios.narration import standing
from tests.scenarios.stage import Stage
from tests.scenarios.vocabulary import Vocabulary

WORDS = Vocabulary()


@WORDS.event("status [NODES]")
def status(stage: Stage, names: list[str] | None) -> None:
    """Show each node's role, the end of its log, and how far it knows the log to be final."""
    for name in names or stage.names:
        if name in stage.down:
            stage.tell(name, "down")
            continue
        it = stage.node(name).core.status
        begins = f"begins at {it.base}, " if it.base else ""
        taken = f"; takes in state {it.fetching}" if it.fetching else ""
        log = f"log {begins}ends at {stage.blocks.name(it.last)}, final to {it.commit_height}"
        stage.tell(name, f"{standing(it)}; {log}{taken}")


@WORDS.event("log [NODES]")
def log(stage: Stage, names: list[str] | None) -> None:
    """Show the blocks of each node's log, and which of them it knows to be final."""
    for name in names or stage.names:
        if name in stage.down:
            stage.tell(name, "down")
            continue
        node = stage.node(name)
        blocks, height, base = node.application.blocks, node.commit_height, node.core.status.base
        parts = {"final": blocks[max(base, 1) - 1 : height], "not final": blocks[height:]}
        said = [f"nothing below {base}"] if base else []
        said += [f"{part}: {stage.blocks.listed(some)}" for part, some in parts.items() if some]
        stage.tell(name, "; ".join(said) or "holds nothing")


@WORDS.event("disk [NODES]")
def disk(stage: Stage, names: list[str] | None) -> None:
    """Show what is on each node's disk."""
    for name in names or stage.names:
        stage.tell(name, stage.disk(name))


@WORDS.event("wires")
def wires(stage: Stage) -> None:
    """Show what is under way."""
    for letter in stage.network.under_way:
        stage.tell_letter(letter)
