"""From a transaction to its receipt: the door, all or nothing, exactly once."""

from hashlib import sha256

import pytest

from amanat.ledger.crypto import Domain, digest
from amanat.ledger.dates import DAY_MS
from amanat.ledger.encoding import decode, encode
from amanat.ledger.executed import ExecutedDay
from amanat.ledger.governance.participants import ParticipantKey, Role
from amanat.ledger.identifiers import EMPTY_DIGEST
from amanat.ledger.operations import RotateKeys, Transfer
from amanat.ledger.receipts import Applied, Event, Receipt, Rejected
from amanat.ledger.rejections import DoorCode, DoorRefusal, RejectionCode
from amanat.ledger.state import EXECUTED, REJECTIONS
from amanat.ledger.transactions import SignedTransaction, signed_message
from tests.ledger.desk import Desk, desk_with_market, opened
from tests.ledger.world import (
    PARAMETERS,
    RUPEE,
    START,
    Writer,
    account,
    genesis,
    keys_called,
    participant,
    public_key,
)

HOUR_MS = 3_600_000
PAYMENT = Transfer("alpha", "beta", RUPEE, 1)
OVERDRAFT = Transfer("alpha", "beta", RUPEE, 2_000_000_000)


@pytest.fixture
def desk() -> Desk:
    return desk_with_market()


def door_figures(desk: Desk, envelope: bytes) -> dict[str, int | str]:
    with pytest.raises(DoorRefusal) as refused:
        desk.leader.admit(desk.leader.open(envelope), now=desk.time)
    return refused.value.figures


# The door.


def test_a_transaction_of_another_chain_is_refused(desk: Desk) -> None:
    other = Writer(bytes(32)).sign(["alpha"], PAYMENT)
    assert desk.door(other) == DoorCode.WRONG_CHAIN
    assert door_figures(desk, other)["have"] == bytes(32).hex()


def test_a_transaction_is_valid_until_its_very_time(desk: Desk) -> None:
    desk.time = START + 1_000
    desk.writer.valid_until = desk.time
    desk.do("alpha", PAYMENT)
    late = desk.writer.sign(["alpha"], PAYMENT)
    desk.time += 1
    assert desk.door(late) == DoorCode.EXPIRED
    assert door_figures(desk, late) == {"valid_until": START + 1_000, "time": START + 1_001}


def test_validity_is_bounded(desk: Desk) -> None:
    desk.time = START + 1_000
    desk.writer.valid_until = desk.time + PARAMETERS.validity_max_ms
    desk.do("alpha", PAYMENT)
    desk.time += 1_000
    desk.writer.valid_until = desk.time + PARAMETERS.validity_max_ms + 1
    too_long = desk.writer.sign(["alpha"], PAYMENT)
    assert desk.door(too_long) == DoorCode.VALID_TOO_LONG
    assert door_figures(desk, too_long)["may"] == desk.time + PARAMETERS.validity_max_ms


def test_a_clock_that_runs_behind_the_ledger_does_not_revive_the_expired(desk: Desk) -> None:
    desk.time = START + HOUR_MS
    desk.do("alpha", PAYMENT)
    desk.writer.valid_until = START + HOUR_MS - 1
    expired = desk.writer.sign(["alpha"], PAYMENT)
    with pytest.raises(DoorRefusal) as refused:
        desk.leader.admit(desk.leader.open(expired), now=START)
    assert refused.value.code == DoorCode.EXPIRED


def test_a_key_that_belongs_to_nobody_is_refused_though_others_signed_too(desk: Desk) -> None:
    envelope = desk.writer.sign(["alpha", "stranger"], PAYMENT)
    assert desk.door(envelope) == DoorCode.UNKNOWN_KEY
    assert door_figures(desk, envelope) == {"key": public_key("stranger").hex()}


