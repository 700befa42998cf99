"""Splits a secret k-of-n, and puts it together again: Shamir's scheme as SLIP-39 writes it.

A share is 33 words, the same that other programs and devices read and write. In them are a number
that all shares of one split have in common, the share's own number, how many it takes, and a
checksum that finds any three mistaken words. The shares hold a digest of the secret as well, so
that shares which do not belong together are found out.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from shamir_mnemonic import MnemonicError, Share, combine_mnemonics, generate_mnemonics
from shamir_mnemonic.wordlist import WORD_INDEX_MAP

SHARES_MAX: Final = 16
"""More cannot be numbered in SLIP-39."""

THRESHOLD_MIN: Final = 2
"""One share that is enough is a copy of the key, not a share."""

WORDS: Final = 33
"""Of a share of 32 bytes."""


class SharesError(Exception):
    """The shares cannot be made or put together. The message says why, and holds no word of any."""


@dataclass(frozen=True, slots=True)
class KeyShare:
    """One share, by what its words say."""

    split: int
    """What all shares of one split have in common."""
    number: int
    """From 1."""
    threshold: int
    """How many it takes."""
    words: tuple[str, ...] = field(repr=False)


def split(secret: bytes, *, shares: int, threshold: int) -> list[KeyShare]:
    """Return shares of a secret of 32 bytes, each of which was tried in putting it together.

    Raises:
        SharesError: there may not be so many, or it may not take so few.
    """
    if not THRESHOLD_MIN <= threshold <= shares <= SHARES_MAX:
        raise SharesError(
            f"{threshold} of {shares} cannot be: it takes from {THRESHOLD_MIN} shares to all of "
            f"them, and there are at most {SHARES_MAX}"
        )
    texts = generate_mnemonics(1, [(threshold, shares)], secret, iteration_exponent=0)[0]
    made = [read(text.split()) for text in texts]
    for first in range(shares):
        chosen = [made[(first + step) % shares] for step in range(threshold)]
        if combine(chosen) != secret:
            raise SharesError(
                "the shares that were made do not bring the key back: do not use them"
            )
    return made


def read(words: Sequence[str]) -> KeyShare:
    """Return the share that these words are.

    Raises:
        SharesError: they are none. The message gives the place of a wrong word, never the word.
    """
    lower = [word.lower() for word in words]
    for place, word in enumerate(lower, 1):
        if word not in WORD_INDEX_MAP:
            raise SharesError(f"its word {place} is not one that shares are written in")
    if len(lower) != WORDS:
        raise SharesError(f"it has {len(lower)} words, and a share has {WORDS}")
    try:
        share = Share.from_mnemonic(" ".join(lower))
    except MnemonicError as error:
        raise SharesError(
            "its checksum is wrong: a word was mistaken, or two changed places"
        ) from error
    if (share.group_threshold, share.group_count) != (1, 1):
        raise SharesError("it is a share of a group of groups, which this program does not make")
    return KeyShare(share.identifier, share.index + 1, share.member_threshold, tuple(lower))


def combine(shares: Sequence[KeyShare]) -> bytes:
    """Return the secret. Shares beyond those that it takes must fit as well.

    Raises:
        SharesError: there are too few, one is there twice, or they do not belong together.
    """
    if not shares:
        raise SharesError("no share was given")
    first = shares[0]
    seen: set[int] = set()
    for share in shares:
        if (share.split, share.threshold) != (first.split, first.threshold):
            raise SharesError(
                f"the shares {first.number} and {share.number} are of two different splits"
            )
        if share.number in seen:
            raise SharesError(f"the share {share.number} is there twice")
        seen.add(share.number)
    if len(shares) < first.threshold:
        raise SharesError(f"it takes {first.threshold} shares, and {len(shares)} were given")
    enough = list(shares[: first.threshold])
    secret = _secret(enough)
    for further in shares[first.threshold :]:
        if _secret([*enough[1:], further]) != secret:
            raise SharesError(f"the share {further.number} does not fit the others")
    return secret


def _secret(shares: Sequence[KeyShare]) -> bytes:
    try:
        return combine_mnemonics(" ".join(each.words) for each in shares)
    except MnemonicError as error:
        raise SharesError("the shares do not fit together: one of them is wrong") from error
