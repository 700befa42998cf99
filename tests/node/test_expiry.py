"""When somebody is warned that a certificate ends."""

from datetime import timedelta

import pytest

from amanat.node.expiry import Urgency, urgency_of_own
from amanat.node.tls import LIFETIME, RENEW_AFTER


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
