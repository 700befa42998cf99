"""Directives about messages under way: they arrive, are lost, wait, or arrive twice."""

from tests.consensus.network import Letter
from tests.scenarios.script import ScriptError
from tests.scenarios.stage import Stage
from tests.scenarios.vocabulary import Link, Vocabulary

WORDS = Vocabulary()


@WORDS.event("deliver all")
def deliver_all(stage: Stage) -> None:
    """Let messages arrive in the order in which they were sent, until nothing is under way."""
    stage.deliver_all()


@WORDS.event("deliver LINK [KIND] [first NUMBER]")
def deliver(stage: Stage, link: Link, kind: str | None, first: int | None) -> None:
    """Let what is under way there arrive, but not yet what is sent thereupon."""
    stage.deliver(stage.under_way(link.sender, link.to, kind)[:first])


@WORDS.event("drop LINK [KIND]")
def drop(stage: Stage, link: Link, kind: str | None) -> None:
    """Lose what is under way there."""
    for letter in stage.under_way(link.sender, link.to, kind):
        stage.lose(letter)


@WORDS.scenery("delay LINK [KIND] as WORD")
def delay(stage: Stage, link: Link, kind: str | None, name: str) -> None:
    """Hold back the one message that is under way there, under a name."""
    letter = _only(stage, link, kind)
    stage.network.under_way.remove(letter)
    stage.set_aside[name] = letter


@WORDS.scenery("copy LINK [KIND] as WORD")
def copy(stage: Stage, link: Link, kind: str | None, name: str) -> None:
    """Let the network make a copy of the one message under way there, under a name."""
    stage.set_aside[name] = _only(stage, link, kind)


@WORDS.event("arrive WORD")
def arrive(stage: Stage, name: str) -> None:
    """Let a message that was delayed or copied arrive; it may arrive again."""
    if name not in stage.set_aside:
        raise ScriptError(f"no message is called {name}")
    stage.arrive(stage.set_aside[name])


def _only(stage: Stage, link: Link, kind: str | None) -> Letter:
    letters = stage.under_way(link.sender, link.to, kind)
    if len(letters) > 1:
        raise ScriptError(f"{len(letters)} such messages are under way")
    return letters[0]
