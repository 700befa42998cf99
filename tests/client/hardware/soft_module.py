"""A hardware module made of software, for tests: SoftHSM, with tokens in a directory of its own."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest

PIN: Final = "a pin 1234"
SO_PIN: Final = "an officer's pin"

_PLACES: Final = (
    "/usr/lib/softhsm/libsofthsm2.so",
    "/usr/lib/*/softhsm/libsofthsm2.so",
    "/usr/lib64/softhsm/libsofthsm2.so",
    "/usr/lib64/pkcs11/libsofthsm2.so",
    "/usr/local/lib/softhsm/libsofthsm2.so",
    "/opt/homebrew/lib/softhsm/libsofthsm2.so",
)


def library() -> Path | None:
    """Return where SoftHSM's library is; None if it is not installed."""
    told = os.environ.get("SOFTHSM2_LIB")
    if told:
        return Path(told)
    found = [each for place in _PLACES for each in sorted(Path("/").glob(place[1:]))]
    return found[0] if found and shutil.which("softhsm2-util") else None


@dataclass(frozen=True)
class SoftModule:
    """SoftHSM with one token, `amanat`."""

    library: Path
    directory: Path
    pin_file: Path

    def uri(self, label: str = "mof", on: str = "amanat", *, pin: bool = True) -> str:
        """Return the URI of a key on a token."""
        source = f"&pin-source={self.pin_file}" if pin else ""
        return f"pkcs11:token={on};object={label}?module-path={self.library}{source}"

    def add_token(self, label: str = "amanat") -> None:
        """Initialise a token."""
        self._run("--init-token", "--free", "--label", label, "--pin", PIN, "--so-pin", SO_PIN)

    def remove_token(self, label: str = "amanat") -> None:
        """Delete a token with all its keys, as a module that is pulled out."""
        self._run("--delete-token", "--token", label)

    def _run(self, *arguments: str) -> None:
        tool = shutil.which("softhsm2-util")
        assert tool is not None
        subprocess.run([tool, *arguments], capture_output=True, check=True, timeout=20)


def made(directory: Path) -> Iterator[SoftModule]:
    """Yield SoftHSM with one token, for a fixture; skip the test if it is not installed."""
    pytest.importorskip("pkcs11", reason="python-pkcs11 is not installed: the extra `pkcs11`")
    found = library()
    if found is None:
        pytest.skip("SoftHSM is not installed (Debian: softhsm2); SOFTHSM2_LIB may name it")
    (directory / "tokens").mkdir()
    configuration = directory / "softhsm2.conf"
    configuration.write_text(
        f"directories.tokendir = {directory}/tokens\n"
        "objectstore.backend = file\nlog.level = ERROR\n"
    )
    pin_file = directory / "pin"
    pin_file.touch(mode=0o600)
    pin_file.write_text(PIN + "\n")
    before = os.environ.get("SOFTHSM2_CONF")
    os.environ["SOFTHSM2_CONF"] = str(configuration)
    try:
        module = SoftModule(found, directory, pin_file)
        module.add_token()
        _restart(found)
        yield module
    finally:
        if before is None:
            del os.environ["SOFTHSM2_CONF"]
        else:
            os.environ["SOFTHSM2_CONF"] = before


def _restart(found: Path) -> None:
    """Let the library, which a test before may have used, read its configuration anew."""
    import pkcs11  # noqa: PLC0415 - an extra

    pkcs11.lib(str(found)).reinitialize()
