"""Plays a script: performs its directives and writes down what is then seen."""

from tests.scenarios import changes, happenings, lies, scenery, snapshots, views, wires
from tests.scenarios.script import Case, Script, ScriptError, parse
from tests.scenarios.stage import Stage
from tests.scenarios.vocabulary import Vocabulary

VOCABULARY = Vocabulary(
    scenery.WORDS,
    wires.WORDS,
    happenings.WORDS,
    changes.WORDS,
    snapshots.WORDS,
    lies.WORDS,
    views.WORDS,
)
"""Every directive there is."""


def play(text: str) -> str:
    """Return the script with the output that it has now in place of what it holds.

    Raises:
        ScriptError: it cannot be understood, or it wants something that cannot be done.
    """
    script: Script = parse(text)
    stage = Stage()
    return script.with_output([_output(stage, case) for case in script.cases]).text()


def _output(stage: Stage, case: Case) -> list[str]:
    stage.told = []
    is_event = False
    for directive in case.directives:
        try:
            is_event |= _perform(stage, directive.text)
        except ScriptError as error:
            raise ScriptError(f"line {directive.line}: {error}") from None
    return stage.told or ["nothing happens" if is_event else "ok"]


def _perform(stage: Stage, text: str) -> bool:
    before = len(stage.told)
    form = VOCABULARY.perform(stage, text.removeprefix("quietly "))
    if text.startswith("quietly "):
        del stage.told[before:]
        return False
    return form.is_event
