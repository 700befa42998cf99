"""What was mistyped, and what may have been meant."""

import json
from collections.abc import Iterable
from difflib import get_close_matches
from typing import Any, Final

from amanat.node.written.expecting import listed

SHOWN_MAX: Final = 60
"""Characters of a wrong value that an error repeats."""


def unknown(name: Any, known: Iterable[str], what: str) -> str:
    """Return that this is no `what`, and the nearest that is, or else all that are."""
    names = list(known)
    near = get_close_matches(name, names, n=1) if isinstance(name, str) else []
    hint = f"did you mean {near[0]}?" if near else f"it takes {listed(names)}"
    return f"{shown(name)} is no {what} here: {hint}"


def shown(value: Any) -> str:
    """Return a value as JSON writes it, cut where it is long."""
    text = json.dumps(value, ensure_ascii=True)
    return text if len(text) <= SHOWN_MAX else f"{text[:SHOWN_MAX]}…"
