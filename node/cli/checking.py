"""Checking the manifest of a statement, and the file beside it, against a genesis file."""

from dataclasses import asdict
from functools import partial
from hashlib import file_digest
from pathlib import Path
from typing import Any

from amanat.node.cli.failure import Failure
from amanat.node.cli.output import Format, say, show
from amanat.node.cli.proving import checked, read
from amanat.verifier.statements import StatementFound, is_manifest, verify_statement

Steps = list[tuple[str, str]]


def statement(
    manifest: Path, genesis: Path, steps: Steps | None = None, *, file: Path | None = None
) -> StatementFound:
    """Return what a manifest says, and check the statement's file if that lies beside it.

    Raises:
        Failure: as `checked` does.
    """
    beside = file or manifest.with_suffix("")
    try:
        with beside.open("rb") as content:
            facts = (file_digest(content, "sha256").digest(), content.tell())
    except FileNotFoundError:
        facts = None
    except OSError as error:
        raise Failure(f"{beside} cannot be read: {error.strerror}") from error
    check = partial(verify_statement, file=facts)
    return checked(check, read(manifest), genesis, steps if steps is not None else [])


def is_of_a_statement(file: Path) -> bool:
    """Return whether a file is a manifest. Raises `Failure` if it cannot be read."""
    return is_manifest(read(file))


def verify(manifest: Path, genesis: Path, output: Format) -> None:
    """Check a manifest, and the statement's file if that lies beside it; print each step."""
    steps: Steps = []
    found = statement(manifest, genesis, steps)
    if output is Format.TABLE:
        for step, seen in steps:
            say(f"{step + ':':13} {seen}")
    show(_shown(found), output)


def _shown(found: StatementFound) -> dict[str, Any]:
    """Return what a manifest says as commands print it: sums as decimal strings."""
    told = asdict(found)
    told["asked"] = dict(found.asked)
    told["totals"] = [
        asdict(each)
        | {
            "counted": str(each.counted),
            "expected": None if each.expected is None else str(each.expected),
        }
        for each in found.totals
    ]
    return {"valid": True, "kind": "statement", **told}
