"""What may leave a node only after a sync waits in the output, and nowhere else."""

from amanat.consensus.interface import Final, Promise
from amanat.consensus.messages import PreVote
from amanat.consensus.output import Output
from tests.consensus.signing import GENESIS, commit_certificate, leader_certificate, log_of

MESSAGE = PreVote(term=1, last=GENESIS)
PROMISE = Promise(term=1, vote=None, acked=None)


def test_a_step_that_asks_for_nothing_has_no_effects() -> None:
    effects = Output().finish()
    assert effects.messages == ()
    assert effects.persist is None
    assert effects.final is None
    assert effects.elected is None
    assert effects.faults == ()


def test_the_effects_of_one_step_are_not_repeated_in_the_next() -> None:
    output = Output()
    output.send("mof", MESSAGE)
    output.promise(PROMISE)
    output.fault("cdc", "it lies")
    output.final(Final(GENESIS, commit_certificate(GENESIS)))
    output.elected(leader_certificate("mof", 1, GENESIS))
    first = output.finish()
    assert (first.messages[0].to, first.messages[0].message) == ("mof", MESSAGE)
    assert first.faults[0].peer == "cdc"
    assert first.final is not None
    assert first.elected is not None
    second = output.finish()
    assert (second.messages, second.persist, second.faults) == ((), None, ())
    assert (second.final, second.elected) == (None, None)


def test_what_is_to_be_persisted_is_numbered_without_gaps() -> None:
    output = Output()
    entries = log_of([1, 1])
    assert output.next_sequence == 1
    output.truncate(7)
    output.entry(entries[0])
    output.entry(entries[1])
    persist = output.finish().persist
    assert persist is not None
    assert (persist.sequence, persist.promise, persist.truncate_above) == (1, None, 7)
    assert persist.entries == tuple(entries)
    output.finish()
    output.promise(PROMISE)
    persist = output.finish().persist
    assert persist is not None
    assert (persist.sequence, persist.promise, persist.truncate_above) == (2, PROMISE, None)


def test_a_truncation_to_genesis_is_a_truncation() -> None:
    output = Output()
    output.truncate(0)
    persist = output.finish().persist
    assert persist is not None
    assert persist.truncate_above == 0


def test_an_action_waits_for_everything_that_its_own_step_persists() -> None:
    output = Output()
    output.when_synced(lambda: output.send("mof", MESSAGE))
    output.promise(PROMISE)  # asked for after the action, in the same step
    assert output.finish().messages == ()
    output.persisted(1)
    assert len(output.finish().messages) == 1


def test_an_action_waits_for_what_earlier_steps_persist() -> None:
    output = Output()
    output.promise(PROMISE)
    output.finish()
    output.when_synced(lambda: output.send("mof", MESSAGE))
    assert output.finish().messages == ()
    output.persisted(1)
    assert len(output.finish().messages) == 1


def test_an_action_runs_at_once_when_nothing_is_outstanding() -> None:
    output = Output()
    output.when_synced(lambda: output.send("mof", MESSAGE))
    assert len(output.finish().messages) == 1


def test_actions_run_in_order_once_each_and_only_as_far_as_the_disk_has_come() -> None:
    output, ran = Output(), list[int]()
    for number in (1, 2, 3):
        output.promise(PROMISE)
        output.when_synced(lambda number=number: ran.append(number))  # type: ignore[misc]
        output.finish()
    output.persisted(2)
    output.finish()
    assert ran == [1, 2]
    output.persisted(1)  # a completion that is late changes nothing
    output.finish()
    output.persisted(3)
    output.finish()
    assert ran == [1, 2, 3]
    output.persisted(1)
    output.when_synced(lambda: ran.append(4))
    output.finish()
    assert ran == [1, 2, 3, 4]
