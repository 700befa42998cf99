"""Which program this is: a digest over all its source files, by which builds are compared."""

import importlib
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Final

from amanat.ledger.identifiers import Digest

PARTS: Final = ("client", "config", "consensus", "ledger", "node", "verifier")
"""What is installed. Tests, documents and benchmarks are not part of the program."""

_KINDS: Final = (".py", ".html", ".css", ".js")


@cache
def program_digest() -> Digest:
    """Return the digest of the program that runs: the same for the same files, wherever they lie.

    It covers names and contents of the sources, as they are on disk when it is first asked for. It
    says what an honest machine runs; it proves nothing about a machine that lies.
    """
    whole = sha256()
    for part in PARTS:
        root = Path(next(iter(importlib.import_module(f"amanat.{part}").__path__)))
        for path in sorted(root.rglob("*"), key=lambda each: each.relative_to(root).as_posix()):
            if path.suffix in _KINDS and path.is_file():
                name = f"{part}/{path.relative_to(root).as_posix()}"
                whole.update(sha256(name.encode()).digest() + sha256(path.read_bytes()).digest())
    return whole.digest()
