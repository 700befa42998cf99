"""Checking what a node gave out against a genesis file, offline."""

from collections.abc import Callable
from dataclasses import asdict
from functools import partial
from hashlib import file_digest
from pathlib import Path
from typing import Any, TypeVar

from amanat.config.genesis_file import GenesisFileError, load_genesis
from amanat.ledger.encoding import encode
from amanat.node.cli.failure import ExitCode, Failure
from amanat.verifier.decoding import Invalid
from amanat.verifier.statements import StatementFound, verify_statement

T = TypeVar("T")
Steps = list[tuple[str, str]]


def read(file: Path) -> bytes:
    """Return what a file holds. Raises `Failure` if it cannot be read."""
    try:
        return file.read_bytes()
    except OSError as error:
        raise Failure(f"{file} cannot be read: {error.strerror}") from error


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


def shown(found: StatementFound) -> dict[str, Any]:
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


def checked(
    check: Callable[[bytes, bytes, Callable[[str, str], None]], T],
    content: bytes,
    genesis: Path,
    steps: Steps,
) -> T:
    """Return what `check` finds in `content` under a genesis file.

    Raises:
        Failure: the document is unusable (2), or the content is not valid (3).
    """
    try:
        document = encode(load_genesis(genesis))
    except GenesisFileError as error:
        raise Failure(str(error)) from error
    try:
        return check(document, content, lambda step, seen: steps.append((step, seen)))
    except Invalid as invalid:
        raise Failure(f"NOT VALID: {invalid}", ExitCode.NOT_VALID) from invalid
