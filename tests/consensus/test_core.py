"""The step function as its driver sees it: starting, ticking, crashing, and who may speak."""

from itertools import repeat

import pytest
from hypothesis import given
from hypothesis import strategies as st

from amanat.consensus.core import Core, Restored, Status
from amanat.consensus.interface import Effects, Persisted, Promise, Receive, Tick
from amanat.consensus.messages import (
    Append,
    AppendRefused,
    AppendReply,
    Message,
    PreVote,
    PreVoteReply,
    RequestVote,
    VoteReply,
)
from amanat.consensus.raft import Identity, Role
from amanat.consensus.statements import BlockId
from tests.consensus.network import TIMING, Network, Node
from tests.consensus.register import Disk, Register
from tests.consensus.signing import (
    CHAIN,
    GENESIS,
    append,
    authority_set,
    commit_certificate,
    leader_certificate,
    log_of,
    signer,
)

AUTHORITIES = authority_set()
LEADER = leader_certificate("mof", 1, GENESIS)


def node(disk: Disk | None = None) -> Node:
    return Node("cdc", AUTHORITIES, disk or Disk())


# --- starting ---


def test_a_node_starts_as_a_follower_of_nobody_and_says_nothing() -> None:
    it = node()
    assert it.core.status == Status(Role.FOLLOWER, 0, None, GENESIS, 0, 0)
    assert it.tick() == []


def test_a_node_goes_on_from_what_its_disk_holds() -> None:
    log = log_of([1, 1, 2])
    disk = Disk(log, Promise(4, None, log[2].block))
    disk.commit = commit_certificate(log[1].block)
    assert node(disk).core.status == Status(Role.FOLLOWER, 4, None, log[2].block, 2, 2)


def test_what_was_final_before_a_restart_is_not_announced_again() -> None:
    network = Network()
    network.elect("mof")
    network.crash("cdc")
    network.heartbeat("mof")
    assert network["cdc"].commit_height == 1
    assert network["cdc"].finals == []


def test_every_node_can_crash_at_once_and_nothing_final_is_lost() -> None:
    network = Network()
    network.elect("mof")
    for payload in (b"two", b"three"):
        network.propose("mof", payload)
        network.settle()
    network.propose("mof", b"not synced anywhere")
    for name in network.nodes:
        network.crash(name)
    network.under_way.clear()
    network.elect("sbp")
    for it in network.nodes.values():
        assert [entry.payload for entry in it.disk.log] == [
            b"opening",
            b"two",
            b"three",
            b"opening",
        ]
        assert it.commit_height == 4


# --- who may speak ---


@pytest.mark.parametrize("sender", ["stranger", "cdc", ""])
def test_nobody_but_the_other_authorities_is_heard(sender: str) -> None:
    it = node()
    messages: list[Message] = [
        PreVote(1, GENESIS),
        PreVoteReply(9, granted=False),
        RequestVote(1, GENESIS),
        VoteReply(9, None),
        Append(1, LEADER, GENESIS, (), None),
        AppendReply(9, 0, ()),
        AppendRefused(9, 1, GENESIS),
    ]
    for message in messages:
        assert it.answers(sender, message) == []
    assert it.core.status == Status(Role.FOLLOWER, 0, None, GENESIS, 0, 0)
    assert it.faults == [(sender, "it takes no part in this network")] * len(messages)


heights = st.sampled_from([0, 1, 2, 3, 7, 2**62, 2**63 - 1])
block_ids = st.builds(BlockId, heights, heights, st.sampled_from([CHAIN, bytes(32)]))
signatures = st.sampled_from([bytes(64), signer("mof")(b""), LEADER.votes[0].signature])
entries = st.sampled_from(log_of([1, 1, 2, 3]) + log_of([2, 2]))
certificates = st.sampled_from(
    [LEADER, leader_certificate("mof", 2, GENESIS), leader_certificate("mof", 2, GENESIS, ("mof",))]
)
messages = st.one_of(
    st.builds(PreVote, heights, block_ids),
    st.builds(PreVoteReply, heights, st.booleans()),
    st.builds(RequestVote, heights, block_ids),
    st.builds(VoteReply, heights, st.none() | signatures),
    st.builds(
        Append,
        heights,
        certificates,
        block_ids | entries.map(lambda entry: entry.block),
        st.lists(entries, max_size=4).map(tuple),
        st.none() | entries.map(lambda entry: commit_certificate(entry.block)),
    ),
    st.builds(AppendReply, heights, heights, st.lists(st.tuples(block_ids, signatures)).map(tuple)),
    st.builds(AppendRefused, heights, heights, block_ids),
)


