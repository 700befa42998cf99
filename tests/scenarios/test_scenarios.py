"""Each script in `consensus/` is played, and must show what it holds.

After a change that is meant: `REWRITE=1 .venv/bin/pytest tests/scenarios` writes what is seen now
into the scripts; read the difference before you keep it.
"""

import os
from difflib import unified_diff
from pathlib import Path

import pytest

from tests.scenarios.play import play

SCRIPTS = sorted(Path(__file__).parent.glob("*/*.txt"))


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.stem)
def test_what_is_seen_is_what_the_script_holds(path: Path) -> None:
    held = path.read_text()
    seen = play(held)
    if seen != held and os.environ.get("REWRITE"):
        path.write_text(seen)
    elif seen != held:
        pytest.fail(difference(path.name, held, seen))


def difference(name: str, held: str, seen: str) -> str:
    """Return how what is seen differs from what the script holds."""
    names = (f"{name}, as it stands", f"{name}, as it is seen now")
    lines = unified_diff(held.splitlines(), seen.splitlines(), *names, lineterm="")
    return "\n".join(lines)
