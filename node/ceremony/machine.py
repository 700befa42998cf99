"""What the ceremony runs on: what is good to know before a key is made there."""

import platform
from pathlib import Path

from amanat.node.program import program_digest
from amanat.node.version import VERSION

_INTERFACES = Path("/sys/class/net")
_SWAPS = Path("/proc/swaps")


def described() -> list[str]:
    """Return what this machine and program are."""
    return [
        f"Program: amanat {VERSION}, digest {program_digest().hex()}",
        f"Python {platform.python_version()} on {platform.system()} {platform.release()}",
    ]


def worries(interfaces: Path = _INTERFACES, swaps: Path = _SWAPS) -> list[str]:
    """Return what speaks against making a key on this machine; nothing if all is well."""
    found = []
    connected = _connected(interfaces)
    if connected is None:
        found.append("whether a network is connected cannot be told on this system")
    elif connected:
        found.append(f"a network is connected: {', '.join(connected)}; pull it out")
    if _swaps(swaps):
        found.append("swap is on: memory may be written to a disk; run swapoff -a")
    return found


def _connected(interfaces: Path) -> list[str] | None:
    try:
        names = sorted(each.name for each in interfaces.iterdir() if each.name != "lo")
        return [
            name for name in names if (interfaces / name / "operstate").read_text().strip() == "up"
        ]
    except OSError:
        return None


def _swaps(swaps: Path) -> bool:
    try:
        return len(swaps.read_text().splitlines()) > 1
    except OSError:
        return False
