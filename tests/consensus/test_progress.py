"""A leader's view of one follower: probing, streaming, and what it makes of late answers."""

from hypothesis import given
from hypothesis import strategies as st

from amanat.consensus.progress import IN_FLIGHT_MAX, Progress, Stage


def streaming_from(height: int) -> Progress:
    progress = Progress(next_height=height)
    progress.matched(height - 1)
    return progress


def test_a_new_follower_is_probed_one_message_at_a_time() -> None:
    progress = Progress(next_height=8)
    assert progress.may_send
    progress.sent(12)
    assert not progress.may_send
    assert progress.next_height == 8


def test_an_answer_to_the_probe_starts_the_stream() -> None:
    progress = Progress(next_height=8)
    progress.sent(12)
    progress.matched(12)
    assert progress.stage is Stage.REPLICATE
    assert progress.may_send
    assert (progress.match_height, progress.next_height) == (12, 13)


def test_an_answer_from_below_the_probe_is_late_and_starts_nothing() -> None:
    progress = Progress(next_height=8)
    progress.sent(12)
    progress.matched(3)
    assert progress.stage is Stage.PROBE
    assert progress.match_height == 3


def test_a_stream_sends_ahead_of_the_answers_up_to_a_bound() -> None:
    progress = streaming_from(1)
    for height in range(1, IN_FLIGHT_MAX + 1):
        assert progress.may_send
        progress.sent(height)
    assert not progress.may_send
    assert progress.next_height == IN_FLIGHT_MAX + 1


def test_an_answer_frees_the_room_of_every_message_it_covers() -> None:
    progress = streaming_from(1)
    for height in range(1, IN_FLIGHT_MAX + 1):
        progress.sent(height)
    progress.matched(3)
    assert list(progress.in_flight) == list(range(4, IN_FLIGHT_MAX + 1))
    progress.matched(2)
    assert progress.match_height == 3
    assert list(progress.in_flight) == list(range(4, IN_FLIGHT_MAX + 1))


def test_a_refused_probe_backs_up_to_where_the_follower_says() -> None:
    progress = Progress(next_height=10)
    progress.sent(12)
    assert progress.refused(previous=9, retry=4)
    assert progress.next_height == 5
    assert progress.may_send


def test_a_refusal_always_backs_up_by_one_at_least() -> None:
    progress = Progress(next_height=10)
    progress.sent(12)
    assert progress.refused(previous=9, retry=9)
    assert progress.next_height == 9


def test_a_refusal_of_another_probe_than_the_last_is_late() -> None:
    progress = Progress(next_height=10)
    progress.sent(12)
    assert progress.refused(previous=9, retry=4)
    assert not progress.refused(previous=9, retry=2)
    assert progress.next_height == 5


def test_a_refusal_ends_the_stream_and_forgets_what_is_under_way() -> None:
    progress = streaming_from(5)
    progress.sent(6)
    progress.sent(8)
    assert progress.refused(previous=6, retry=4)
    assert progress.stage is Stage.PROBE
    assert not progress.in_flight
    assert progress.next_height == 5


def test_a_refusal_of_what_has_been_matched_since_is_late() -> None:
    progress = streaming_from(5)
    progress.sent(6)
    progress.sent(8)
    progress.matched(6)
    assert not progress.refused(previous=5, retry=2)
    assert progress.stage is Stage.REPLICATE


def test_a_refusal_of_the_newest_height_is_believed_even_if_it_was_matched() -> None:
    # The follower lost the end of its log with its disk, and has to be sent it again.
    progress = streaming_from(5)
    assert progress.refused(previous=4, retry=2)
    assert progress.next_height == 3
    assert progress.match_height == 2
    assert progress.stage is Stage.PROBE


def test_a_refusal_of_what_was_never_sent_is_ignored() -> None:
    progress = streaming_from(5)
    progress.sent(6)
    assert not progress.refused(previous=1_000, retry=999)
    assert progress.next_height == 7


def test_genesis_cannot_be_refused() -> None:
    progress = Progress(next_height=1)
    assert not progress.refused(previous=0, retry=0)
    assert progress.next_height == 1


answers = st.tuples(st.sampled_from(["sent", "matched", "refused"]), st.integers(0, 40))


@given(st.lists(st.tuples(answers, st.integers(0, 40)), max_size=40))
def test_no_sequence_of_answers_leads_beyond_the_log_or_before_it(
    events: list[tuple[tuple[str, int], int]],
) -> None:
    log_end = 20
    progress = Progress(next_height=log_end + 1)
    for (kind, height), retry in events:
        if kind == "matched" and height <= log_end:
            progress.matched(height)
        elif kind == "refused":
            progress.refused(height, retry)
        elif progress.may_send and progress.next_height <= log_end:
            progress.sent(min(log_end, progress.next_height + height))
        assert 0 <= progress.match_height < progress.next_height <= log_end + 1
        assert len(progress.in_flight) <= IN_FLIGHT_MAX


def test_a_follower_that_lacks_what_is_gone_is_sent_no_entries_until_it_holds_the_base() -> None:
    progress = Progress(20)
    progress.needs_snapshot(10)
    assert progress.stage is Stage.SNAPSHOT
    assert progress.next_height == 11
    assert not progress.may_send
    progress.matched(4)
    assert not progress.may_send, "it is a late answer"
    progress.matched(10)
    assert progress.may_send


def test_each_refusal_of_the_base_is_news_to_a_leader_that_waits_for_a_snapshot() -> None:
    progress = Progress(20)
    progress.needs_snapshot(10)
    for _ in range(3):
        assert progress.refused(10, 3)
        progress.needs_snapshot(10)
        assert progress.stage is Stage.SNAPSHOT
    assert not progress.refused(8, 3)


def test_a_base_that_moves_on_moves_what_is_asked_for() -> None:
    progress = Progress(20)
    progress.needs_snapshot(10)
    progress.needs_snapshot(15)
    assert progress.next_height == 16
    progress.matched(15)
    assert progress.stage is Stage.REPLICATE
