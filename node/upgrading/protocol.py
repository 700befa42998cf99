"""Whether this program executes by the protocol versions that are in force and to come."""

from collections.abc import Collection, Iterator, Mapping
from typing import Any, Final

from amanat.node.doctor import program
from amanat.node.doctor.rows import Row, fail, ok, warn

CHECK: Final = "protocol"


def judge(told: Mapping[str, Any] | None, known: Collection[int]) -> Iterator[Row]:
    """Judge by what a node says to /v1/status: None if none answers."""
    if told is None:
        found = "no node could be asked which protocol version holds"
        yield warn(CHECK, found, "start the node with its present program, or mend [peers]")
        return
    says = ", ".join(map(str, sorted(known)))
    present, upgrade = told.get("protocol"), told.get("upgrade")
    if present not in known:
        found = f"version {present} is in force; this program knows {says}: it would not start"
        yield fail(CHECK, found, "install a program that knows it")
    elif upgrade is None:
        yield ok(CHECK, f"version {present} is in force, and none is scheduled")
    elif upgrade["version"] not in known:
        found = (
            f"version {upgrade['version']} is scheduled from block {upgrade['height']} on; this "
            f"program knows {says}: it would stop before that block"
        )
        yield fail(CHECK, found, "install a program that knows it")
    else:
        scheduled = f"{upgrade['version']} from block {upgrade['height']} on"
        yield ok(CHECK, f"version {present} is in force, {scheduled}: both known")


def judge_program(told: Mapping[str, Any] | None, digest: str) -> Iterator[Row]:
    """Judge this program's digest by those that governance lets run."""
    listed = [] if told is None else list(told.get("programs", []))
    if listed and digest not in listed:
        yield fail("allowed program", program.unlisted(digest, listed), program.FIX)
    elif told is not None:
        says = "it is listed" if listed else "governance lets any run"
        yield ok("allowed program", says)


def judge_genesis(ours: str | None, told: Mapping[str, Mapping[str, Any]]) -> Iterator[Row]:
    """Judge the genesis document that this program reads, by the chains of nodes that run."""
    others = sorted(name for name, each in told.items() if each.get("chain") != ours)
    if ours is None or not told:
        return
    if others:
        found = f"{', '.join(others)} are on another chain than the genesis document says"
        yield fail("same genesis", found, "name that network's document: amanat genesis show")
    else:
        yield ok("same genesis", f"as {', '.join(sorted(told))} have it")
