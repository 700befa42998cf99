"""The driver: one event at a time, and its effects in the order that the core asks for."""

from collections.abc import Callable, Sequence
from itertools import repeat

import pytest

from amanat.consensus.core import Core, Restored, Status
from amanat.consensus.evidence import Evidence
from amanat.consensus.interface import (
    Effects,
    Event,
    Fault,
    Final,
    Outgoing,
    Persist,
    Persisted,
    Propose,
    ReadIndex,
    Receive,
    Tick,
)
from amanat.consensus.messages import PreVote
from amanat.consensus.raft import Identity, Role
from amanat.consensus.statements import LeaderCertificate
from amanat.ledger.authorities import AuthoritySet
from amanat.node.driver import Driver
from tests.consensus.network import TIMING
from tests.consensus.register import Disk, Register
from tests.consensus.signing import (
    CHAIN,
    GENESIS,
    LEADER,
    LOG,
    ONE,
    TWO,
    append,
    authority_set,
    block_after,
    commit_certificate,
    signer,
)

ALONE = authority_set(("mof",), (), quorum=1)


class Rig:
    """A driver, and what it does in order. `disk` writes at once; `Persisted` comes at once too."""

    def __init__(
        self, core: Core, disk: Disk | None = None, register: Register | None = None
    ) -> None:
        self.happened: list[str] = []
        self.when_elected: Callable[[], None] = lambda: None
        self.disk = disk
        self.register = register or Register(Disk(), authority_set())
        self.driver = Driver(core, send=self._send, write=self._write, listener=self)

    def _send(self, outgoing: Outgoing) -> None:
        self.happened.append(f"sent to {outgoing.to}")

    def _write(self, persist: Persist) -> None:
        self.happened.append(f"wrote {persist.sequence}")
        if self.disk is not None:
            self.disk.write(persist)
            self.driver.step(Persisted(persist.sequence))

    def elected(self, certificate: LeaderCertificate) -> None:
        self.happened.append(f"elected in {certificate.term}")
        self.when_elected()

    def certified(self) -> None:
        self.happened.append(f"certified to {self.driver.status.certified_height}")

    def final(self, final: Final) -> None:
        self.happened.append(f"final to {final.block.height}")

    def leader_changed(self, status: Status) -> None:
        assert status == self.driver.status
        self.happened.append(f"{status.leader} leads {status.term}")

    def faulty(self, fault: Fault) -> None:
        self.happened.append(f"heard that {fault.reason} ({fault.peer})")

    def proven(self, evidence: Evidence) -> None:
        self.happened.append(f"proved against {evidence.authority}")

    def readable(self, read: ReadIndex) -> None:
        self.happened.append(f"read {read.number} at {read.height}")

    def installs(self) -> None:
        self.happened.append("installs a snapshot")

    def since(self) -> list[str]:
        """Return what happened since this was last asked."""
        happened, self.happened = self.happened, []
        return happened


def rig(name: str, authorities: AuthoritySet | None = None, *, writes: bool = True) -> Rig:
    """Return a driver with a real core; without `writes` its disk never finishes anything."""
    disk = Disk()
    register = Register(disk, authorities or authority_set())
    core = Core(
        Identity(CHAIN, name, signer(name)),
        disk=disk,
        application=register,
        restored=Restored(disk.promise, disk.last, None),
        timing=TIMING,
        jitter=repeat(0),
    )
    return Rig(core, disk if writes else None, register)


def miss_the_leader(driver: Driver) -> None:
    """Let so much time pass that the node stands for election."""
    before = driver.ticks
    for _ in range(TIMING.election):
        driver.tick()
    assert driver.ticks == before + TIMING.election


def proposal(made: Rig, payload: bytes = b"a block") -> Propose:
    """Return a proposal of a block that is the application's tip already."""
    last = made.driver.status.last
    block = block_after(last, made.driver.status.term, payload)
    made.register.append(block, payload)
    return Propose(block.height, last.digest, block.digest, payload)


class Scripted(Core):
    """A core that asks for what the test wants, and is in the state that the test gives."""

    def __init__(self, steps: Sequence[Effects], states: Sequence[Status]) -> None:
        self._steps = list(steps)
        self._states = list(states)
        self.taken: list[Event] = []

    def step(self, event: Event) -> Effects:
        self.taken.append(event)
        self._states.pop(0)
        return self._steps.pop(0)

    @property
    def status(self) -> Status:
        return self._states[0]


FOLLOWING = Status(Role.FOLLOWER, 1, "sbp", GENESIS, 0, 0)
LEADING = Status(Role.LEADER, 2, "mof", GENESIS, 0, 1)
EVERYTHING = Effects(
    messages=(Outgoing("sbp", PreVote(1, GENESIS)), Outgoing("cdc", PreVote(1, GENESIS))),
    persist=Persist(1, None, None, tuple(LOG[:1])),
    final=Final(ONE, commit_certificate(ONE)),
    elected=LEADER,
    reads=(ReadIndex(7, 1),),
    faults=(Fault("cdc", "it lies"),),
)


# The order of effects.