@given(st.lists(st.tuples(st.sampled_from(["mof", "sbp", "bank-a"]), messages), max_size=25))
def test_no_message_of_any_peer_stops_a_follower(received: list[tuple[str, Message]]) -> None:
    it = node()
    for sender, message in received:
        term, commit = it.term, it.commit_height
        it.answers(sender, message)
        it.tick(3)
        assert it.term >= term
        assert it.commit_height >= commit
        assert it.disk.last == it.last


@given(st.lists(st.tuples(st.sampled_from(["sbp", "cdc", "bank-a"]), messages), max_size=25))
def test_no_message_of_any_peer_stops_a_leader(received: list[tuple[str, Message]]) -> None:
    network = Network()
    network.elect("mof")
    it = network["mof"]
    for sender, message in received:
        it.answers(sender, message)
        it.tick(3)
        assert it.commit_height == 1


# --- time ---


def test_an_election_starts_after_one_to_two_timeouts_of_silence() -> None:
    for jitter in (0, 5, TIMING.election):
        core = Core(
            Identity(CHAIN, "cdc", signer("cdc")),
            disk=Disk(),
            application=Register(Disk(), AUTHORITIES),
            restored=Restored(Promise(0, None, GENESIS), GENESIS, None),
            timing=TIMING,
            jitter=repeat(jitter),
        )
        silent = [core.step(Tick()).messages for _ in range(TIMING.election + jitter)]
        assert [len(sent) for sent in silent] == [0] * (len(silent) - 1) + [4]


def test_a_leader_sends_heartbeats_and_each_one_restarts_the_wait() -> None:
    network = Network()
    network.elect("mof")
    for _ in range(10):
        network.tick("cdc", TIMING.election)
        assert len(network["mof"].tick(TIMING.heartbeat)) == 4
        network["cdc"].answers("mof", Append(1, network["mof"].elected[0], GENESIS, (), None))
    assert (network["cdc"].role, network["cdc"].leader) == (Role.FOLLOWER, "mof")


def test_a_heartbeat_carries_no_entries_to_a_follower_that_has_them_all() -> None:
    network = Network()
    network.elect("mof")
    for message in network["mof"].tick(TIMING.heartbeat):
        assert isinstance(message, Append)
        assert message.entries == ()
        assert message.previous == network["mof"].last
        assert message.certificate is not None


# --- the disk ---


def test_completions_may_be_reported_together_late_or_twice() -> None:
    it = node()
    entries = log_of([1, 1, 1])
    leader = entries[0].leader_certificate
    assert leader is not None
    for index, entry in enumerate(entries):
        previous = entries[index - 1].block if index else GENESIS
        assert it.receive("mof", append(leader, previous, [entry])) == []
    for persist in it.unsynced:
        it.disk.write(persist)
    it.step(Persisted(3))
    assert [message.match for message in it.sent() if isinstance(message, AppendReply)] == [1, 2, 3]
    for sequence in (1, 3):
        it.step(Persisted(sequence))
        assert it.sent() == []


def test_nothing_is_asked_of_the_disk_twice() -> None:
    it = node()
    it.receive("mof", Append(1, LEADER, GENESIS, (), None))
    (persist,) = it.unsynced
    assert (persist.promise, persist.entries) == (Promise(1, None, GENESIS), ())
    it.receive("mof", Append(1, LEADER, GENESIS, (), None))
    assert it.unsynced == [persist]


def test_what_is_on_disk_is_read_there_and_not_kept_in_memory() -> None:
    network = Network()
    network.elect("mof")
    it = network["mof"]
    assert len(it.core._raft.log._memory) == 0
    assert it.core._raft.acks == {}, "nor are the acks of what is final"
    it.disk.reads = 0
    it.tick(TIMING.heartbeat)
    assert it.disk.reads > 0


# --- determinism ---


def test_the_same_events_in_the_same_order_give_the_same_effects() -> None:
    def run() -> dict[str, list[Effects]]:
        network = Network()
        network.elect("mof")
        for number in range(5):
            network.propose("mof", b"%d" % number)
        network.settle()
        network.elect("sbp")
        network.step("sbp", Receive("cdc", AppendReply(1, 0, ())))
        return {name: it.history for name, it in network.nodes.items()}

    first = run()
    assert first == run()
    assert all(any(effects.persist for effects in history) for history in first.values())
