"""A stolen key is dead at once: for transactions, for approvals given, for ever."""

import pytest

from amanat.ledger.authorities import Authority, AuthorityClass
from amanat.ledger.dates import DAY_MS
from amanat.ledger.governance.participants import Participant, ParticipantKey, Role
from amanat.ledger.operations import (
    Approve,
    BlockKeys,
    ChangeAuthorities,
    ExecuteProposal,
    RegisterParticipant,
    ReplaceKeys,
    RotateKeys,
    Transfer,
)
from amanat.ledger.rejections import DoorCode, RejectionCode
from amanat.ledger.state import PARTICIPANTS
from tests.ledger.desk import Desk, desk_with_market
from tests.ledger.world import (
    NOTICE,
    RUPEE,
    START,
    Writer,
    authority_set,
    genesis,
    participant,
    public_key,
)

EXPIRES = START + 20 * DAY_MS
SEND = Transfer("alpha", "beta", RUPEE, 1)
NEXT = ParticipantKey(public_key("alpha next"), 1, None)
STOLEN = "alpha 2"


@pytest.fixture
def desk() -> Desk:
    """The market, where alpha signs with two of three keys."""
    desk = desk_with_market()
    keys = participant("alpha", keys=3).keys
    desk.do("alpha", RotateKeys("alpha", keys, 2))
    return desk


def blocked(*names: str, of: str = "alpha") -> BlockKeys:
    return BlockKeys(of, tuple(sorted(public_key(name) for name in names)))


def test_the_owner_blocks_a_key_with_those_that_are_left(desk: Desk) -> None:
    (event,) = desk.do("alpha, alpha 3", blocked(STOLEN))
    assert (event.name, event.fields) == (
        "keys-blocked",
        {
            "participant": "alpha",
            "keys": public_key(STOLEN).hex(),
            "weight_left": 2,
            "threshold": 2,
        },
    )
    desk.do("alpha, alpha 3", SEND)


def test_it_is_nobodys_at_the_door(desk: Desk) -> None:
    desk.do("alpha, alpha 3", blocked(STOLEN))
    assert desk.door(desk.writer.sign(["alpha", STOLEN], SEND)) == DoorCode.KEY_ENDED


def test_the_register_says_when_it_ended(desk: Desk) -> None:
    desk.time = START + 7_000
    desk.do("alpha, alpha 3", blocked(STOLEN))
    held = desk.state.get(PARTICIPANTS, "alpha")
    assert held is not None
    ends = {each.key: each.until for each in held.keys}
    assert ends == {
        public_key("alpha"): None,
        public_key(STOLEN): START + 7_000,
        public_key("alpha 3"): None,
    }


def test_a_key_does_not_count_towards_its_own_blocking(desk: Desk) -> None:
    assert desk.refused(f"alpha, {STOLEN}", blocked(STOLEN)) == (
        RejectionCode.MISSING_APPROVAL,
        {"act": "block-keys", "role": "central_bank", "have": 0, "need": 1},
    )


def test_the_central_bank_blocks_what_the_owner_cannot(desk: Desk) -> None:
    (event,) = desk.do("sbp", blocked("alpha", STOLEN))
    assert event.fields["weight_left"] == 1
    assert desk.refused("alpha 3", SEND)[0] == RejectionCode.MISSING_SIGNATURE


@pytest.mark.parametrize("signers", ["mof", "beta", "custodian-a, custodian-b, cdc", "alpha"])
def test_nobody_else_does(desk: Desk, signers: str) -> None:
    code, figures = desk.refused(signers, blocked(STOLEN))
    assert (code, figures["act"]) == (RejectionCode.MISSING_APPROVAL, "block-keys")


def test_an_approval_that_it_gave_counts_no_more(desk: Desk) -> None:
    proposal = desk.propose(STOLEN, [SEND], EXPIRES)
    desk.do("alpha, alpha 3", blocked(STOLEN))
    (event,) = desk.do("alpha", Approve(proposal))
    assert event.name == "approval-added"
    assert desk.held("beta", RUPEE) == 1_000_000_000
    desk.do("alpha 3", Approve(proposal))
    assert desk.held("beta", RUPEE) == 1_000_000_001


