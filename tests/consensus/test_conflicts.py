"""Conflicting logs and finality: Raft §5.3 (Figure 7) and §5.4 (Figure 8)."""

import pytest
from msgspec.structs import replace

from amanat.consensus.interface import Promise
from amanat.consensus.messages import (
    AppendRefused,
    AskFinal,
)
from amanat.consensus.raft import Role
from amanat.consensus.statements import BlockId, CommitCertificate
from tests.consensus.network import TIMING, Network, follower, leading
from tests.consensus.register import Disk
from tests.consensus.signing import (
    CUSTODIAN,
    GENESIS,
    LEADER,
    LOG,
    ONE,
    THREE,
    TWO,
    append,
    authority_set,
    blocks_of,
    commit_certificate,
    extended,
    leader_certificate,
    log_of,
    reply_of,
)

# --- what is final stays final (invariant 3) ---


def test_no_leader_however_elected_replaces_a_final_block() -> None:
    it = follower()
    it.answers("mof", append(LEADER, GENESIS, LOG, commit_certificate(TWO)))
    other = leader_certificate("sbp", 2, ONE)
    fork = extended(ONE, other, b"fork", b"fork")
    assert it.answers("sbp", append(other, ONE, fork)) == []
    assert it.answers("sbp", append(other, fork[0].block, fork[1:])) == []
    assert it.faults == [
        ("sbp", "block 2: it would replace a final block"),
        ("sbp", "it has another block at 2, which is final"),
    ]
    assert it.last == THREE


def test_a_leader_of_another_chain_finds_nothing_to_agree_on() -> None:
    it = follower()
    it.answers("mof", append(LEADER, BlockId(0, 0, bytes(32))))
    assert it.faults == [("mof", "it has another block at 0, which is final")]


@pytest.mark.parametrize(
    "forged",
    [
        commit_certificate(TWO, ("mof", "sbp")),
        commit_certificate(TWO, CUSTODIAN),
        replace(commit_certificate(ONE), block=TWO),
        CommitCertificate(ONE, TWO, LEADER.votes),
    ],
)
def test_finality_is_a_sovereign_quorum_of_acks_and_not_the_leaders_word(
    forged: CommitCertificate,
) -> None:
    it = follower()
    it.answers("mof", append(LEADER, GENESIS, LOG, forged))
    assert (it.commit_height, it.finals) == (0, [])
    assert it.faults == [("mof", "the commit certificate of block 2 is not valid")]


def test_a_certificate_for_what_a_follower_does_not_hold_makes_nothing_final_there() -> None:
    # etcd and CCF: the commit index may be ahead of what this message vouches for.
    it = follower(log=log_of([1, 1, 1]))
    leader = leader_certificate("sbp", 2, ONE)
    other = extended(ONE, leader, b"opening", b"third")
    it.answers("sbp", append(leader, GENESIS, [], commit_certificate(other[1].block)))
    assert (it.commit_height, it.faults) == (0, [])
    it.answers("sbp", append(leader, GENESIS, [], commit_certificate(THREE)))
    assert it.commit_height == 0


def test_finality_does_not_go_back_with_a_late_certificate() -> None:
    it = follower()
    it.answers("mof", append(LEADER, GENESIS, LOG, commit_certificate(THREE)))
    it.answers("mof", append(LEADER, THREE, [], commit_certificate(ONE)))
    assert (it.commit_height, len(it.finals)) == (3, 1)


# --- Raft Figure 8: blocks of earlier terms are not final by counting ---


def figure_8() -> tuple[Network, BlockId, BlockId]:
    """(a) to (c): mof's old block is on a majority at last, while bank-a holds a newer one."""
    network = leading("mof")
    network.cut = {"cdc", "sbp", "bank-a"}
    old = network.propose("mof", b"old")  # (a) on mof and bank-b alone
    network.settle()
    network.cut = {"mof", "bank-b"}
    network.elect("bank-a", None)  # (b) bank-a leads term 2 with another block at this height
    network.cut = set(network.nodes) - {"bank-a"}
    newer = network.propose("bank-a", b"newer")
    network.settle()
    network.cut = {"bank-a", "sbp"}
    network.elect("mof", None)  # (c) mof leads again and brings its old block to a majority
    network.heartbeat("mof")
    network.heartbeat("mof")
    assert {network[name].last for name in ("mof", "bank-b", "cdc")} == {old}
    return network, old, newer


def test_an_older_block_on_a_majority_is_not_final_and_may_still_be_replaced() -> None:
    network, _, newer = figure_8()
    assert {it.commit_height for it in network.nodes.values()} == {1}
    network.cut = {"mof", "bank-b"}
    network.elect("bank-a")  # (d)
    assert network["cdc"].disk.log[1].block == newer
    assert network["cdc"].commit_height == 3
    assert network["cdc"].faults == []


def test_once_a_block_of_this_term_is_certified_the_older_one_is_final_with_it() -> None:
    network, old, _ = figure_8()
    network.propose("mof", b"opening")
    network.settle()  # (e)
    assert network["cdc"].disk.log[1].block == old
    assert {network[name].commit_height for name in ("mof", "bank-b", "cdc")} == {3}
    network.cut = {"mof", "bank-b"}
    for _ in range(2):
        network.stand("bank-a")
        network.settle(lambda letter: not isinstance(letter.message, AskFinal))
    assert network["bank-a"].role is not Role.LEADER, "its log lacks a final block"
    for _ in range(2):
        network.stand("bank-a")
        network.settle()
    assert network["bank-a"].disk.log[1].block == old, "it has asked for what is final"
    assert network["bank-a"].commit_height >= 3


