"""How a submission goes from each answer to the next, and how it ends."""

import base64
from hashlib import sha512
from typing import TypeVar

import pytest
from nacl import bindings

from amanat.client.asking import Nodes
from amanat.client.drafts import DraftError, opened, unsigned
from amanat.client.errors import Expired, OutcomeUnknown, Refused, Rejected
from amanat.client.exchange import (
    Answer,
    Close,
    Conversation,
    Ending,
    Heard,
    Kept,
    Open,
    Pause,
    Send,
    Silence,
    Step,
)
from amanat.client.receipts import Receipt
from amanat.client.submission import Order, Submission, resume
from amanat.ledger.encoding import encode
from amanat.ledger.operations import Transfer
from amanat.ledger.transactions import SignedTransaction, signed_message
from tests.client.an_order import CHAIN, END, ENVELOPE, ORDER, PAY, PROOFS, URLS
from tests.client.made_up import MemoryJournal
from tests.ledger.world import RUPEE, Writer, key, public_key

T = TypeVar("T")


def played(
    conversation: Conversation[T], *answers: Heard, journal: MemoryJournal | None = None
) -> tuple[object, list[Step]]:
    """Carry a conversation out with these answers to its requests; what it ended with, and did."""
    kept, told, steps = journal or MemoryJournal(), list(answers), []
    heard: Heard = None
    try:
        while True:
            step = conversation.send(heard)
            steps.append(step)
            if isinstance(step, Send):
                heard = told.pop(0)
            else:
                heard = None if isinstance(step, Pause) else kept.perform(step)
    except StopIteration as end:
        return end.value, steps
    except (Rejected, Expired, OutcomeUnknown, Refused) as raised:
        return raised, steps


def problem(status: int, code: str, *, retryable: bool = False) -> Answer:
    text = f'{{"code": "{code}", "retryable": {str(retryable).lower()}}}'
    return Answer(status, {}, text.encode())


def state(name: str) -> Answer:
    return Answer(200, {}, f'{{"id": "{ORDER.id.hex()}", "state": "{name}"}}'.encode())


RECEIPT = Answer(200, {}, f"receipt:applied:3:{ORDER.id.hex()}".encode())
AWAY = Silence("refused", sent=False)
LOST = Silence("lost", sent=True)


def submission(seconds: float = 0.0) -> Conversation[Receipt]:
    return Submission(ORDER, Nodes(URLS), PROOFS, lambda: 0.0, seconds).run()


def test_it_is_in_the_journal_before_it_is_sent_and_its_end_after() -> None:
    ended, steps = played(submission(), state("committed"), RECEIPT)
    assert isinstance(ended, Receipt)
    _, opened_first, first, second, closed = steps
    assert opened_first == Open(ORDER.id, ENVELOPE)
    assert isinstance(first, Send)
    assert isinstance(second, Send)
    assert (first.request.body, second.request.body) == (ENVELOPE, None)
    assert closed == Close(ORDER.id, Ending.RECEIPT, RECEIPT.body)


def test_an_order_is_sent_without_the_readers_name_and_its_receipt_asked_for_with_it() -> None:
    _, steps = played(submission(), state("committed"), RECEIPT)
    assert [each.request.as_reader for each in steps if isinstance(each, Send)] == [False, True]


