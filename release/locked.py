"""What a lock file pins: each package with its version, where it is needed, and its hashes."""

import re
from dataclasses import dataclass
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name


class LockError(Exception):
    """A lock file cannot be read. The message says where and why."""


@dataclass(frozen=True, slots=True)
class Locked:
    """One pinned package."""

    name: str
    """As the index compares names: lower case, with hyphens."""
    version: str
    requirement: Requirement
    """With the marker that says on which machines it is needed."""
    hashes: tuple[str, ...]
    """SHA-256 of every file that may be installed for it, in hexadecimal."""

    def is_needed(self, environment: dict[str, str] | None = None) -> bool:
        """Return whether a machine needs it: this one, but for what `environment` says."""
        marker = self.requirement.marker
        return marker is None or marker.evaluate(environment)


def read_lock(path: Path) -> list[Locked]:
    """Return what a lock file pins, in its order.

    Raises:
        LockError: a line is no exact pin with at least one SHA-256.
    """
    text = path.read_text(encoding="utf-8").replace("\\\n", " ")
    found = []
    for line in filter(None, map(str.strip, text.splitlines())):
        stated, *options = re.split(r"\s+--", line)
        hashes = [each.removeprefix("hash=sha256:") for each in options]
        requirement = Requirement(stated)
        (pin,) = [*requirement.specifier] or [None]
        if pin is None or pin.operator != "==" or not all(map(_is_digest, hashes)) or not hashes:
            raise LockError(f"{path.name}: not pinned to one version by its hashes: {stated}")
        name = str(canonicalize_name(requirement.name))
        found.append(Locked(name, pin.version, requirement, tuple(sorted(hashes))))
    return found


def _is_digest(text: str) -> bool:
    return re.fullmatch(r"[0-9a-f]{64}", text) is not None