def test_a_proposal_that_waits_out_its_notice_lacks_its_approval() -> None:
    desk = desk_with_market(genesis())
    desk.do("mof", RotateKeys("mof", participant("mof", keys=2).keys, 1))
    act = ReplaceKeys("alpha", (NEXT,), 1)
    proposal = desk.propose("mof 2, sbp", [act], EXPIRES)
    desk.do("mof", blocked("mof 2", of="mof"))
    desk.wait_until(START + NOTICE["replace-keys"] + 60_000)
    assert desk.refused("sbp", ExecuteProposal(proposal)) == (
        RejectionCode.MISSING_APPROVAL,
        {"act": "replace-keys", "role": "issuer", "have": 0, "need": 1},
    )


def test_nobody_has_it_ever_again(desk: Desk) -> None:
    desk.do("alpha, alpha 3", blocked(STOLEN))
    dead = {"key": public_key(STOLEN).hex(), "problem": "it is dead"}
    back = RotateKeys("alpha", participant("alpha", keys=3).keys, 2)
    assert desk.refused("alpha, alpha 3", back) == (RejectionCode.INVALID_KEYS, dead)
    thief = Participant.simple("thief", "THIEF", (Role.HOLDER,), public_key(STOLEN))
    assert desk.refused("custodian-a", RegisterParticipant(thief)) == (
        RejectionCode.INVALID_KEYS,
        dead,
    )


def test_no_authority_takes_it_for_its_own(desk: Desk) -> None:
    desk.do("alpha, alpha 3", blocked(STOLEN))
    taken = Authority("custodian-a", public_key(STOLEN), AuthorityClass.CUSTODIAN)
    founders = authority_set(["mof", "sbp", "cdc"], quorum=2).members
    code, figures = desk.refused("mof, sbp", ChangeAuthorities(founders, 2, 1, (taken,), ()))
    assert code == RejectionCode.INVALID_AUTHORITIES
    assert figures["problem"] == "custodian-a uses a dead key of the participant alpha"


def test_whoever_has_too_few_left_gets_others_after_notice(desk: Desk) -> None:
    desk.do("sbp", blocked("alpha", STOLEN, "alpha 3"))
    proposal = desk.propose("mof, sbp", [ReplaceKeys("alpha", (NEXT,), 1)], EXPIRES)
    desk.wait_until(START + NOTICE["replace-keys"] + 60_000)
    desk.do("sbp", ExecuteProposal(proposal))
    desk.do("alpha next", SEND)


def test_a_sovereign_institution_keeps_enough_to_sign(desk: Desk) -> None:
    assert desk.refused("sbp", blocked("mof", of="mof")) == (
        RejectionCode.SOVEREIGN_ROLE_EMPTY,
        {"role": "issuer", "weight_left": 0, "threshold": 1},
    )
    desk.do("mof", RotateKeys("mof", participant("mof", keys=2).keys, 1))
    desk.do("sbp", blocked("mof", of="mof"))
    assert desk.refused("sbp", blocked("mof 2", of="mof"))[0] == RejectionCode.SOVEREIGN_ROLE_EMPTY


@pytest.mark.parametrize(
    ("operation", "code", "figures"),
    [
        (
            blocked("alpha", of="nobody"),
            RejectionCode.UNKNOWN_PARTICIPANT,
            {"participant": "nobody"},
        ),
        (
            blocked("beta"),
            RejectionCode.INVALID_KEYS,
            {"key": public_key("beta").hex(), "need": "a key of alpha"},
        ),
        (
            BlockKeys("alpha", (public_key("alpha"), public_key("alpha"))),
            RejectionCode.INVALID_KEYS,
            {"problem": "keys must be sorted, each once"},
        ),
    ],
)
def test_what_could_not_be_is_refused(
    desk: Desk, operation: BlockKeys, code: RejectionCode, figures: dict[str, str]
) -> None:
    assert desk.refused("sbp", operation) == (code, figures)


def test_a_key_is_blocked_once(desk: Desk) -> None:
    desk.do("sbp", blocked(STOLEN))
    assert desk.refused("sbp", blocked(STOLEN)) == (
        RejectionCode.INVALID_KEYS,
        {"key": public_key(STOLEN).hex(), "need": "a key of alpha"},
    )


def test_the_sentence_says_that_it_is_for_ever(desk: Desk) -> None:
    assert blocked("alpha").sentence(desk.state) == (
        f"end the keys {public_key('alpha').hex()[:16]}… of alpha at once and for ever"
    )


def test_a_transaction_on_its_way_does_not_get_in(desk: Desk) -> None:
    """Signed before the key was blocked, submitted after."""
    on_its_way = Writer(desk.writer.chain_id, first=10_000).sign(["alpha", STOLEN], SEND)
    desk.do("alpha, alpha 3", blocked(STOLEN))
    assert desk.door(on_its_way) == DoorCode.KEY_ENDED
