"""Tells a path through the states as a story: what happens, and what each node then does."""

from collections.abc import Iterator

from amanat.consensus.interface import Effects
from tests.consensus.signing import signer
from tests.exploration.act import Act, Kept, Kind
from tests.exploration.actor import Actor
from tests.exploration.copying import copy_of
from tests.exploration.scope import Scope
from tests.scenarios.narration import Blocks, read, standing


def story(scope: Scope, path: list[Act]) -> list[str]:
    """Play a path again and return what happens, in the words of the scenarios."""
    actors = {name: Actor(name, scope, signer(name)) for name in scope.names}
    blocks = Blocks()
    lines: list[str] = []
    for act in path:
        lines += _happens(act, blocks)
        actor = copy_of(actors[act.name])
        lines += _does(actor, act, blocks)
        actors[act.name] = actor
    return lines


def _happens(act: Act, blocks: Blocks) -> Iterator[str]:
    if act.letter is not None:
        letter = act.letter
        yield f"{letter.sender} -> {letter.to}  {blocks.message(letter.message)}"
    elif act.kind is not Kind.CRASHES:
        yield f"{act.name}  {act.kind}"


def _does(actor: Actor, act: Act, blocks: Blocks) -> Iterator[str]:
    before = standing(actor.core.status)
    try:
        for effects in actor.does(act):
            yield from (f"   {actor.name}  {line}" for line in _told(effects, blocks))
    except Exception as error:  # noqa: BLE001 - whatever a node ends with is part of the story
        yield f"   {actor.name}  ends with {type(error).__name__}: {error}"
        return
    if act.kept is not None:
        yield f"   {actor.name}  crashes, {_left(act.kept)}, and starts again"
    after = standing(actor.core.status)
    if after != before:
        yield f"   {actor.name}  becomes {after}"


def _told(effects: Effects, blocks: Blocks) -> Iterator[str]:
    if effects.persist is not None:
        yield f"must write {blocks.write(effects.persist)}"
    said: dict[str, list[str]] = {}
    for outgoing in effects.messages:
        said.setdefault(blocks.message(outgoing.message), []).append(outgoing.to)
    for message, receivers in said.items():
        yield f"sends {' '.join(receivers)} {message}"
    if effects.final is not None:
        yield blocks.final(effects.final)
    yield from (read(index) for index in effects.reads)
    for evidence in effects.evidence:
        yield f"has evidence against {evidence.authority}: {blocks.evidence(evidence)}"
    for fault in effects.faults:
        yield f"finds fault with {fault.peer}: {fault.reason}"


def _left(kept: Kept) -> str:
    whole = f"with {kept.writes} of its writes on disk" if kept.writes else "with no write on disk"
    return f"{whole} and half of the next" if kept.torn else whole
