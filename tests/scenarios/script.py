"""The form of a scenario script: comments, directives, `----`, and what is then seen.

A case is one or more directives, a line `----`, and the output up to the next blank line. Whatever
stands before the directives (comments, blank lines) belongs to the case and is kept as written.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

DIVIDER: Final = "----"


class ScriptError(Exception):
    """A script is wrong in itself: what it says cannot be understood, or cannot be done."""


@dataclass(frozen=True)
class Directive:
    """One line that tells the stage what to do."""

    line: int
    """Where it stands, from 1."""
    text: str


@dataclass(frozen=True)
class Case:
    """What is done, and what is then seen."""

    written: tuple[str, ...]
    """The lines before the divider, as they stand."""
    directives: tuple[Directive, ...]
    output: tuple[str, ...]


@dataclass(frozen=True)
class Script:
    """A whole file."""

    cases: tuple[Case, ...]
    epilogue: tuple[str, ...]
    """The lines after the last case: comments at most."""

    @property
    def opening(self) -> str:
        """The comment that the file begins with."""
        lines = self.cases[0].written if self.cases else self.epilogue
        comment = []
        for line in lines:
            if not line.startswith("#"):
                break
            comment.append(line.removeprefix("#").strip())
        return "\n".join(comment)

    def with_output(self, outputs: Sequence[Sequence[str]]) -> "Script":
        """Return the same script with other output, one for each case."""
        cases = tuple(
            Case(case.written, case.directives, tuple(output))
            for case, output in zip(self.cases, outputs, strict=True)
        )
        return Script(cases, self.epilogue)

    def text(self) -> str:
        """Return the file's text; `parse` of it gives this script again."""
        lines: list[str] = []
        for case in self.cases:
            lines += [*case.written, DIVIDER, *case.output, ""]
        lines += self.epilogue
        return "\n".join(lines).rstrip("\n") + "\n"


def parse(text: str) -> Script:
    """Read a script.

    Raises:
        ScriptError: directives stand without a divider after them, or a divider without any before.
    """
    cases: list[Case] = []
    written: list[str] = []
    directives: list[Directive] = []
    lines = iter(enumerate(text.splitlines(), 1))
    for number, line in lines:
        if line != DIVIDER:
            written.append(line)
            if line.strip() and not line.startswith("#"):
                directives.append(Directive(number, line.strip()))
            continue
        if not directives:
            raise ScriptError(f"line {number}: nothing is done before this divider")
        output = []
        for _, seen in lines:
            if not seen:
                break
            output.append(seen)
        cases.append(Case(tuple(written), tuple(directives), tuple(output)))
        written, directives = [], []
    if directives:
        raise ScriptError(f"line {directives[0].line}: no divider follows")
    return Script(tuple(cases), tuple(written))
