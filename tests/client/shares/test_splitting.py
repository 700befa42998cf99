"""Splitting a secret, and putting it together."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shamir_mnemonic import MnemonicError, combine_mnemonics

from amanat.client.shares.splitting import SharesError, combine, read, split

SECRET = bytes(range(32))

PUBLISHED = [
    " ".join(words)
    for words in (
        (
            "humidity disease academic always aluminum jewelry energy woman receiver strategy",
            "amuse duckling lying evidence network walnut tactics forget hairy rebound impulse",
            "brother survive clothes stadium mailman rival ocean reward venture always armed",
            "unwrap",
        ),
        (
            "humidity disease academic agency actress jacket gross physics cylinder solution fake",
            "mortgage benefit public busy prepare sharp friar change work slow purchase ruler",
            "again tricycle involve viral wireless mixture anatomy desert cargo upgrade",
        ),
    )
]
"""From the vectors that SLIP-39 publishes: 2 shares of 256 bits, with the passphrase TREZOR."""


def refusal(shares: list[str]) -> str:
    """Return why shares, as they are written, are not put together."""
    with pytest.raises(SharesError) as refused:
        combine([read(each.split()) for each in shares])
    return str(refused.value)


def written(secret: bytes, shares: int, threshold: int) -> list[str]:
    return [" ".join(each.words) for each in split(secret, shares=shares, threshold=threshold)]


# The standard.


def test_the_published_shares_are_read_and_give_the_published_secret() -> None:
    first, second = (read(each.split()) for each in PUBLISHED)
    assert (first.number, second.number) == (3, 2)
    assert first.threshold == second.threshold == 2
    assert first.split == second.split
    secret = combine_mnemonics(PUBLISHED, b"TREZOR").hex()
    assert secret == "c938b319067687e990e05e0da0ecce1278f75ff58d9853f19dcaeed5de104aae"
    with pytest.raises(MnemonicError):
        combine_mnemonics(PUBLISHED[:1], b"TREZOR")


def test_what_is_made_here_is_read_by_the_standards_own_program() -> None:
    shares = written(SECRET, 3, 2)
    assert combine_mnemonics(shares[1:]) == SECRET


# Any k of n.


@pytest.mark.parametrize(("shares", "threshold"), [(2, 2), (3, 2), (5, 3), (4, 4)])
def test_any_that_are_enough_bring_the_secret_back(shares: int, threshold: int) -> None:
    made = split(SECRET, shares=shares, threshold=threshold)
    assert [each.number for each in made] == list(range(1, shares + 1))
    for chosen in itertools.permutations(made, threshold):
        assert combine(chosen) == SECRET
    assert combine(made) == SECRET


@given(st.binary(min_size=32, max_size=32))
def test_any_secret_is_brought_back(secret: bytes) -> None:
    assert combine(split(secret, shares=3, threshold=2)[::2]) == secret


def test_the_same_secret_is_split_otherwise_each_time() -> None:
    assert not set(written(SECRET, 3, 2)) & set(written(SECRET, 3, 2))


def test_a_share_shows_none_of_its_words() -> None:
    share = split(SECRET, shares=3, threshold=2)[0]
    assert not any(word in repr(share) for word in share.words)


@pytest.mark.parametrize(
    ("shares", "threshold"), [(5, 1), (1, 1), (2, 3), (17, 3), (0, 0), (5, 0), (-1, -1)]
)
def test_shares_that_cannot_be_are_refused(shares: int, threshold: int) -> None:
    with pytest.raises(SharesError, match=f"{threshold} of {shares} cannot be: it takes from 2"):
        split(SECRET, shares=shares, threshold=threshold)


# Shares that bring nothing back.


def test_too_few_are_refused() -> None:
    made = written(SECRET, 5, 3)
    assert refusal(made[:2]) == "it takes 3 shares, and 2 were given"
    with pytest.raises(SharesError, match="no share was given"):
        combine([])


def test_a_share_that_is_there_twice_counts_once() -> None:
    made = written(SECRET, 5, 3)
    assert refusal([made[0], made[3], made[3]]) == "the share 4 is there twice"


def test_shares_of_two_splits_are_told_apart() -> None:
    one, two = written(SECRET, 5, 3), written(SECRET, 5, 3)
    assert refusal([*one[:2], two[2]]) == "the shares 1 and 3 are of two different splits"


def test_a_mistaken_word_is_found() -> None:
    words = written(SECRET, 3, 2)[0].split()
    for place in (0, 7, 32):
        wrong = [*words]
        wrong[place] = "academic" if words[place] != "academic" else "acid"
        with pytest.raises(SharesError, match="checksum is wrong: a word was mistaken"):
            read(wrong)
    swapped = [words[1], words[0], *words[2:]]
    with pytest.raises(SharesError, match="two changed places"):
        read(swapped)


def test_what_is_no_word_of_a_share_is_named_by_its_place_alone() -> None:
    words = written(SECRET, 3, 2)[0].split()
    with pytest.raises(SharesError, match="its word 5 is not one that shares are written in"):
        read([*words[:4], "rupee", *words[5:]])
    with pytest.raises(SharesError, match="it has 32 words, and a share has 33"):
        read(words[:-1])
    assert read([word.upper() for word in words]) == read(words)


def test_a_share_that_was_made_up_to_fit_is_found_out() -> None:
    from shamir_mnemonic import Share  # noqa: PLC0415 - what an adversary would use

    one, two = split(SECRET, shares=3, threshold=2)[:2]
    share = Share.from_mnemonic(" ".join(two.words))
    forged = Share(**{**vars(share), "value": bytes(32)})
    words = forged.mnemonic().split()
    with pytest.raises(SharesError, match="do not fit together: one of them is wrong"):
        combine([one, read(words)])
    third = split(SECRET, shares=3, threshold=2)
    made_up = read(
        Share(**{**vars(Share.from_mnemonic(" ".join(third[2].words))), "value": bytes(32)})
        .mnemonic()
        .split()
    )
    with pytest.raises(SharesError, match=r"do(es)? not fit"):
        combine([third[0], third[1], made_up])
