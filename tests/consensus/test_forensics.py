"""Two records that contradict each other always name somebody, and nobody that was honest."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from amanat.consensus.evidence import DeniedAck, DoubleAck, DoubleProposal, DoubleVote, is_proven
from amanat.consensus.forensics import Link, Record, culprits, fork_height, record_fault
from amanat.consensus.log_entry import Entry
from amanat.consensus.statements import BlockId
from tests.consensus.signing import (
    CHAIN,
    GENESIS,
    commit_certificate,
    configuration,
    entry_after,
    leader_certificate,
)

AUTHORITIES = configuration()
EVERYBODY = [member.name for member in AUTHORITIES.current.members]
QUORUMS = [
    names
    for names in (
        ("cdc", "mof", "sbp"),
        ("bank-a", "bank-b", "mof"),
        ("bank-a", "cdc", "sbp"),
        ("bank-b", "mof", "sbp"),
        ("bank-a", "bank-b", "cdc", "sbp"),
    )
    if AUTHORITIES.is_quorum(names)
]


class Writer:
    """Writes a record, elections and all."""

    def __init__(self, entries: tuple[Entry, ...] = ()) -> None:
        self.entries = list(entries)

    @property
    def last(self) -> BlockId:
        return self.entries[-1].block if self.entries else GENESIS

    def elect(self, leader: str, term: int, voters: tuple[str, ...] = QUORUMS[0]) -> "Writer":
        self.leader = leader_certificate(leader, term, self.last, voters)
        return self

    def write(self, *payloads: bytes) -> "Writer":
        for payload in payloads:
            self.entries.append(entry_after(self.last, self.leader, payload))
        return self

    def fork(self, height: int) -> "Writer":
        made = Writer(tuple(self.entries[:height]))
        if height:
            made.leader = self.leader
        return made

    def record(self, signers: tuple[str, ...] = QUORUMS[0]) -> Record:
        links = tuple(
            Link(
                block=each.block,
                parent=each.parent,
                proposer=each.proposer,
                leader_certificate=each.leader_certificate,
                parent_certificate=None,
                signature=each.signature,
                electorate=AUTHORITIES,
                certifier=AUTHORITIES,
            )
            for each in self.entries
        )
        return Record(links, commit_certificate(self.last, signers))


def named(one: Record, two: Record) -> dict[type, set[str]]:
    """Return who is proven to have done what; the order of the records makes no difference."""
    for record in (one, two):
        assert record_fault(record, CHAIN) is None
    found = culprits(one, two, CHAIN)
    assert all(is_proven(each, CHAIN, AUTHORITIES) for each in found)
    swapped = culprits(two, one, CHAIN)
    assert {(type(e), e.authority) for e in found} == {(type(e), e.authority) for e in swapped}
    kinds: dict[type, set[str]] = {}
    for each in found:
        kinds.setdefault(type(each), set()).add(each.authority)
    return kinds


def base() -> Writer:
    return Writer().elect("mof", 1).write(b"opening", b"one", b"two")


def test_records_of_which_one_continues_the_other_name_nobody() -> None:
    shorter = base()
    longer = shorter.fork(3).write(b"three").elect("sbp", 4).write(b"opening", b"four")
    assert fork_height(shorter.record(), longer.record()) is None
    assert named(shorter.record(), longer.record()) == {}


def test_a_leader_that_wrote_two_chains_is_named() -> None:
    one = base().write(b"three")
    two = one.fork(3).write(b"another three", b"four")
    assert fork_height(one.record(), two.record(QUORUMS[1])) == 4
    assert named(one.record(), two.record(QUORUMS[1])) == {DoubleProposal: {"mof"}}


def test_two_leaders_of_one_term_name_those_who_elected_both() -> None:
    one = base().elect("mof", 2, ("cdc", "mof", "sbp")).write(b"opening")
    two = one.fork(3).elect("sbp", 2, ("bank-a", "cdc", "sbp")).write(b"other opening")
    shown = (one.record(), two.record(("bank-a", "bank-b", "sbp")))
    assert named(*shown) == {DoubleVote: {"cdc", "sbp"}, DoubleAck: {"sbp"}}


def test_a_later_leader_without_a_final_block_names_those_who_denied_their_acks() -> None:
    one = base().write(b"final")
    two = one.fork(3).elect("bank-a", 2, ("bank-a", "bank-b", "mof")).write(b"opening")
    assert named(one.record(("cdc", "mof", "sbp")), two.record()) == {DeniedAck: {"mof"}}


def test_it_is_the_first_such_leader_whose_voters_are_asked() -> None:
    one = base().write(b"final")
    two = one.fork(3).elect("bank-a", 2, ("bank-a", "bank-b", "mof")).write(b"opening")
    two.elect("cdc", 3, ("cdc", "mof", "sbp")).write(b"opening", b"more")
    assert named(one.record(("cdc", "mof", "sbp")), two.record()) == {DeniedAck: {"mof"}}


def test_a_block_that_was_replaced_before_it_was_final_is_no_fork() -> None:
    """The ack of the replaced block is in nobody's record: nothing certified it."""
    chain = base().elect("sbp", 2).write(b"opening", b"three")
    shorter = base()
    assert named(shorter.record(), chain.record()) == {}


