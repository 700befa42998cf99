"""What packages say of themselves: licence, and what else they need."""

import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Final

from packaging.metadata import parse_email
from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

UNSAID: Final = ("", "UNKNOWN")
WORDS_MAX: Final = 100
"""A longer licence field is the text of a licence, not its name."""


@dataclass(frozen=True, slots=True)
class Described:
    """What one package says of itself."""

    licence: str | None
    """An SPDX expression, or whatever name it gives."""
    needs: frozenset[str]
    """The packages that it needs here, by canonical name."""


def of_wheels(wheels: Iterable[Path]) -> dict[str, Described]:
    """Return what wheels say of themselves, by canonical name."""
    found = {}
    for wheel in wheels:
        with zipfile.ZipFile(wheel) as archive:
            (place,) = (each for each in archive.namelist() if each.endswith(".dist-info/METADATA"))
            name, described = _described(archive.read(place))
        found[name] = described
    return found


def of_installed(names: Iterable[str]) -> dict[str, Described]:
    """Return what the packages of these names say that are installed here."""
    found = {}
    for name in names:
        try:
            text = metadata.distribution(name).read_text("METADATA")
        except metadata.PackageNotFoundError:
            continue
        if text is not None:
            found[name] = _described(text.encode())[1]
    return found


def _described(raw: bytes) -> tuple[str, Described]:
    fields, _ = parse_email(raw)
    needs = set()
    for line in fields.get("requires_dist", []):
        try:
            requirement = Requirement(line)
        except InvalidRequirement:
            continue
        if requirement.marker is None or requirement.marker.evaluate({"extra": ""}):
            needs.add(str(canonicalize_name(requirement.name)))
    name = str(canonicalize_name(fields["name"]))
    return name, Described(_licence(fields), frozenset(needs))


def _licence(fields: Mapping[str, object]) -> str | None:
    expression = fields.get("license_expression")
    if isinstance(expression, str) and expression not in UNSAID:
        return expression
    classifiers = fields.get("classifiers")
    for line in classifiers if isinstance(classifiers, list) else []:
        if line.startswith("License :: ") and line != "License :: OSI Approved":
            return str(line.rpartition(" :: ")[2])
    stated = fields.get("license")
    if isinstance(stated, str) and stated not in UNSAID and len(stated) <= WORDS_MAX:
        return " ".join(stated.split())
    return None
