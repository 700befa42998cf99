"""The time that a release says of itself: the same for whoever makes it again."""

import os
import subprocess
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[1]
WITHOUT_A_TIME: Final = 315_532_800
"""1980-01-01, the earliest that a wheel can carry."""


def epoch() -> int:
    """Return SOURCE_DATE_EPOCH, else when what is checked out was committed; seconds since 1970.

    Where neither is to be had, 1980-01-01.
    """
    stated = os.environ.get("SOURCE_DATE_EPOCH", "")
    if not stated.isdigit():
        asked = ["git", "log", "-1", "--format=%ct"]
        try:
            told = subprocess.run(  # noqa: S603 - a fixed command
                asked, cwd=ROOT, capture_output=True, text=True, check=False
            )
        except OSError:
            return WITHOUT_A_TIME
        stated = told.stdout.strip()
    return max(int(stated), WITHOUT_A_TIME) if stated.isdigit() else WITHOUT_A_TIME