def test_all_that_one_step_may_ask_for_is_done_in_order() -> None:
    made = Rig(Scripted([EVERYTHING], [FOLLOWING, LEADING]))
    made.driver.step(Tick())
    assert made.since() == [
        "sent to sbp",
        "sent to cdc",
        "wrote 1",
        "heard that it lies (cdc)",
        "final to 1",
        "elected in 1",
        "read 7 at 1",
        "certified to 1",
        "mof leads 2",
    ]


def test_entries_are_given_to_the_disk_before_they_are_told_to_be_final() -> None:
    made = rig("cdc", writes=False)
    made.driver.step(Receive("mof", append(LEADER, GENESIS, LOG[:2], commit_certificate(ONE))))
    assert made.since() == ["wrote 1", "final to 1", "certified to 1", "mof leads 1"]


def test_what_waits_for_the_disk_is_sent_once_the_disk_has_it() -> None:
    made = rig("cdc", writes=False)
    made.driver.step(Receive("mof", append(LEADER, GENESIS, LOG[:2])))
    assert made.since() == ["wrote 1", "mof leads 1"]
    made.driver.step(Persisted(1))
    assert made.since() == ["sent to mof"]


def test_what_a_peer_did_wrong_is_told_and_harms_nobody() -> None:
    made = rig("cdc")
    made.driver.step(Receive("stranger", append(LEADER, GENESIS)))
    made.driver.step(Receive("sbp", append(LEADER, GENESIS)))
    assert made.since() == [
        "heard that it takes no part in this network (stranger)",
        "heard that the leader certificate is not for this leader and term (sbp)",
    ]
    made.driver.step(Receive("mof", append(LEADER, GENESIS, LOG[:1])))
    assert made.driver.status.last == ONE


# One event at a time.


def test_an_event_that_comes_while_another_is_handled_waits_for_its_end() -> None:
    made = rig("mof", ALONE)
    miss_the_leader(made.driver)
    # The disk answers from within the write of the vote; what that brings about comes after.
    assert made.since() == ["wrote 1", "None leads 1", "elected in 1", "mof leads 1"]


def test_events_that_come_meanwhile_are_handled_in_their_order() -> None:
    core = Scripted([Effects(elected=LEADER), Effects(), Effects()], [FOLLOWING] * 4)
    made = Rig(core)

    def two_more() -> None:
        made.driver.step(Persisted(1))
        made.driver.step(Persisted(2))
        assert core.taken == [Tick()]

    made.when_elected = two_more
    made.driver.step(Tick())
    assert core.taken == [Tick(), Persisted(1), Persisted(2)]


def test_a_proposal_while_an_event_is_handled_is_a_mistake_and_the_driver_goes_on() -> None:
    made = rig("mof", ALONE)

    def propose() -> None:
        made.driver.propose(proposal(made))

    made.when_elected = propose
    with pytest.raises(AssertionError, match="while another event was being handled"):
        miss_the_leader(made.driver)
    assert made.driver.propose(proposal(made))


# Proposals and status.


def test_a_proposal_is_stepped_at_once_and_becomes_final() -> None:
    made = rig("mof", ALONE)
    miss_the_leader(made.driver)
    made.since()
    assert made.driver.propose(proposal(made))
    assert made.since() == ["wrote 2", "final to 1", "certified to 1"]
    assert made.driver.propose(proposal(made))
    assert made.since() == ["wrote 3", "final to 2", "certified to 2"]


def test_a_proposal_of_a_node_that_does_not_lead_is_not_taken() -> None:
    made = rig("mof", ALONE)
    assert not made.driver.propose(proposal(made))
    assert made.since() == []
    assert made.driver.status.last == GENESIS


def test_a_proposal_on_another_tip_is_not_taken() -> None:
    made = rig("mof", ALONE)
    miss_the_leader(made.driver)
    made.since()
    late = proposal(made)
    assert made.driver.propose(late)
    made.since()
    assert not made.driver.propose(late)
    assert made.since() == []


def test_a_node_leads_once_the_block_that_opens_its_term_is_in_its_log() -> None:
    made = rig("mof", ALONE)
    led_when_elected: list[bool] = []
    made.when_elected = lambda: led_when_elected.append(made.driver.leads)
    assert not made.driver.leads
    miss_the_leader(made.driver)
    assert made.driver.status.role is Role.LEADER
    assert led_when_elected == [False]
    made.driver.propose(proposal(made))
    assert made.driver.leads


def test_effects_see_the_status_that_they_come_from() -> None:
    made = rig("mof", ALONE)
    seen: list[Status] = []
    made.when_elected = lambda: seen.append(made.driver.status)
    miss_the_leader(made.driver)
    assert [(status.role, status.leader) for status in seen] == [(Role.LEADER, "mof")]


def test_a_change_of_leader_is_told_once() -> None:
    made = rig("cdc")
    for _ in range(3):
        made.driver.step(Receive("mof", append(LEADER, GENESIS)))
    assert [each for each in made.since() if "leads" in each] == ["mof leads 1"]
    made.driver.step(Receive("mof", append(LEADER, GENESIS, LOG[:2], commit_certificate(TWO))))
    assert [each for each in made.since() if "leads" in each] == []
    miss_the_leader(made.driver)
    assert [each for each in made.since() if "leads" in each] == ["None leads 1"]
