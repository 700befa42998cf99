"""A disk that fills up under files that are open: writes to them fail as they would then."""

import os
from pathlib import Path


def fill_up(*files: Path) -> None:
    """Let every further write to these files, which this process has open, find no space."""
    full = os.open("/dev/full", os.O_RDWR)
    replaced = set()
    for link in list(Path("/proc/self/fd").iterdir()):
        try:
            file = link.readlink()
        except OSError:  # closed since it was listed
            continue
        if file in files:
            os.dup2(full, int(link.name), inheritable=False)
            replaced.add(file)
    os.close(full)
    assert replaced == set(files), f"not open: {set(files) - replaced}"
