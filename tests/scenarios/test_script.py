"""The interpreter: the form of scripts, the words of directives, and that stories can fail."""

import re
from pathlib import Path

import pytest

from tests.scenarios.play import VOCABULARY, play
from tests.scenarios.script import ScriptError, parse
from tests.scenarios.stage import Stage
from tests.scenarios.test_scenarios import SCRIPTS, difference
from tests.scenarios.vocabulary import Link, Vocabulary

STORY = """\
# A story.

cluster a sovereign a quorum 1
----
ok

# It is elected.
campaign a
status
----
a  becomes candidate in term 1
a  becomes leader of term 1, elected by a
a  final 1@1, acked by a
a  leader of term 1; log ends at 1@1, final to 1
"""


def with_output(*output: str) -> str:
    """The story with other output at its end."""
    head, _, _ = STORY.rpartition("----\n")
    return head + "\n".join(["----", *output]) + "\n"


# --- the form ---


def test_a_script_is_written_back_as_it_was() -> None:
    assert parse(STORY).text() == STORY
    for path in SCRIPTS:
        assert parse(path.read_text()).text() == path.read_text()


def test_what_is_seen_takes_the_place_of_what_the_script_holds_and_nothing_else_changes() -> None:
    assert play(STORY) == STORY
    assert play(with_output()) == STORY
    assert play(with_output("something else", "and more")) == STORY


def test_a_difference_shows_the_lines() -> None:
    held = STORY.replace("final to 1", "final to 0")
    lines = difference("story.txt", held, play(held)).splitlines()
    assert "-a  leader of term 1; log ends at 1@1, final to 0" in lines
    assert "+a  leader of term 1; log ends at 1@1, final to 1" in lines


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("campaign a\n", "line 1: no divider follows"),
        ("# nothing\n----\n", "line 2: nothing is done"),
        ("campaign a\n----\n", "line 1: there is no cluster yet"),
        ("cluster a sovereign a quorum 1\ndance a\n----\n", "line 2: 'dance a' is none of these"),
        ("cluster a sovereign a quorum 1\n\ntick a\n----\n", "line 3: .*\n  tick NODES NUMBER$"),
        ("cluster a sovereign a quorum 1\ntick b 1\n----\n", "line 2: there is no b"),
        ("cluster a sovereign b quorum 1\n----\n", "line 1: sovereign, but not in the cluster"),
        ("cluster a sovereign a quorum 1\ncrash a\ntick a 1\n----\n", "line 3: a is down"),
        ("cluster a sovereign a quorum 1\nsync a 1\n----\n", "line 2: a has nothing to write"),
        ("cluster a sovereign a quorum 1\ndeliver a->a\n----\n", "line 2: no message is under way"),
        ("cluster a sovereign a quorum 1\narrive it\n----\n", "line 2: no message is called it"),
        ("cluster a sovereign a quorum 1\nheartbeat a\n----\n", "line 2: a does not lead"),
    ],
)
def test_a_script_that_means_nothing_is_refused_with_its_line(text: str, error: str) -> None:
    with pytest.raises(ScriptError, match=error):
        play(text)


def test_an_event_from_which_nothing_comes_is_said_to_be_one() -> None:
    text = "cluster a b sovereign a quorum 2\n----\n\ntick a 1\n----\n"
    assert [case.output for case in parse(play(text)).cases] == [("ok",), ("nothing happens",)]


def test_what_happens_quietly_is_not_told() -> None:
    text = "cluster a sovereign a quorum 1\nquietly campaign a\nlog\n----\n"
    assert parse(play(text)).cases[0].output == ("a  final: 1@1 open",)


# --- the words ---


def values(form: str, directive: str) -> list[object]:
    """What a directive of this form hands to its function."""
    taken: list[object] = []
    words = Vocabulary()
    words.event(form)(lambda _, *given: taken.extend(given))
    words.perform(Stage(), directive)
    return taken


@pytest.mark.parametrize(
    ("form", "directive", "expected"),
    [
        ("tick NODES NUMBER", "tick a b 12", [["a", "b"], 12]),
        ("transfer NODE [to NODE]", "transfer a", ["a", None]),
        ("transfer NODE [to NODE]", "transfer a to b", ["a", "b"]),
        ("by NODES [forging NODES] to NODE", "by a b to c", [["a", "b"], None, "c"]),
        ("by NODES [forging NODES] to NODE", "by a forging b c to d", [["a"], ["b", "c"], "d"]),
        ("drop LINK [KIND]", "drop a->*", [Link("a", None), None]),
        ("drop LINK [KIND]", "drop *->b Append", [Link(None, "b"), "Append"]),
        ("propose NODE TEXT", 'propose a "two words"', ["a", "two words"]),
        ("at BLOCK", "at genesis", ["genesis"]),
        ("at BLOCK", "at 3@2'", ["3@2'"]),
        ("log NUMBERS", "log 1 1 2", [[1, 1, 2]]),
    ],
)
def test_a_directive_hands_over_its_values(
    form: str, directive: str, expected: list[object]
) -> None:
    assert values(form, directive) == expected


def test_every_directive_is_documented_and_serves_some_story() -> None:
    manual = (Path(__file__).parent / "README.md").read_text()
    for form in VOCABULARY.forms:
        assert form.act.__doc__, form.text
        assert f"| `{form.text}` | {' '.join(form.act.__doc__.split())} |" in manual
    done = [
        directive.text.removeprefix("quietly ")
        for path in SCRIPTS
        for case in parse(path.read_text()).cases
        for directive in case.directives
    ]
    unused = [
        form.text for form in VOCABULARY.forms if all(form.values(each) is None for each in done)
    ]
    assert unused == []


def test_every_story_that_the_manual_names_is_there() -> None:
    manual = (Path(__file__).parent / "README.md").read_text()
    _, _, table = manual.partition("| there | here |")
    here = [row.split("|")[2] for row in table.splitlines() if row.count("|") == 3]
    named = {name for cell in here for name in re.findall(r"`(\w+)`", cell)}
    assert len(named) > 20
    assert named <= {path.stem for path in SCRIPTS}


# --- the stories ---


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.stem)
def test_a_story_begins_with_its_title_and_what_would_go_wrong(path: Path) -> None:
    title, empty, *reason = parse(path.read_text()).opening.split("\n")
    assert title.endswith(".")
    assert empty == ""
    assert len(" ".join(reason)) > 80


def test_there_is_a_story_for_each_known_pitfall() -> None:
    titles = [parse(path.read_text()).opening.split("\n")[0] for path in SCRIPTS]
    assert len(set(titles)) == len(titles)
