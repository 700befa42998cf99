"""What the custodian of a share is given: a file that names the key, and a sheet to print."""

import json
import os
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from amanat.client.shares.splitting import KeyShare, SharesError, read
from amanat.ledger.identifiers import PublicKey

KIND: Final = "amanat-key-share-v1"

COLUMNS: Final = 3


@dataclass(frozen=True, slots=True)
class ShareOfKey:
    """A share, and the key that it is of."""

    key: PublicKey
    shares: int
    """How many there are."""
    share: KeyShare

    @property
    def checksum(self) -> str:
        """The first 64 bits of SHA-256 over all that the file says: it identifies the share.

        Nobody can tell a word from it: the words hold 256 random bits.
        """
        parts = (self.key.hex(), self.share.number, self.share.threshold, self.shares)
        text = " ".join((KIND, *map(str, parts), *self.share.words))
        return sha256(text.encode()).hexdigest()[:16]

    def sheet(self) -> str:
        """Return a sheet of paper: words in numbered columns, to be written down or printed."""
        numbered = [f"{place:2} {word:10}" for place, word in enumerate(self.share.words, 1)]
        rows = -(-len(numbered) // COLUMNS)
        lines = ["   ".join(numbered[row::rows]).rstrip() for row in range(rows)]
        head = [
            f"Share {self.share.number} of {self.shares} of the key",
            f"  {self.key.hex()}",
            f"Any {self.share.threshold} of them bring the key back; fewer tell nothing.",
            f"Checksum {self.checksum}",
            "",
        ]
        return "\n".join([*head, *lines, ""])


def write(path: Path, given: ShareOfKey) -> None:
    """Write a share into a new file that its owner alone can read.

    Raises:
        SharesError: the file exists, or cannot be written.
    """
    content = {
        "kind": KIND,
        "public_key": given.key.hex(),
        "share": given.share.number,
        "shares": given.shares,
        "threshold": given.share.threshold,
        "words": list(given.share.words),
        "checksum": given.checksum,
    }
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(json.dumps(content, indent=2) + "\n")
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise SharesError(f"{path} cannot be written: {error.strerror}") from error


def load(path: Path) -> ShareOfKey:
    """Read a share's file.

    Raises:
        SharesError: it is missing, open to others, or not what was written.
    """
    try:
        mode = path.stat().st_mode & 0o777
        found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        if found["kind"] != KIND:
            raise SharesError(f"{path} is of the kind {str(found['kind'])[:40]}, not {KIND}")
        key = bytes.fromhex(found["public_key"])
        words = [str(word) for word in found["words"]]
        told = (int(found["share"]), int(found["threshold"]))
        shares, checksum = int(found["shares"]), str(found["checksum"])
    except OSError as error:
        raise SharesError(f"{path} cannot be read: {error.strerror}") from error
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise SharesError(f"{path} is not a share of a key") from error
    if mode & 0o077:
        raise SharesError(f"{path} can be read by others (mode {mode:04o}): run chmod 600 {path}")
    try:
        given = ShareOfKey(key, shares, read(words))
    except SharesError as error:
        raise SharesError(f"{path}: {error}") from error
    if told != (given.share.number, given.share.threshold) or given.checksum != checksum:
        raise SharesError(f"{path}: its checksum is wrong: the file was altered")
    return given
