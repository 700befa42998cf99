"""Officers who answer as they were told to: a rehearsal."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

from amanat.node.ceremony.officers import Abandoned


class Clock:
    """Shows a second more each time."""

    def __init__(self) -> None:
        self._time = datetime(2026, 11, 30, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        self._time += timedelta(seconds=1)
        return self._time


class Rehearsal:
    """Answers by what is asked; `changed` gives other answers, by a part of the question.

    A list is answered in turn, and where it ends nobody answers any more.
    """

    def __init__(self, changed: Mapping[str, list[str]] | None = None) -> None:
        self._changed = {part: list(answers) for part, answers in (changed or {}).items()}
        self.heard: list[str] = []
        self.sheets: list[Path] = []
        self.keepers = 0

    def tell(self, line: str) -> None:
        """Hear a line; a custodian takes the sheet that is named."""
        self.heard.append(line)
        printed = re.match(r"Print (\S+),", line)
        if printed:
            self.sheets.append(Path(printed[1]))

    def ask(self, question: str) -> str:
        """Answer."""
        self.heard.append(question)
        for part, answers in self._changed.items():
            if part in question:
                if not answers:
                    raise Abandoned("the answers ended")
                return answers.pop(0)
        return self._usual(question)

    def _usual(self, question: str) -> str:
        if question.startswith("Officer "):
            present = ["A. Khan, Ministry of Finance", "B. Ahmed <State Bank>", ""]
            return present[int(question.removeprefix("Officer ")) - 1]
        if question.startswith("Who keeps share "):
            self.keepers += 1
            return f"Custodian {self.keepers}"
        if "type the checksum" in question:
            found = re.search(r"Checksum (\w+)", self.sheets[-1].read_text())
            assert found is not None
            return found[1].upper()
        return "Islamabad" if question.startswith("Where") else "yes"
