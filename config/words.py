"""Digests as words that can be read over a telephone: BIP-39's English list, with its checksum.

Twelve words say the first 128 bits: as many as nobody can forge by trying. Four bits of the last
word are a checksum, so most mistakes are heard as mistakes. The words differ in their first four
letters, and so do not need to be spelled.
"""

from functools import cache
from hashlib import sha256
from typing import Final

from mnemonic import Mnemonic

from amanat.ledger.identifiers import PublicKey

DIGEST_BYTES: Final = 16
"""How much of a digest is said."""

WORDS: Final = 12


class WordsError(Exception):
    """These are not words of a fingerprint. The message says which, or that one was misheard."""


def words_of(digest: bytes) -> tuple[str, ...]:
    """Return the words for a digest of at least 16 bytes."""
    return tuple(_list().to_mnemonic(digest[:DIGEST_BYTES]).split())


def key_words(key: PublicKey) -> tuple[str, ...]:
    """Return the words for a public key: those of its SHA-256."""
    return words_of(sha256(key).digest())


def told(text: str) -> tuple[str, ...]:
    """Return words as they were told: any case, any space between, first four letters or more.

    Raises:
        WordsError: one is not on the list, there are not twelve, or the checksum is wrong.
    """
    found = []
    for place, word in enumerate(text.lower().replace("-", " ").replace(",", " ").split(), 1):
        known = word if word in _list().wordlist else _list().expand_word(word[:4])
        if known not in _list().wordlist or not known.startswith(word):
            raise WordsError(f"word {place}, {word!r}, is not on the list of words")
        found.append(known)
    if len(found) != WORDS:
        raise WordsError(f"there are {len(found)} words, and a fingerprint has {WORDS}")
    if not _list().check(" ".join(found)):
        raise WordsError("a word was misheard, or two changed places: the checksum is wrong")
    return tuple(found)


@cache
def _list() -> Mnemonic:
    return Mnemonic("english")