@pytest.mark.parametrize(
    ("answers", "ends"),
    [
        pytest.param([state("committed"), RECEIPT], "Receipt", id="proved at once"),
        pytest.param(
            [state("committed"), LOST, state("committed"), RECEIPT],
            "Receipt",
            id="proved elsewhere",
        ),
        pytest.param(
            [state("committed"), Answer(200, {}, b"made up"), AWAY, AWAY],
            "OutcomeUnknown",
            id="said and not proved",
        ),
        pytest.param([AWAY, AWAY, AWAY], "OutcomeUnknown", id="nobody there"),
        pytest.param(
            [AWAY, problem(422, "unknown_key"), AWAY], "Refused", id="refused by all there"
        ),
        pytest.param(
            [LOST, problem(422, "unknown_key"), AWAY], "OutcomeUnknown", id="one may have taken it"
        ),
        pytest.param(
            [problem(422, "unknown_key"), state("committed"), RECEIPT],
            "Receipt",
            id="refused by one that lags",
        ),
        pytest.param(
            [problem(503, "busy", retryable=True), problem(422, "unknown_key"), AWAY],
            "Refused",
            id="who is busy took nothing",
        ),
        pytest.param(
            [problem(500, "internal_error", retryable=True), problem(422, "unknown_key"), AWAY],
            "OutcomeUnknown",
            id="who broke may have",
        ),
        pytest.param(
            [Answer(403, {}, b"<html>"), problem(422, "unknown_key"), AWAY],
            "OutcomeUnknown",
            id="what stands in between says nothing certain",
        ),
        pytest.param(
            [problem(422, "already_executed"), RECEIPT], "Receipt", id="already in the chain"
        ),
    ],
)
def test_how_it_ends(answers: list[Heard], ends: str) -> None:
    conversation = Submission(ORDER, Nodes(URLS), PROOFS, _later(), 8.0).run()
    assert type(played(conversation, *answers)[0]).__name__ == ends


def _later() -> "type[float]":
    """Return a clock by which one round over the nodes takes all the time there is."""
    times = iter((0.0, *(1.0,) * 5, *(9.0,) * 100))
    return lambda: next(times)  # type: ignore[return-value]


STATUS = Answer(200, {}, b'{"height": 9, "first_height": 1}')
PRUNED = Answer(200, {}, b'{"height": 9, "first_height": 2}')
OVER = problem(422, "expired")


def record(time: int) -> Answer:
    part = base64.b64encode(f"moment:9:{time}".encode()).decode()
    return Answer(200, {}, f'{{"part": "{part}"}}'.encode())


LATE = (STATUS, record(END + 1))


@pytest.mark.parametrize(
    ("answers", "ends"),
    [
        ([OVER, *LATE, OVER, STATUS, OVER, STATUS], "Expired"),
        ([state("expired"), *LATE, state("expired"), PRUNED, OVER, STATUS], "Expired"),
        ([OVER, *LATE, OVER, STATUS, AWAY], "OutcomeUnknown"),
        ([OVER, *LATE, OVER, PRUNED, OVER, STATUS], "OutcomeUnknown"),
        ([OVER, STATUS, record(END), OVER, STATUS, record(END), AWAY], "OutcomeUnknown"),
        ([OVER, STATUS, Answer(200, {}, b"{}"), AWAY, AWAY], "OutcomeUnknown"),
        ([OVER, *LATE, state("committed"), RECEIPT], "Receipt"),
    ],
    ids=[
        "two of three do not have it",
        "one saw it expire, and need not keep all blocks",
        "one of three is no majority",
        "who has forgotten what expired is no witness",
        "its time has not passed on the ledger",
        "how late it is is not proved",
        "the next has its receipt",
    ],
)
def test_how_it_ends_after_its_time(answers: list[Heard], ends: str) -> None:
    conversation = Submission(ORDER, Nodes(URLS), PROOFS, _later(), 8.0).run()
    ended, steps = played(conversation, *answers)
    assert type(ended).__name__ == ends
    sent = [each.request.path for each in steps if isinstance(each, Send) and each.request.body]
    late = LATE[1] in answers
    assert ["min_height=9" in each for each in sent] == [False, *(late for _ in sent[1:])]


def test_a_proof_that_is_not_shown_to_whoever_asks_ends_the_wait() -> None:
    hidden = (state("committed"), problem(401, "authentication_required"))
    ended, steps = played(submission(seconds=1000), *hidden * 3)
    assert isinstance(ended, OutcomeUnknown)
    assert "authentication_required" in ended.reason
    assert not any(isinstance(each, Pause) for each in steps)


