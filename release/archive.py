"""A tar file of a folder that is the same, byte for byte, whoever makes it and when."""

import io
import tarfile
from pathlib import Path


def pack(folder: Path, into: Path, epoch: int) -> None:
    """Put a folder into a tar file: sorted, owned by root, every time `epoch`."""
    with tarfile.open(into, "w", format=tarfile.PAX_FORMAT) as archive:
        for path in sorted(folder.rglob("*"), key=lambda each: each.relative_to(folder).as_posix()):
            place = f"{folder.name}/{path.relative_to(folder).as_posix()}"
            entry = tarfile.TarInfo(place)
            entry.mtime = epoch
            if path.is_dir():
                entry.type, entry.mode = tarfile.DIRTYPE, 0o755
                archive.addfile(entry)
                continue
            content = path.read_bytes()
            entry.size = len(content)
            entry.mode = 0o755 if path.stat().st_mode & 0o100 else 0o644
            archive.addfile(entry, io.BytesIO(content))
