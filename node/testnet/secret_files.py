"""Files that nobody but their owner may read."""

import os
from pathlib import Path


def write_secret(path: Path, content: str) -> None:
    """Write a new file with mode 0600.

    Raises:
        OSError: it exists, or cannot be written.
    """
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(content)
