"""A payment is shared out in proportion, and to its last unit."""

import pytest

from amanat.ledger.holdings.proceeds import Proceeds


@pytest.mark.parametrize(
    ("paid", "shares"),
    [
        (150, [100, 50]),
        (300, [200, 100]),
        (15, [10, 5]),
        (100, [67, 33]),
        (1, [1, 0]),
        (151, [101, 50]),
        (2**63 - 1, [6148914691236517205, 3074457345618258602]),
    ],
)
def test_shares_of_a_hundred_units_and_of_fifty(paid: int, shares: list[int]) -> None:
    proceeds = Proceeds("PKR", paid, 150, ())
    assert [proceeds.share_of(100), proceeds.share_of(50)] == shares
    assert sum(shares) == paid


def test_whoever_comes_first_gets_the_fraction_and_the_last_one_lacks_it() -> None:
    """30 of 100 units that someone has a claim on are owed 3.3 of 11."""
    proceeds = Proceeds("PKR", 11, 100, ())
    assert (proceeds.share_of(30), proceeds.share_of(70)) == (4, 7)


@pytest.mark.parametrize("paid", [1, 7, 99, 100, 101, 12_345])
def test_no_share_is_off_by_a_whole_unit(paid: int) -> None:
    proceeds, units = Proceeds("PKR", paid, 100, ()), [1] * 13 + [7] * 12 + [3]
    shares = [proceeds.share_of(each) for each in units]
    assert sum(shares) == paid
    for share, each in zip(shares, units, strict=True):
        assert abs(share * 100 - each * paid) < 100