def test_an_ack_for_an_older_terms_block_is_a_fault_and_does_not_count() -> None:
    log = log_of([1, 1])
    network = Network(disks={name: Disk(log) for name in ("mof", "sbp", "cdc")})
    network.elect("mof", None)
    leader = network["mof"]
    for name in ("sbp", "cdc", "bank-a"):
        leader.receive(name, reply_of(name, 2, log[1].block))
    assert leader.commit_height == 0
    assert len(leader.faults) == 3


# --- conflict and back-up (Raft §5.3, Figure 7) ---

FIGURE_7 = {
    "leader": [1, 1, 1, 4, 4, 5, 5, 6, 6, 6],
    "a": [1, 1, 1, 4, 4, 5, 5, 6, 6],
    "b": [1, 1, 1, 4],
    "c": [1, 1, 1, 4, 4, 5, 5, 6, 6, 6, 6],
    "d": [1, 1, 1, 4, 4, 5, 5, 6, 6, 6, 7, 7],
    "e": [1, 1, 1, 4, 4, 4, 4],
    "f": [1, 1, 1, 2, 2, 2, 3, 3, 3, 3, 3],
}


def test_the_leader_of_figure_7_brings_every_follower_to_its_log() -> None:
    voters = ("a", "b", "c", "leader")
    logs = {name: log_of(terms, "leader", voters) for name, terms in FIGURE_7.items()}
    disks = {name: Disk(log, Promise(7, None, log[-1].block)) for name, log in logs.items()}
    authorities = authority_set(("leader",), tuple("abcdef"), quorum=4)
    network = Network(authorities, disks)
    network.elect("leader")
    network.heartbeat("leader")
    expected = [*logs["leader"], network["leader"].disk.log[10]]
    for it in network.nodes.values():
        assert it.disk.log == expected
        assert it.application.blocks == blocks_of(expected)
        assert it.commit_height == 11
        assert it.faults == []


@pytest.mark.parametrize(
    ("leaders", "followers", "refusals"),
    [
        ([1] * 5 + [5] * 40, [1] * 5 + [2] * 50, 2),  # the follower's many entries of one term
        ([1] * 5 + [2] * 50 + [5], [1] * 5 + [3] * 50, 2),
        ([1] * 5 + [2] * 9 + [4] * 9 + [6] * 9, [1] * 5 + [3] * 9 + [5] * 9, 4),
        ([1] * 60, [1] * 5, 1),  # a follower that is merely behind
    ],
)
def test_backing_up_takes_a_message_per_term_and_not_per_entry(
    leaders: list[int], followers: list[int], refusals: int
) -> None:
    disks = {"mof": Disk(log_of(leaders)), "sbp": Disk(log_of(followers))}
    network = Network(authority_set(("mof", "sbp"), ("cdc",), quorum=2), disks)
    network.cut = {"cdc"}
    network.stand("mof")
    network.settle()
    network.propose("mof")
    network.settle()
    assert network["sbp"].disk.log == network["mof"].disk.log
    assert (
        sum(isinstance(letter.message, AppendRefused) for letter in network.delivered) <= refusals
    )


def test_a_block_that_a_later_leader_replaced_no_longer_binds_who_acked_it() -> None:
    # cdc acks a block of mof that never becomes final. A later leader replaces it with an older
    # one and goes down before its own term's block gets far. A quorum is up, and needs cdc.
    network = leading("mof")
    network.cut = {"mof", "cdc"}
    network.elect("bank-a", None)
    network.cut = {"mof", "cdc", "bank-b"}
    kept = network.propose("bank-a", b"kept")
    network.settle()
    network.cut = {"bank-a", "sbp"}
    network.elect("mof", None)
    network.cut = {"bank-a", "sbp", "bank-b"}
    in_vain = network.propose("mof", b"in vain")
    network.settle()
    assert network["cdc"].disk.promise.acked == in_vain
    network.cut = {"mof", "cdc"}
    network.elect("bank-a", None)
    network.cut = {"mof"}
    network.heartbeat("bank-a")
    assert network["cdc"].last == kept
    network.cut = {"mof", "bank-a"}
    network.crash("cdc")
    network.elect("sbp")
    assert {network[name].commit_height for name in ("cdc", "sbp", "bank-b")} == {3}
    assert {reason for it in network.nodes.values() for reason in it.faults} == set()


def test_a_replaced_block_binds_on_while_nothing_proves_that_it_was_not_final() -> None:
    # The leader was elected with a log that ends beyond the acked block, so it should hold it.
    # It lies about its log, and whoever follows it must not be made to break a promise.
    old = log_of([1, 3])
    acked = old[1].block
    it = follower(log=old, promise=Promise(3, None, acked))
    leader = leader_certificate("sbp", 4, BlockId(3, 9, bytes(32)))
    it.answers("sbp", append(leader, old[0].block, log_of([1, 2])[1:]))
    assert it.last.term == 2
    assert it.disk.promise.acked == acked
    asked = it.tick(4 * TIMING.election)
    assert {type(message) for message in asked} == {AskFinal}, "it does not stand"
