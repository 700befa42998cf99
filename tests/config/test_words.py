"""Fingerprints in words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from amanat.config.words import WordsError, told, words_of


@pytest.mark.parametrize(
    ("entropy", "words"),
    [
        ("00" * 16, "abandon " * 11 + "about"),
        ("7f" * 16, "legal winner thank year wave sausage worth useful legal winner thank yellow"),
        ("ff" * 16, "zoo " * 11 + "wrong"),
    ],
)
def test_the_words_are_those_of_the_published_vectors(entropy: str, words: str) -> None:
    # From BIP-39's test vectors for 128 bits.
    assert words_of(bytes.fromhex(entropy)) == tuple(words.split())
    assert told(words) == tuple(words.split())


@given(st.binary(min_size=16, max_size=32))
def test_what_is_told_is_what_was_read(digest: bytes) -> None:
    words = words_of(digest)
    assert len(words) == 12
    assert told(" ".join(words)) == words
    assert told(", ".join(word[:4].upper() for word in words)) == words


def test_digests_that_differ_beyond_what_is_said_sound_the_same_and_within_it_do_not() -> None:
    assert words_of(bytes(16) + b"a") == words_of(bytes(16) + b"b")
    assert words_of(bytes(15) + b"a") != words_of(bytes(15) + b"b")


def test_what_was_misheard_is_said() -> None:
    words = words_of(bytes(range(16)))
    for wrong, reason in (
        (("rupee", *words[1:]), "word 1, 'rupee', is not on the list of words"),
        (("abandonment", *words[1:]), "word 1, 'abandonment', is not on the list"),
        (words[:-1], "there are 11 words, and a fingerprint has 12"),
        ((), "there are 0 words"),
        ((words[1], words[0], *words[2:]), "a word was misheard, or two changed places"),
    ):
        with pytest.raises(WordsError, match=reason):
            told(" ".join(wrong))
