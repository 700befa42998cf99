"""The program's digest."""

import importlib
import shutil
import subprocess
import sys
from pathlib import Path

from amanat.node.program import PARTS, program_digest


def test_it_covers_every_installed_part() -> None:
    assert set(PARTS) == {"client", "config", "consensus", "ledger", "node", "verifier"}
    assert len(program_digest()) == 32
    assert program_digest() is program_digest()


def test_it_is_the_same_elsewhere_and_another_once_a_byte_differs(tmp_path: Path) -> None:
    for part in PARTS:
        root = Path(next(iter(importlib.import_module(f"amanat.{part}").__path__)))
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(root, tmp_path / "amanat" / part, ignore=ignored)
    assert computed(tmp_path) == program_digest().hex()
    changed = tmp_path / "amanat" / "ledger" / "crypto.py"
    changed.write_text(changed.read_text() + "\n")
    assert computed(tmp_path) != program_digest().hex()


def computed(directory: Path) -> str:
    """Return the digest of a copy, as that copy computes it."""
    script = (
        f"import sys; sys.meta_path = [f for f in sys.meta_path if 'ditable' not in repr(f)]; "
        f"sys.path.insert(0, {str(directory)!r}); "
        "from amanat.node.program import program_digest; print(program_digest().hex())"
    )
    ended = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=30, check=True
    )
    return ended.stdout.strip()
