"""The repository's files as the tests of its tidiness see them: what `.gitignore` leaves."""

import ast
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]
PRODUCT: Final = ("ledger", "consensus", "config", "client", "node", "verifier")


def files(*folders: str) -> list[Path]:
    """Return every file in these top-level folders, or in the whole repository."""
    ignored = ["/.git/", *(ROOT / ".gitignore").read_text().split()]
    places = [ROOT / folder for folder in folders] if folders else [ROOT]
    return sorted(path for place in places for path in _walk(place, ignored))


def modules(*folders: str) -> list[Path]:
    """Return every Python file there."""
    return [path for path in files(*folders) if path.suffix == ".py"]


def parsed(path: Path) -> ast.Module:
    """Return a module's syntax tree."""
    return ast.parse(path.read_text(), str(path))


def said(path: Path) -> str:
    """Return a path as messages and documents write it: from the repository's root."""
    return str(path.relative_to(ROOT))


def _walk(folder: Path, ignored: list[str]) -> Iterator[Path]:
    for path in folder.iterdir():
        place = f"/{said(path)}/" if path.is_dir() else f"/{said(path)}"
        # A pattern with a slash in front is for the root alone, another for every depth.
        if any(fnmatch(place, p if p.startswith("/") else f"*/{p}") for p in ignored):
            continue
        if path.is_dir():
            yield from _walk(path, ignored)
        else:
            yield path
