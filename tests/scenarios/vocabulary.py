"""The words of scripts: a directive is a form and a function, and a new one is just that.

In a form a word in capitals is a place for a value, `[ ]` encloses what may be left out, and every
other word stands for itself. The values are handed to the function in their order; what was left
out is None.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from tests.scenarios.script import ScriptError
from tests.scenarios.stage import Stage

Act = Callable[..., None]
"""What a directive does: it takes the stage and the values in the directive."""


@dataclass(frozen=True)
class Link:
    """From whom to whom; None stands for anybody."""

    sender: str | None
    to: str | None


def _link(text: str) -> Link:
    sender, to = (None if end == "*" else end for end in text.split("->"))
    return Link(sender, to)


def _numbers(text: str) -> list[int]:
    return [int(number) for number in text.split()]


_NAME: Final = r"[a-z][a-z0-9-]*"
_VALUES: Final[dict[str, tuple[str, Callable[[str], object]]]] = {
    "NODE": (_NAME, str),
    "NODES": (rf"{_NAME}(?: {_NAME})*", str.split),
    "LINK": (rf"(?:{_NAME}|\*)->(?:{_NAME}|\*)", _link),
    "KIND": (r"[A-Z][A-Za-z]+", str),
    "WORD": (_NAME, str),
    "TEXT": (r'"[^"]+"', lambda text: text.strip('"')),
    "BLOCK": (r"genesis|\d+@\d+'*", str),
    "NUMBER": (r"\d+", int),
    "NUMBERS": (r"\d+(?: \d+)*", _numbers),
}
"""For each place its form as a regular expression, and how it is read."""


@dataclass(frozen=True)
class Form:
    """A directive's form and what it does."""

    text: str
    is_event: bool
    """Whether something happens to a node: then the script says so even if nothing comes of it."""
    act: Act

    def values(self, directive: str) -> list[Any] | None:
        """Return the values in a directive, or None if it has another form."""
        found = re.fullmatch(self._regex(), directive)
        if found is None:
            return None
        places = [token for token in self._tokens() if token in _VALUES]
        return [
            None if value is None else _VALUES[place][1](value)
            for place, value in zip(places, found.groups(), strict=True)
        ]

    def _tokens(self) -> list[str]:
        return re.findall(r"\[|\]|[^\s\[\]]+", self.text)

    def _regex(self) -> str:
        words = [token for token in self._tokens() if token.islower()]
        # A list of names ends where the form's next word begins.
        name = rf"(?!(?:{'|'.join(words)})\b){_NAME}"
        regex = ""
        for token in self._tokens():
            if token in "[]":
                regex += "(?:" if token == "[" else ")?"
            else:
                pattern = _VALUES[token][0].replace(_NAME, name) if token in _VALUES else token
                regex += (" " if regex else "") + (f"({pattern})" if token in _VALUES else token)
        return regex


class Vocabulary:
    """The directives of one kind, or of all."""

    def __init__(self, *parts: "Vocabulary") -> None:
        self.forms: list[Form] = [form for part in parts for form in part.forms]

    def scenery(self, text: str) -> Callable[[Act], Act]:
        """Make a function the meaning of directives that prepare what will happen."""
        return self._register(text, is_event=False)

    def event(self, text: str) -> Callable[[Act], Act]:
        """Make a function the meaning of directives by which something happens."""
        return self._register(text, is_event=True)

    def _register(self, text: str, *, is_event: bool) -> Callable[[Act], Act]:
        def register(act: Act) -> Act:
            self.forms.append(Form(text, is_event, act))
            return act

        return register

    def perform(self, stage: Stage, directive: str) -> Form:
        """Carry out a directive; return its form.

        Raises:
            ScriptError: no directive has this form, or it cannot be done now.
        """
        for form in self.forms:
            values = form.values(directive)
            if values is not None:
                form.act(stage, *values)
                return form
        verb = directive.split(maxsplit=1)[0]
        known = [form.text for form in self.forms]
        near = [text for text in known if text.split(maxsplit=1)[0] == verb]
        raise ScriptError("\n  ".join([f"{directive!r} is none of these:", *(near or known)]))
