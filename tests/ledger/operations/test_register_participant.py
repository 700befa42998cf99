"""Registration of institutions and of custodians' clients."""

import pytest

from amanat.ledger.governance.participants import Participant, ParticipantKey, Role, changed
from amanat.ledger.operations import OpenAccount, RegisterParticipant, Transfer
from amanat.ledger.rejections import DoorCode, RejectionCode
from amanat.ledger.state import KEYS, PARTICIPANTS
from tests.ledger.desk import Desk, desk_with_market
from tests.ledger.world import RUPEE, account, holder, participant, public_key

SMALL_ORDER = b"\x01" + bytes(31)


@pytest.fixture
def desk() -> Desk:
    return desk_with_market()


def _with_keys(keys: tuple[bytes, ...], threshold: int) -> Participant:
    held = tuple(ParticipantKey(key, 1, None) for key in keys)
    return changed(participant("delta", Role.HOLDER), keys=held, threshold=threshold)


def with_keys(*keys: bytes, threshold: int = 1) -> RegisterParticipant:
    return RegisterParticipant(_with_keys(keys, threshold))


def test_a_custodian_registers_its_client(desk: Desk) -> None:
    (event,) = desk.do("custodian-b", holder("delta"))
    assert desk.state.get(PARTICIPANTS, "delta") == participant("delta", Role.HOLDER)
    assert desk.state.get(KEYS, public_key("delta")) == "delta"
    assert (event.name, event.fields) == ("participant-registered", {"participant": "delta"})


def test_a_new_participants_key_signs_from_the_next_transaction_on(desk: Desk) -> None:
    before = desk.writer.sign(["delta"], Transfer("delta", "alpha", RUPEE, 1))
    assert desk.door(before) == DoorCode.UNKNOWN_KEY
    desk.do("custodian-a", holder("delta"), account("delta", "delta", "custodian-a"))
    desk.do("alpha", Transfer("alpha", "delta", RUPEE, 5))
    desk.do("delta", Transfer("delta", "alpha", RUPEE, 1))
    assert desk.held("delta", RUPEE) == 4


def test_an_institution_is_registered_under_dual_control(desk: Desk) -> None:
    exchange = RegisterParticipant(participant("exchange", Role.CUSTODIAN, Role.DISTRIBUTOR))
    assert desk.refused("mof", exchange) == (
        RejectionCode.MISSING_APPROVAL,
        {"act": "register-participant", "role": "central_bank", "have": 0, "need": 1},
    )
    assert desk.refused("sbp", exchange)[0] == RejectionCode.MISSING_APPROVAL
    desk.do("mof, sbp", exchange)
    desk.do("exchange", holder("customer"))


@pytest.mark.parametrize("roles", [(Role.CUSTODIAN,), (Role.CUSTODIAN, Role.HOLDER), ()])
def test_a_custodian_registers_nothing_but_holders(desk: Desk, roles: tuple[Role, ...]) -> None:
    code, figures = desk.refused("custodian-a", RegisterParticipant(participant("delta", *roles)))
    assert (code, figures["act"]) == (RejectionCode.MISSING_APPROVAL, "register-participant")


@pytest.mark.parametrize("signer", ["mof", "sbp", "alpha"])
def test_only_custodians_register_holders(desk: Desk, signer: str) -> None:
    assert desk.refused(signer, holder("delta")) == (
        RejectionCode.MISSING_APPROVAL,
        {"act": "register-participant/holder", "role": "custodian", "have": 0, "need": 1},
    )


def test_a_name_is_registered_once(desk: Desk) -> None:
    again = Participant.simple("alpha", "", (Role.HOLDER,), public_key("another"))
    assert desk.refused("custodian-b", RegisterParticipant(again)) == (
        RejectionCode.ALREADY_EXISTS,
        {"participant": "alpha"},
    )


def test_a_key_belongs_to_one_participant(desk: Desk) -> None:
    keys = sorted([public_key("unused"), public_key("alpha")])
    assert desk.refused("custodian-b", with_keys(*keys)) == (
        RejectionCode.INVALID_KEYS,
        {"key": public_key("alpha").hex(), "owner": "alpha"},
    )
    assert desk.state.get(KEYS, public_key("unused")) is None


@pytest.mark.parametrize(
    ("operation", "problem"),
    [
        (with_keys(SMALL_ORDER), "a key is not a valid Ed25519 point"),
        (with_keys(b"\xff" * 32), "a key is not a valid Ed25519 point"),
        (with_keys(public_key("a"), public_key("a")), "keys must be sorted, each once"),
        (
            with_keys(*sorted([public_key("a"), public_key("b")], reverse=True)),
            "keys must be sorted, each once",
        ),
        (
            with_keys(public_key("a"), threshold=2),
            "threshold 2 exceeds 1, the weight of keys without end",
        ),
    ],
)
def test_keys_that_cannot_serve_are_rejected(
    desk: Desk, operation: RegisterParticipant, problem: str
) -> None:
    assert desk.refused("custodian-a", operation) == (
        RejectionCode.INVALID_PARTICIPANT,
        {"problem": problem},
    )


def test_registration_and_account_come_together_or_not_at_all(desk: Desk) -> None:
    taken: OpenAccount = account("alpha", "delta", "custodian-a")
    desk.refused("custodian-a", holder("delta"), taken)
    assert desk.state.get(PARTICIPANTS, "delta") is None
    assert desk.state.get(KEYS, public_key("delta")) is None


def test_the_sentence_says_who_is_registered_as_what(desk: Desk) -> None:
    assert with_keys(public_key("one")).sentence(desk.state).endswith(", with 1 key")
    assert (
        with_keys(*sorted((public_key("one"), public_key("two"))))
        .sentence(desk.state)
        .endswith(", with 2 keys")
    )