def test_a_key_whose_time_is_over_is_refused_and_burns_none_of_its_owners_rejections(
    desk: Desk,
) -> None:
    """Whoever finds an old key could else have the hour's rejections of its owner used up."""
    new = ParticipantKey(public_key("alpha next"), 1, None)
    old = ParticipantKey(public_key("alpha"), 1, START + 1_000)
    both = tuple(sorted((old, new), key=lambda each: each.key))
    desk.do("alpha", RotateKeys("alpha", both, 1))
    desk.time = START + 999
    desk.do("alpha", PAYMENT)
    desk.time = START + 1_000
    envelope = desk.writer.sign(["alpha"], OVERDRAFT)
    assert desk.door(envelope) == DoorCode.KEY_ENDED
    assert door_figures(desk, envelope) == {
        "key": public_key("alpha").hex(),
        "participant": "alpha",
        "until": START + 1_000,
        "time": START + 1_000,
    }
    assert desk.door(desk.writer.sign(["alpha", "alpha next"], PAYMENT)) == DoorCode.KEY_ENDED
    assert desk.state.get(REJECTIONS, "alpha") is None


def test_a_dead_key_is_told_from_one_that_nobody_ever_had(desk: Desk) -> None:
    desk.do("alpha", RotateKeys("alpha", (ParticipantKey(public_key("alpha next"), 1, None),), 1))
    envelope = desk.writer.sign(["alpha"], PAYMENT)
    assert desk.door(envelope) == DoorCode.KEY_ENDED
    assert door_figures(desk, envelope) == {
        "key": public_key("alpha").hex(),
        "participant": "alpha",
    }


def test_an_authoritys_key_signs_no_transaction(desk: Desk) -> None:
    assert desk.door(desk.writer.sign(["authority mof"], PAYMENT)) == DoorCode.UNKNOWN_KEY


def test_a_signature_that_does_not_verify_is_refused(desk: Desk) -> None:
    signed = decode(desk.writer.sign(["alpha"], PAYMENT), SignedTransaction)
    assert desk.door(encode(SignedTransaction(signed.body, (bytes(64),)))) == DoorCode.BAD_SIGNATURE


def test_a_bad_signature_beside_a_good_one_is_refused(desk: Desk) -> None:
    signed = decode(desk.writer.sign(["alpha", "beta"], PAYMENT), SignedTransaction)
    for signatures in ((signed.signatures[0], bytes(64)), (bytes(64), signed.signatures[1])):
        envelope = encode(SignedTransaction(signed.body, signatures))
        assert desk.door(envelope) == DoorCode.BAD_SIGNATURE


def test_a_stranger_cannot_burn_an_order_by_adding_a_signature_to_it(desk: Desk) -> None:
    good = desk.writer.sign(["alpha"], PAYMENT)
    signed = decode(good, SignedTransaction)
    message = signed_message(opened(good).id)
    added = (*signed.signatures, keys_called(["beta"])[public_key("beta")](message))
    for signatures in (added, added[::-1], added[1:]):
        with pytest.raises(DoorRefusal):
            desk.submit(encode(SignedTransaction(signed.body, signatures)))
    assert isinstance(desk.submit(good).outcome, Applied)


def test_a_transaction_too_long_is_refused() -> None:
    desk = Desk()
    with pytest.raises(DoorRefusal) as refused:
        desk.leader.open(bytes(PARAMETERS.transaction_bytes_max + 1))
    assert refused.value.code == DoorCode.TOO_LARGE


def test_a_transaction_of_too_many_operations_is_refused(desk: Desk) -> None:
    many = [PAYMENT] * (PARAMETERS.operations_max + 1)
    envelope = desk.writer.sign(["alpha"], *many)
    assert desk.door(envelope) == DoorCode.TOO_MANY_OPERATIONS
    assert door_figures(desk, envelope) == {"have": 10_001, "may": 10_000}


