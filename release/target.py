"""For which Python and platform a bundle is made."""

import platform
import re
import sys
from dataclasses import dataclass
from typing import Final

from packaging.tags import sys_tags

LEGACY: Final = {5: "manylinux1", 12: "manylinux2010", 17: "manylinux2014"}
"""What manylinux was called by year, by glibc's minor version (PEP 600)."""


@dataclass(frozen=True, slots=True)
class Target:
    """The machines that a bundle is for."""

    python: str
    """Such as `3.12`."""
    platform: str
    """Such as `manylinux_2_28_x86_64`: Linux with that glibc or a later one."""

    @property
    def tag(self) -> str:
        """Return it as the name of a bundle has it."""
        return f"cp{self.python.replace('.', '')}-{self.platform}"

    def environment(self) -> dict[str, str]:
        """Return what markers are judged by."""
        return {
            "python_version": self.python,
            "python_full_version": f"{self.python}.0",
            "platform_python_implementation": "CPython",
            "implementation_name": "cpython",
            "sys_platform": "linux",
            "platform_system": "Linux",
            "os_name": "posix",
            "platform_machine": self.platform.partition("_")[2].split("_", 2)[2],
        }

    def options(self) -> list[str]:
        """Return pip's options that choose wheels for it."""
        tag = f"cp{self.python.replace('.', '')}"
        chosen = ["--implementation", "cp", "--python-version", self.python]
        chosen += ["--abi", tag, "--abi", "abi3", "--abi", "none"]
        for each in self._platforms():
            chosen += ["--platform", each]
        return chosen

    def _platforms(self) -> list[str]:
        minor, machine = re.fullmatch(r"manylinux_2_(\d+)_(\w+)", self.platform, re.A).groups()  # type: ignore[union-attr]
        found = []
        for each in range(int(minor), 4, -1):
            found.append(f"manylinux_2_{each}_{machine}")
            if each in LEGACY:
                found.append(f"{LEGACY[each]}_{machine}")
        return found


def parsed(python: str, platform_: str) -> Target:
    """Return the target of these names.

    Raises:
        ValueError: no bundle is made for it. The message says for which one is.
    """
    if re.fullmatch(r"3\.1[12]", python) is None:
        raise ValueError(f"{python}: Amanat runs on Python 3.11 and 3.12")
    if re.fullmatch(r"manylinux_2_\d+_\w+", platform_) is None:
        raise ValueError(f"{platform_}: name it as manylinux_2_28_x86_64, by glibc and machine")
    return Target(python, platform_)


def here() -> Target:
    """Return this machine and this Python."""
    newest = next(
        (tag.platform for tag in sys_tags() if tag.platform.startswith("manylinux_2_")),
        f"manylinux_2_17_{platform.machine()}",
    )
    return Target(f"{sys.version_info.major}.{sys.version_info.minor}", newest)
