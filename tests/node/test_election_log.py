"""A few lines for each election, however often somebody asks."""

import structlog

from amanat.consensus.notes import Answered, Refusal
from amanat.consensus.statements import BlockId
from amanat.node.election_log import PRE_REFUSED, REFUSED, VOTED, ElectionLog

LAST = BlockId(3, 7, bytes(32))


def asked(term: int, refusal: Refusal | None, *, pre: bool) -> Answered:
    return Answered(term, "sbp", refusal, pre=pre, last=LAST)


def test_what_is_asked_in_vain_again_and_again_is_one_line() -> None:
    elections = ElectionLog()
    with structlog.testing.capture_logs() as lines:
        for _ in range(100):
            elections.noted(asked(4, Refusal.HEARS_LEADER, pre=True))
        elections.noted(asked(4, Refusal.LOG_BEHIND, pre=True))
        elections.noted(asked(5, Refusal.LOG_BEHIND, pre=True))
    assert [(line["event"], line["term"], line["refusal"]) for line in lines] == [
        (PRE_REFUSED, 4, "hears-leader"),
        (PRE_REFUSED, 4, "log-behind"),
        (PRE_REFUSED, 5, "log-behind"),
    ]


def test_votes_and_refusals_of_votes_are_each_a_line() -> None:
    elections = ElectionLog()
    with structlog.testing.capture_logs() as lines:
        elections.noted(asked(4, Refusal.VOTED, pre=False))
        elections.noted(asked(5, None, pre=False))
    assert lines == [
        {"event": REFUSED, "log_level": "info", "term": 4, "candidate": "sbp",
         "refusal": "voted", "last": LAST.height, "last_term": LAST.term},
        {"event": VOTED, "log_level": "info", "term": 5, "candidate": "sbp"},
    ]  # fmt: skip
