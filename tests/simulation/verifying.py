"""Verifies each signature once for the whole cluster.

Five nodes that share a process ask the same question about the same bytes, and libsodium's answer
is a pure function of them. Remembering it makes runs cheaper and changes nothing else.
"""

from functools import lru_cache

from amanat.consensus import elections, entry_checks, leading, statements
from amanat.ledger import authentication, crypto

_remembered = lru_cache(maxsize=50_000)(crypto.verify)


def verify_once() -> None:
    """Let every module that verifies signatures share one memory, in this process."""
    for module in (elections, entry_checks, leading, statements, authentication):
        module.verify = _remembered  # type: ignore[attr-defined]