def test_a_transaction_of_as_many_operations_as_may_be_is_executed(desk: Desk) -> None:
    events = desk.do("alpha", *[PAYMENT] * PARAMETERS.operations_max)
    assert [event.operation for event in events] == list(range(10_000))
    assert desk.held("beta", RUPEE) == 1_000_010_000


# All or nothing.


def test_the_operations_of_a_transaction_see_one_another(desk: Desk) -> None:
    desk.do(
        "alpha, beta",
        Transfer("alpha", "beta", RUPEE, 1_000_000_000),
        Transfer("beta", "gamma", RUPEE, 2_000_000_000),
    )
    assert desk.held("gamma", RUPEE) == 3_000_000_000


def test_the_operation_that_was_refused_is_named_and_undoes_the_rest(desk: Desk) -> None:
    receipt = desk.submit(desk.writer.sign(["alpha"], PAYMENT, PAYMENT, OVERDRAFT, PAYMENT))
    assert isinstance(receipt.outcome, Rejected)
    assert receipt.outcome.operation == 2
    assert receipt.outcome.figures["have"] == 1_000_000_000 - 2
    assert desk.held("alpha", RUPEE) == 1_000_000_000


def test_a_rejected_transaction_leaves_those_around_it_in_the_block_alone(desk: Desk) -> None:
    block = desk.block(
        [desk.writer.sign(["alpha"], each) for each in (PAYMENT, OVERDRAFT, PAYMENT)]
    )
    kinds = [type(receipt.outcome) for receipt in block.receipts]
    assert kinds == [Applied, Rejected, Applied]
    assert desk.held("beta", RUPEE) == 1_000_000_002


def test_a_receipt_names_the_transaction_its_bytes_and_what_it_did(desk: Desk) -> None:
    envelope = desk.writer.sign(["alpha"], PAYMENT)
    fields: dict[str, int | str] = {
        "source": "alpha",
        "target": "beta",
        "instrument": RUPEE,
        "amount": 1,
    }
    assert desk.submit(envelope) == Receipt(
        opened(envelope).id,
        sha256(envelope).digest(),
        Applied((Event(0, "transferred", fields),)),
    )


@pytest.mark.parametrize("operation", [PAYMENT, OVERDRAFT])
def test_a_receipt_survives_its_encoding(desk: Desk, operation: Transfer) -> None:
    receipt = desk.submit(desk.writer.sign(["alpha"], operation))
    assert decode(encode(receipt), Receipt) == receipt


# Exactly once.


@pytest.mark.parametrize("operation", [PAYMENT, OVERDRAFT])
def test_a_transaction_is_executed_once_whatever_became_of_it(
    desk: Desk, operation: Transfer
) -> None:
    envelope = desk.writer.sign(["alpha"], operation)
    desk.submit(envelope)
    with pytest.raises(DoorRefusal) as refused:
        desk.submit(envelope)
    assert refused.value.code == DoorCode.ALREADY_EXECUTED


def test_a_transaction_stands_in_a_block_once(desk: Desk) -> None:
    envelope = desk.writer.sign(["alpha"], PAYMENT)
    with pytest.raises(DoorRefusal) as refused:
        desk.block([envelope, envelope])
    assert refused.value.code == DoorCode.ALREADY_EXECUTED


def test_another_signature_does_not_make_a_transaction_new(desk: Desk) -> None:
    first = desk.writer.sign(["alpha"], PAYMENT)
    second = encode(SignedTransaction(encode(opened(first).body), (bytes(64),)))
    assert opened(first).id == opened(second).id
    desk.submit(first)
    with pytest.raises(DoorRefusal) as refused:
        desk.submit(second)
    assert refused.value.code == DoorCode.ALREADY_EXECUTED


