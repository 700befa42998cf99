"""Whether the genesis document, the key and the data directory are there, sound and the node's."""

import os
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

from amanat.config.genesis_file import fingerprint
from amanat.node.data_directory import DirectoryError, identity_of
from amanat.node.doctor.case import Case
from amanat.node.doctor.rows import Row, fail, ok, warn


async def genesis(case: Case) -> AsyncIterator[Row]:
    """Look at the genesis document."""
    path = case.settings.genesis
    if case.document is None:
        fix = f"copy the network's document to {path}; `amanat genesis verify` checks it"
        yield fail("genesis", str(case.document_fault), fix)
        return
    yield ok("genesis", f"{case.document.network}, {fingerprint(case.document.chain_id())}")


async def key(case: Case) -> AsyncIterator[Row]:
    """Look at the key, and whether it is the authority's."""
    path, name = case.settings.key, case.settings.name
    if case.signer is None:
        fault = str(case.signer_fault)
        _, _, command = fault.rpartition(": run ")
        yield fail("key", fault, command if command != fault else f"amanat key show {path}")
        return
    listed = case.keys.get(name)
    if listed is None:
        found = f"the key opens; {name} is no authority that is known here yet"
        yield warn("key", found, "the others admit it: change-authorities in docs/operations.md")
    elif listed != case.signer.public_key:
        found = f"{path} is not the key of {name}: nobody would believe what it signs"
        yield fail("key", found, f"put the file of {listed.hex()} there; `amanat key show` tells")
    else:
        yield ok("key", f"it opens, and is that of {name}")


@dataclass(frozen=True, slots=True)
class Ownership:
    """Whose a directory is, and who may enter it."""

    owner: int
    user: int
    """Who looks."""
    mode: int


def judge_ownership(path: str, seen: Ownership) -> Row | None:
    """Return what is wrong with who may enter a data directory, or None."""
    if seen.user not in (seen.owner, 0):
        found = f"{path} belongs to user {seen.owner}, not to user {seen.user} who asks"
        return fail("data directory", found, f"run as its owner, or chown -R {seen.user} {path}")
    if seen.mode & 0o077:
        found = f"{path} can be entered by others (mode {seen.mode:04o}): they read all holdings"
        return fail("data directory", found, f"chmod 700 {path}")
    return None


def _ownership(path: Path) -> Ownership:
    seen = path.stat()
    return Ownership(seen.st_uid, os.geteuid(), seen.st_mode & 0o777)


async def data(case: Case) -> AsyncIterator[Row]:
    """Look at the data directory: owner, mode, format, chain and name."""
    path = Path(case.settings.data)
    if case.document is None:
        yield warn(
            "data directory", "not examined: there is no genesis document", "mend that first"
        )
        return
    try:
        name = identity_of(path, case.document)
        seen = _ownership(path)
    except (DirectoryError, OSError) as error:
        yield fail("data directory", str(error), "amanat init --config FILE, if it is a new node")
        return
    wrong = judge_ownership(str(path), seen)
    if wrong is not None:
        yield wrong
    elif name != case.settings.name:
        found = f"{path} is the directory of {name}, not of {case.settings.name}"
        yield fail("data directory", found, "name the right directory in the settings (data)")
    else:
        yield ok("data directory", f"of {name}, for its owner alone, of this program's format")
