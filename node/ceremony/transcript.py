"""What is written down: who was there, what was done when, and hashes of what was made."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Final

from jinja2 import Environment, PackageLoader, StrictUndefined

WIDTH: Final = 78


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the transcript."""

    time: str
    """UTC, to the second."""
    text: str


@dataclass(slots=True)
class Transcript:
    """The transcript, while it is written. No secret is ever put into it."""

    title: str
    now: Callable[[], datetime]
    """A clock, in UTC."""
    officers: list[str] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)

    def note(self, text: str) -> None:
        """Write down that something was done now."""
        self.entries.append(Entry(self.now().strftime("%Y-%m-%d %H:%M:%S"), text))

    def text(self) -> str:
        """Return all of it as plain text: this is what is hashed."""
        lines = [self.title, "=" * len(self.title), "", "Present:"]
        lines += [f"  {number}. {officer}" for number, officer in enumerate(self.officers, 1)]
        lines += ["", "All times are UTC.", ""]
        lines += [f"{entry.time}  {entry.text}" for entry in self.entries]
        return "\n".join(lines) + "\n"

    def digest(self) -> str:
        """Return the SHA-256 of the text, which is the file `transcript.txt`, in hexadecimal."""
        return sha256(self.text().encode()).hexdigest()

    def html(self) -> str:
        """Return it as a page to print, with the hash of the text and lines to sign on."""
        environment = Environment(
            loader=PackageLoader("amanat.node.ceremony"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        return environment.get_template("transcript.html").render(
            title=self.title,
            officers=self.officers,
            entries=self.entries,
            digest=self.digest(),
        )

    def write(self, directory: Path) -> tuple[Path, Path]:
        """Write `transcript.txt` and `transcript.html`, new files; return where they are.

        Raises:
            OSError: they exist, or cannot be written.
        """
        places = directory / "transcript.txt", directory / "transcript.html"
        for place, content in zip(places, (self.text(), self.html()), strict=True):
            with place.open("x", encoding="utf-8") as file:
                file.write(content)
        return places


def utc_now() -> datetime:
    """Return the machine's time."""
    return datetime.now(UTC)