@given(data=st.data())
@settings(max_examples=200)
def test_whatever_two_quorums_certify_somebody_who_signed_both_sides_is_named(
    data: st.DataObject,
) -> None:
    """Every authority lies here; what is asked is that the proof never fails."""
    quorum = st.sampled_from(QUORUMS)

    def grow(writer: Writer, salt: bytes) -> Record:
        for number in range(data.draw(st.integers(0 if writer.entries else 1, 3))):
            if not writer.entries or data.draw(st.booleans()):
                term = writer.last.term + data.draw(st.integers(1, 2))
                writer.elect(data.draw(st.sampled_from(EVERYBODY)), term, data.draw(quorum))
                writer.write(b"opening" + salt)
            else:
                writer.write(salt + bytes([number]))
        return writer.record(data.draw(quorum))

    trunk = Writer().elect("mof", 1).write(b"opening", b"one", b"two")
    height = data.draw(st.integers(0, 3))
    one, two = grow(trunk.fork(height), b"a"), grow(trunk.fork(height), b"b")
    kinds = named(one, two)
    assert bool(kinds) == (fork_height(one, two) is not None)


def test_a_record_is_refused_for_each_thing_that_was_not_signed_so() -> None:
    good = base().elect("sbp", 2).write(b"opening", b"three").record()
    assert record_fault(good, CHAIN) is None
    links = good.links

    def fault(**changes: object) -> str:
        return str(record_fault(replace(good, **changes), CHAIN))  # type: ignore[arg-type]

    def with_link(index: int, **changes: object) -> tuple[Link, ...]:
        changed = replace(links[index], **changes)  # type: ignore[arg-type]
        return (*links[:index], changed, *links[index + 1 :])

    assert "does not follow" in fault(links=links[1:])
    assert "does not follow" in fault(links=(*links[:2], *links[3:]))
    assert "out of the order of terms" in fault(links=with_link(3, leader_certificate=None))
    election = links[3].leader_certificate
    assert election is not None
    assert "out of the order" in fault(links=with_link(4, leader_certificate=election))
    other = replace_last(links)
    assert "another election" in fault(links=with_link(3, leader_certificate=other))
    unsigned = leader_certificate("sbp", 2, links[2].block, ("cdc", "mof"))
    assert "was not elected" in fault(links=with_link(3, leader_certificate=unsigned))
    assert "term's leader" in fault(links=with_link(4, proposer="mof"))
    assert "not signed" in fault(links=with_link(4, signature=bytes(64)))
    assert "another block" in fault(links=links[:-1])
    assert "not valid" in fault(commit=commit_certificate(links[-1].block, ("cdc", "bank-a")))


def replace_last(links: tuple[Link, ...]) -> object:
    return leader_certificate("sbp", 2, links[1].block)


@pytest.mark.parametrize("names", QUORUMS)
def test_the_quorums_of_these_tests_are_quorums(names: tuple[str, ...]) -> None:
    assert AUTHORITIES.is_quorum(names)
