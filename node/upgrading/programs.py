"""This program, what it stands on, and how it differs from the one that runs."""

import ssl
import sys
from collections.abc import Iterator, Mapping
from importlib import metadata
from typing import Any, Final

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

from amanat.node.doctor.rows import Row, fail, ok, warn
from amanat.node.program import program_digest
from amanat.node.version import VERSION

FIX: Final = "install it anew from its bundle: docs/operators.md"


def judge_program(running: Mapping[str, Any] | None, digest: str) -> Row:
    """Judge this program by the one that runs: None if none does or tells."""
    this = f"{VERSION}, {digest[:16]}"
    if running is None:
        return ok("program", f"this is {this}; the node does not run now")
    if running.get("program") == digest:
        found = f"this is {this}, and that is what runs already"
        return warn("program", found, "call the amanat of the new installation")
    was = f"{running.get('version')}, {str(running.get('program'))[:16]}"
    return ok("program", f"this is {this}; what runs is {was}")


def judge_python(version: tuple[int, int, int], wanted: str) -> Row:
    """Judge the interpreter by what the package wants."""
    said = ".".join(map(str, version))
    if said not in SpecifierSet(wanted):
        return fail("Python", f"{said}; this program needs {wanted}", FIX)
    return ok("Python", said)


def judge_tls(name: str, *, has_tls_1_3: bool) -> Row:
    """Judge the library that TLS comes from."""
    if not has_tls_1_3:
        return fail("OpenSSL", f"{name} has no TLS 1.3, which nodes speak", "use another Python")
    return ok("OpenSSL", name)


def judge_libraries(wanted: list[str], have: Mapping[str, str]) -> Iterator[Row]:
    """Judge the libraries that are installed, by name, by what the package wants."""
    wrong = False
    for line in wanted:
        requirement = Requirement(line)
        if requirement.marker is not None and not requirement.marker.evaluate({"extra": ""}):
            continue
        found = have.get(requirement.name)
        if found is None:
            wrong = True
            yield fail("libraries", f"{requirement.name} is not installed", FIX)
        elif not requirement.specifier.contains(found, prereleases=True):
            wrong = True
            needs = f"{requirement.name} is {found}; this program needs {requirement.specifier}"
            yield fail("libraries", needs, FIX)
    if not wrong:
        shown = ", ".join(f"{name} {have[name]}" for name in SHOWN if name in have)
        yield ok("libraries", f"all that it needs; {shown}")


SHOWN: Final = ("plyvel", "PyNaCl", "aiohttp", "msgspec", "cryptography")
"""Those that an operator may be asked for."""


def rows(running: Mapping[str, Any] | None) -> Iterator[Row]:
    """Look at this program and its surroundings on this machine."""
    yield judge_program(running, program_digest().hex())
    of_this = metadata.metadata("amanat")
    yield judge_python(sys.version_info[:3], of_this["Requires-Python"])
    yield judge_tls(ssl.OPENSSL_VERSION, has_tls_1_3=ssl.HAS_TLSv1_3)
    wanted = metadata.requires("amanat") or []
    yield from judge_libraries(wanted, _installed(wanted))


def _installed(wanted: list[str]) -> dict[str, str]:
    found = {}
    for line in wanted:
        name = Requirement(line).name
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return found