def test_the_state_commits_to_every_executed_id_by_the_day_its_validity_ends(desk: Desk) -> None:
    day = START // DAY_MS + 5
    rolled, ids = EMPTY_DIGEST, []
    desk.writer.valid_until = day * DAY_MS
    for operations in ([PAYMENT], [OVERDRAFT, PAYMENT]):
        envelopes = [desk.writer.sign(["alpha"], operation) for operation in operations]
        ids += [opened(envelope).id for envelope in envelopes]
        desk.block(envelopes)
    for identifier in ids:
        rolled = digest(Domain.EXECUTED, rolled + identifier)
    assert desk.state.get(EXECUTED, day) == ExecutedDay(3, rolled)
    desk.writer.valid_until = day * DAY_MS - 1
    desk.do("alpha", PAYMENT)
    assert desk.state.get(EXECUTED, day) == ExecutedDay(3, rolled)
    before = desk.state.get(EXECUTED, day - 1)
    assert before is not None
    assert before.count == 1


# How many rejections a participant may cause.


def rejections(desk: Desk, name: str) -> tuple[int, int]:
    count = desk.state.get(REJECTIONS, name)
    assert count is not None
    return count.hour, count.count


def test_a_rejection_counts_for_each_participant_that_signed(desk: Desk) -> None:
    hour = START // HOUR_MS
    desk.refused("alpha, beta", OVERDRAFT)
    desk.refused("beta", OVERDRAFT)
    assert rejections(desk, "alpha") == (hour, 1)
    assert rejections(desk, "beta") == (hour, 2)
    assert desk.state.get(REJECTIONS, "gamma") is None


def test_a_participant_with_several_keys_is_counted_once() -> None:
    desk = Desk(genesis(participants=[participant("fund", Role.HOLDER, keys=3)]))
    desk.refused("fund, fund 2", account("fund", "fund", "fund"))
    assert rejections(desk, "fund") == (START // HOUR_MS, 1)


def test_beyond_the_limit_a_participant_is_refused_at_the_door_until_the_hour_is_over(
    desk: Desk,
) -> None:
    desk.time = START + HOUR_MS - 1_000
    most = PARAMETERS.rejections_per_hour_max
    desk.block([desk.writer.sign(["alpha"], OVERDRAFT) for _ in range(most - 1)])
    desk.do("alpha", PAYMENT)
    desk.refused("alpha", OVERDRAFT)
    payment = desk.writer.sign(["alpha", "beta"], PAYMENT)
    assert desk.door(payment) == DoorCode.TOO_MANY_REJECTIONS
    assert door_figures(desk, payment) == {"participant": "alpha", "have": most, "may": most}
    desk.do("beta", Transfer("beta", "gamma", RUPEE, 1))
    desk.time = START + HOUR_MS
    assert isinstance(desk.submit(payment).outcome, Applied)
    desk.refused("alpha", OVERDRAFT)
    assert rejections(desk, "alpha") == (START // HOUR_MS + 1, 1)


def test_the_limit_holds_within_one_block(desk: Desk) -> None:
    most = PARAMETERS.rejections_per_hour_max
    candidates = [opened(desk.writer.sign(["alpha"], OVERDRAFT)) for _ in range(most + 5)]
    built = desk.leader.build(
        term=1, proposer="mof", time=START, leader_certificate=b"", candidates=candidates
    )
    assert len(built.block.ids) == most
    assert [refusal.code for _, refusal in built.refused] == [DoorCode.TOO_MANY_REJECTIONS] * 5


def test_what_is_refused_at_the_door_counts_for_nobody(desk: Desk) -> None:
    signed = decode(desk.writer.sign(["alpha"], PAYMENT), SignedTransaction)
    desk.door(encode(SignedTransaction(signed.body, (bytes(64),))))
    assert desk.state.get(REJECTIONS, "alpha") is None


def test_a_holder_without_an_account_is_told_so(desk: Desk) -> None:
    code, _ = desk.refused("alpha", Transfer("alpha", "alpha-2", RUPEE, 1))
    assert code == RejectionCode.UNKNOWN_ACCOUNT
