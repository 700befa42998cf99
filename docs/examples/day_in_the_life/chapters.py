"""The story from beginning to end, and how it is told: as text, or as a document."""

from typing import Final

from docs.examples.day_in_the_life import closing, distribution, issuing, moving, ordering
from docs.examples.day_in_the_life.cast import (
    FRIDAY,
    NEXT_MONDAY,
    THURSDAY,
    TUESDAY,
    WEDNESDAY,
)
from docs.examples.day_in_the_life.stage import Stage
from docs.examples.day_in_the_life.words import wrapped

TITLE: Final = "A day in the life of a bond"

ABOUT: Final = """Six business days of a made-up bond, told by the ledger itself. The Ministry of
Finance, the State Bank and the depository run an authority each. All sentences, receipts, refusals
and figures below are what the program says; the comments are for readers who do not program."""

HOW: Final = """Play it yourself with `make story`. The script is in
[docs/examples/day_in_the_life/](examples/day_in_the_life/__init__.py), and `make story-document`
writes this page anew. Each line begins with the time in Pakistan, who signs, and what it means as
the ledger words it for those who are to sign or approve; below stands the receipt. Digests are
shortened. What each operation does, and all codes, are in [operations.md](operations.md)."""


def played() -> Stage:
    """Play the whole story.

    Raises:
        WrongStory: something was refused that should not be, or the other way round; or the
            authorities do not agree.
    """
    stage = Stage()
    issuing.cash(stage)
    issuing.announcement(stage)
    issuing.rules(stage)
    issuing.placement(stage)
    closing.close(stage, TUESDAY)
    distribution.admission(stage)
    distribution.purchases(stage)
    distribution.excess(stage)
    closing.close(stage, WEDNESDAY)
    ordering.pledge_and_order(stage)
    closing.close(stage, THURSDAY)
    ordering.lapse(stage)
    closing.close(stage, FRIDAY)
    closing.close(stage, NEXT_MONDAY)
    moving.suspension(stage)
    moving.at_the_new_custodian(stage)
    closing.totals(stage, NEXT_MONDAY)
    closing.verification(stage)
    return stage


def as_text(stage: Stage) -> str:
    """Return the story for a terminal."""
    lines = [TITLE, "=" * len(TITLE), "", *wrapped(" ".join(ABOUT.split())), ""]
    for number, chapter in enumerate(stage.chapters, 1):
        title = f"{number}. {chapter.title}"
        lines += [title, "-" * len(title), "", *wrapped(chapter.comment), ""]
        lines += [*_squeezed(chapter.lines), ""]
    return "\n".join(lines)


def as_document(stage: Stage) -> str:
    """Return the story as docs/day-in-the-life.md."""
    lines = [f"# {TITLE}", "", " ".join(ABOUT.split()), "", " ".join(HOW.split()), ""]
    for number, chapter in enumerate(stage.chapters, 1):
        lines += [f"## {number}. {chapter.title}", "", chapter.comment, ""]
        lines += ["```", *_squeezed(chapter.lines), "```", ""]
    return "\n".join(lines)


def _squeezed(lines: list[str]) -> list[str]:
    """Return lines without empty ones at the ends, or two in a row."""
    kept: list[str] = []
    for line in lines:
        if line or (kept and kept[-1]):
            kept.append(line)
    return kept[:-1] if kept and not kept[-1] else kept
