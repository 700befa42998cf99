"""When somebody is warned that a certificate ends."""

from datetime import timedelta

import pytest

from amanat.node.expiry import Urgency, urgency_of_given, urgency_of_own
from amanat.node.tls import LIFETIME, RENEW_AFTER


@pytest.mark.parametrize(
    ("days", "urgency"),
    [
        (31, Urgency.NONE),
        (30, Urgency.NONE),
        (29, Urgency.SOON),
        (14, Urgency.SOON),
        (13, Urgency.NEAR),
        (7, Urgency.NEAR),
        (6, Urgency.NOW),
        (-1, Urgency.NOW),
    ],
)
def test_one_that_somebody_must_renew_is_told_below_30_14_and_7_days(
    days: int, urgency: Urgency
) -> None:
    assert urgency_of_given(timedelta(days=days)) is urgency


@pytest.mark.parametrize(
    ("left", "urgency"),
    [
        (LIFETIME, Urgency.NONE),
        (LIFETIME - RENEW_AFTER, Urgency.NONE),
        (LIFETIME - RENEW_AFTER - timedelta(days=1), Urgency.NONE),
        (LIFETIME - RENEW_AFTER - timedelta(days=1, seconds=1), Urgency.NEAR),
        (timedelta(hours=23), Urgency.NOW),
    ],
)
def test_a_nodes_own_is_told_only_if_it_was_not_renewed(left: timedelta, urgency: Urgency) -> None:
    assert urgency_of_own(left) is urgency
