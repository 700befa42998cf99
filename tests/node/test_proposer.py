"""When a leader makes a block, and what goes into it."""

import pytest

from amanat.consensus.core import Status
from amanat.consensus.interface import Propose
from amanat.consensus.raft import Role
from amanat.consensus.statements import BlockId, LeaderCertificate
from amanat.ledger.blocks import Block
from amanat.ledger.encoding import decode
from amanat.ledger.operations import Transfer
from amanat.node.application import LedgerApplication
from amanat.node.pool import Pool
from amanat.node.proposer import BLOCK_TRANSACTIONS, IN_FLIGHT_MAX, WORTH_A_BLOCK, Proposer
from tests.consensus.register import Disk, Register
from tests.consensus.signing import authority_set
from tests.ledger.desk import Desk, desk_with_market, limited, opened
from tests.ledger.world import RUPEE, START, NoHistory


class Seat:
    """A leader's seat: the real ledger and pool, and a driver that takes what is proposed."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.chain = desk.leader
        self.pool = Pool()
        self.time = START + 1_000_000
        self.leads = True
        self.takes = True
        self.final_height = self.chain.tip.height
        self.proposed: list[Propose] = []
        application = LedgerApplication(
            self.chain,
            states=Register(Disk(), authority_set()),
            history=NoHistory(),
            latest=lambda: self.time,
            observer=self.pool,
        )
        self.proposer = Proposer(
            "mof",
            chain=self.chain,
            application=application,
            driver=self,  # type: ignore[arg-type]  # what the proposer asks of it is here
            pool=self.pool,
            now=lambda: self.time,
        )

    @property
    def status(self) -> Status:
        tip = self.chain.tip
        last = BlockId(1, tip.height, tip.digest)
        return Status(Role.LEADER, 1, "mof", last, self.final_height, self.final_height)

    def propose(self, proposal: Propose) -> bool:
        if self.takes:
            self.proposed.append(proposal)
        return self.takes

    def submit(self, count: int = 1, valid_until: int | None = None) -> list[bytes]:
        if valid_until is not None:
            self.desk.writer.valid_until = valid_until
        made = []
        for _ in range(count):
            transaction = opened(
                self.desk.writer.sign(["alpha"], Transfer("alpha", "beta", RUPEE, 1))
            )
            self.pool.add(transaction)
            made.append(transaction.id)
        return made

    def sizes(self) -> list[int]:
        """How many transactions each proposed block holds."""
        return [len(decode(each.payload, Block).transactions) for each in self.proposed]


@pytest.fixture
def seat() -> Seat:
    return Seat(desk_with_market())


def test_what_waits_is_proposed_at_once_when_nothing_is_under_way(seat: Seat) -> None:
    (transaction,) = seat.submit()
    seat.proposer.propose()
    assert seat.sizes() == [1]
    assert seat.chain.find(transaction) == seat.chain.tip.height
    assert seat.pool.waiting == 0


def test_when_nothing_waits_there_is_no_block(seat: Seat) -> None:
    seat.proposer.propose()
    assert seat.proposed == []


def test_who_does_not_lead_proposes_nothing(seat: Seat) -> None:
    seat.submit()
    seat.leads = False
    seat.proposer.propose()
    assert seat.proposed == []


def test_while_a_block_is_under_way_what_arrives_gathers(seat: Seat) -> None:
    seat.submit()
    seat.proposer.propose()
    seat.submit(WORTH_A_BLOCK - 1)
    seat.proposer.propose()
    assert seat.sizes() == [1]
    seat.submit()
    seat.proposer.propose()
    assert seat.sizes() == [1, WORTH_A_BLOCK]


def test_only_so_many_blocks_are_under_way(seat: Seat) -> None:
    for _ in range(IN_FLIGHT_MAX + 3):
        seat.submit(WORTH_A_BLOCK)
        seat.proposer.propose()
    assert seat.sizes() == [WORTH_A_BLOCK] * IN_FLIGHT_MAX
    seat.final_height = seat.chain.tip.height
    seat.proposer.propose()
    assert len(seat.proposed) == IN_FLIGHT_MAX + 1


def test_a_block_takes_only_so_many_and_the_rest_follows(seat: Seat) -> None:
    seat.submit(BLOCK_TRANSACTIONS + 200)
    seat.proposer.propose()
    seat.proposer.propose()
    assert seat.sizes() == [BLOCK_TRANSACTIONS, 200]


def test_a_term_is_opened_by_an_empty_block_that_names_its_certificate(seat: Seat) -> None:
    seat.submit()
    certificate = LeaderCertificate(1, "mof", seat.status.last, ())
    seat.proposer.open_term(certificate)
    seat.proposer.propose()
    opening = decode(seat.proposed[0].payload, Block)
    assert opening.header.leader_certificate == certificate.digest()
    assert seat.sizes()[0] == 0


def test_a_term_whose_opening_was_not_taken_is_opened_later(seat: Seat) -> None:
    """It is not while the leader is about to hand over; then the handover fails."""
    certificate = LeaderCertificate(1, "mof", seat.status.last, ())
    seat.takes = False
    seat.proposer.open_term(certificate)
    seat.proposer.propose()
    seat.takes = True
    seat.proposer.propose()
    (opening,) = (decode(each.payload, Block) for each in seat.proposed)
    assert opening.header.leader_certificate == certificate.digest()
    seat.proposer.propose()
    assert len(seat.proposed) == 1


def test_a_term_that_is_over_is_not_opened(seat: Seat) -> None:
    seat.proposer.open_term(LeaderCertificate(0, "mof", seat.status.last, ()))
    seat.proposer.propose()
    assert seat.proposed == []


def test_what_consensus_does_not_take_leaves_the_tip_where_it_was(seat: Seat) -> None:
    (transaction,) = seat.submit()
    seat.takes = False
    height = seat.chain.tip.height
    seat.proposer.propose()
    assert seat.chain.tip.height == height
    assert seat.chain.find(transaction) is None
    assert seat.pool.waiting == 1


def test_what_may_not_be_in_a_block_is_dropped(seat: Seat) -> None:
    order = seat.desk.writer.sign(["alpha"], Transfer("alpha", "beta", RUPEE, 1))
    seat.desk.submit(order)
    seat.final_height = seat.chain.tip.height
    seat.pool.add(opened(order))
    seat.proposer.propose()
    assert seat.proposed == []
    assert len(seat.pool) == 0


def test_a_block_is_made_to_decide_that_a_transaction_has_expired(seat: Seat) -> None:
    """Nobody can say that it never will be executed before a final block's time has passed it."""
    (expired,) = seat.submit(valid_until=seat.time - 1)
    seat.proposer.propose()
    assert seat.sizes() == [0]
    assert expired in seat.pool
    assert seat.pool.expire(seat.chain.tip.time) == [expired]
    seat.final_height = seat.chain.tip.height
    seat.proposer.propose()
    assert len(seat.proposed) == 1


def test_what_is_dropped_takes_nobodys_place() -> None:
    """A block that is less than half full would say that nothing else had waited."""
    seat = Seat(desk_with_market(limited(block_transactions_max=4)))
    for _ in range(3):
        order = seat.desk.writer.sign(["alpha"], Transfer("alpha", "beta", RUPEE, 1))
        seat.desk.submit(order)
        seat.pool.add(opened(order))
    seat.final_height = seat.chain.tip.height
    seat.submit(4)
    for _ in range(3):
        seat.proposer.propose()
    assert seat.sizes() == [4]


def test_what_has_expired_takes_nobodys_place() -> None:
    seat = Seat(desk_with_market(limited(block_transactions_max=4)))
    expired = seat.submit(3, valid_until=seat.time - 1)
    seat.submit(4, valid_until=seat.time + 1)
    seat.proposer.propose()
    assert seat.sizes() == [4]
    assert seat.pool.expire(seat.chain.tip.time) == sorted(expired)