def signed_anew() -> bytes:
    """Return the order with another signature that is valid, as a key may make that draws lots."""
    base = bindings.crypto_scalarmult_ed25519_base_noclamp
    reduced = bindings.crypto_core_ed25519_scalar_reduce
    message = signed_message(ORDER.id)
    secret = bytearray(sha512(bytes(key("alpha"))).digest()[:32])
    secret[0] &= 248
    secret[31] = secret[31] & 63 | 64
    lot = reduced(sha512(b"a lot").digest())
    point = base(lot)
    hashed = reduced(sha512(point + public_key("alpha") + message).digest())
    part = bindings.crypto_core_ed25519_scalar_mul(hashed, reduced(bytes(secret) + bytes(32)))
    signature = point + bindings.crypto_core_ed25519_scalar_add(lot, part)
    return encode(SignedTransaction(opened(ENVELOPE).encoded, (signature,)))


def test_the_same_body_signed_anew_is_not_sent_instead() -> None:
    sent_before = signed_anew()
    assert sent_before != ENVELOPE
    assert Order.of(sent_before, CHAIN).id == ORDER.id
    journal = MemoryJournal({ORDER.id: Kept(sent_before)})
    _, steps = played(submission(), AWAY, AWAY, AWAY, journal=journal)
    assert {each.request.body for each in steps if isinstance(each, Send)} == {sent_before}


@pytest.mark.parametrize("damaged", [b"", ENVELOPE[:-1], Writer(CHAIN, END + 1).sign(["a"], PAY)])
def test_what_is_damaged_in_the_journal_is_told_and_nothing_sent(damaged: bytes) -> None:
    journal = MemoryJournal({ORDER.id: Kept(damaged)})
    with pytest.raises(DraftError):
        played(submission(), journal=journal)


def test_an_end_in_the_journal_needs_no_network() -> None:
    for ending, content, expected in (
        (Ending.RECEIPT, RECEIPT.body, Receipt),
        (Ending.RECEIPT, RECEIPT.body.replace(b"applied", b"rejected"), Rejected),
        (Ending.EXPIRED, f"moment:9:{END + 1}".encode(), Expired),
    ):
        journal = MemoryJournal({ORDER.id: Kept(ENVELOPE, ending, content)})
        assert isinstance(played(submission(), journal=journal)[0], expected)


@pytest.mark.parametrize("ending", [Ending.RECEIPT, Ending.EXPIRED])
def test_an_end_in_the_journal_that_proves_nothing_is_asked_for_again(ending: Ending) -> None:
    journal = MemoryJournal({ORDER.id: Kept(ENVELOPE, ending, b"damaged")})
    asked = submission()
    heard: Heard = None
    step: Step | None = None
    while not isinstance(step, Send):
        step = asked.send(heard)
        heard = None if isinstance(step, Send | Pause) else journal.perform(step)
    assert step.request.body == ENVELOPE


def test_what_is_not_whole_or_of_another_network_is_not_sent() -> None:
    body = opened(ENVELOPE).body
    with pytest.raises(DraftError, match=f"lacks the signature of {public_key('alpha').hex()}"):
        Order.of(unsigned(body).envelope, CHAIN)
    with pytest.raises(DraftError, match="another chain"):
        Order.of(ENVELOPE, bytes(31) + b"\x01")
    with pytest.raises(DraftError):
        Order.of(b"garbage", CHAIN)


def test_what_lies_in_the_journal_for_another_network_is_told_and_not_sent() -> None:
    other = Writer(bytes(31) + b"\x01", END).sign(["alpha"], Transfer("a", "b", RUPEE, 5))
    journal = MemoryJournal({opened(other).id: Kept(other)})
    ended, steps = played(
        resume(Nodes(URLS), PROOFS, lambda: 0.0, 1.0),
        journal=journal,
    )
    assert isinstance(ended, list)
    (unknown,) = ended
    assert "another chain" in unknown.reason
    assert not any(isinstance(each, Send) for each in steps)
