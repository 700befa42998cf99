"""The keys with which the main job signs: those of the members and of their clients."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final

from amanat.client import keystore
from amanat.client.keystore import Signer
from amanat.client.passphrases import read_passphrase
from amanat.node.testnet.layout import CLIENTS, MEMBERS

NAMES: Final = (*(member.name for member in MEMBERS), *CLIENTS)
"""Whose keys they are."""


def open_keys(
    path: Callable[[str], Path], passphrase: Path, names: Iterable[str] = NAMES
) -> dict[str, Signer]:
    """Return the signer of each name, whose sealed key `path` tells.

    Raises:
        StartError: the passphrase cannot be read, or not by its owner alone.
        KeystoreError: a key cannot be opened.
    """
    word = read_passphrase(passphrase)
    return {name: keystore.open_key(path(name), word) for name in names}
