"""Where a network starts: what a genesis document says, and what is wrong with a bad one."""

from typing import Any

import msgspec
import pytest

from amanat.ledger.authorities import Authority, AuthorityClass, AuthoritySet, QuorumRule
from amanat.ledger.configurations import Configuration
from amanat.ledger.crypto import Domain, digest
from amanat.ledger.dates import BusinessDay, date_of
from amanat.ledger.encoding import EncodingError, decode, encode
from amanat.ledger.genesis import GenesisDocument
from amanat.ledger.governance.participants import Participant, ParticipantKey, Role, Standing
from amanat.ledger.invariants import violations
from amanat.ledger.state import (
    BUSINESS_DAY,
    CALENDAR,
    CONFIGURATION,
    KEYS,
    PARAMETERS,
    PARTICIPANTS,
    POLICIES,
    VERSIONS,
)
from amanat.ledger.versions import Versions
from tests.ledger.world import NoNodes, authority_set, genesis, participant, policy, public_key

DOCUMENT = genesis()


def changed(**changes: Any) -> GenesisDocument:
    return msgspec.structs.replace(DOCUMENT, **changes)


def test_the_test_network_is_sound() -> None:
    assert DOCUMENT.problems() == []


def test_the_chain_is_the_digest_of_the_document_within_its_domain() -> None:
    assert DOCUMENT.chain_id() == digest(Domain.GENESIS, encode(DOCUMENT))


def test_the_document_survives_its_encoding() -> None:
    assert decode(encode(DOCUMENT), GenesisDocument) == DOCUMENT


@pytest.mark.parametrize(
    "change",
    [
        {"network": "other-network"},
        {"created": DOCUMENT.created + 1},
        {"authorities": authority_set(["mof", "sbp", "cdc"], quorum=3)},
        {"participants": DOCUMENT.participants[1:]},
        {"policies": DOCUMENT.policies[1:]},
        {"parameters": msgspec.structs.replace(DOCUMENT.parameters, operations_max=1)},
    ],
)
def test_any_change_of_the_document_makes_another_chain(change: dict[str, Any]) -> None:
    assert changed(**change).chain_id() != DOCUMENT.chain_id()


def test_the_first_state_holds_what_the_document_says_and_nothing_else() -> None:
    update, changes = DOCUMENT.initial_state(NoNodes())
    expected = {
        CONFIGURATION.key(): encode(Configuration.first(DOCUMENT.authorities)),
        PARAMETERS.key(): encode(DOCUMENT.parameters),
    }
    expected[VERSIONS.key()] = encode(Versions.first())
    expected[CALENDAR.key()] = encode(DOCUMENT.calendar)
    expected[BUSINESS_DAY.key()] = encode(BusinessDay(date_of(DOCUMENT.created), 1))
    for each in DOCUMENT.participants:
        expected[PARTICIPANTS.key(each.name)] = encode(each)
        for key in each.keys:
            expected[KEYS.key(key.key)] = encode(each.name)
    for each_policy in DOCUMENT.policies:
        expected[POLICIES.key(each_policy.act)] = encode(each_policy)
    indexes = (b"\xa3set", b"\xa4link")
    found = {key: value for key, value in changes.items() if not key[1:].startswith(indexes)}
    assert found == expected
    assert dict(update.tree.items()) == changes
    assert violations(update.tree.items()) == []


def test_the_first_state_is_the_same_each_time() -> None:
    roots = {DOCUMENT.initial_state(NoNodes())[0].tree.root for _ in range(2)}
    assert len(roots) == 1


def with_participant(each: Participant) -> dict[str, Any]:
    return {"participants": tuple(sorted((*DOCUMENT.participants, each), key=lambda p: p.name))}


def with_authority_key(key: bytes) -> dict[str, Any]:
    members = (Authority("mof", key, AuthorityClass.SOVEREIGN),)
    return {"authorities": AuthoritySet(members, 1, 1, QuorumRule.MAJORITY)}


def without(name: str) -> dict[str, Any]:
    return {"participants": tuple(each for each in DOCUMENT.participants if each.name != name)}


BOARD = participant("board", Role.ISSUER)

PROBLEMS: dict[str, dict[str, Any]] = {
    "participants must be sorted, each once": {"participants": DOCUMENT.participants[::-1]},
    "policies must be sorted, each once": {"policies": (DOCUMENT.policies[0],) * 2},
    "threshold 2 exceeds 1, the weight of keys without end": with_participant(
        msgspec.structs.replace(BOARD, threshold=2)
    ),
    "share a key": with_participant(
        msgspec.structs.replace(BOARD, keys=(ParticipantKey(public_key("sbp"), 1, None),)),
    ),
    "not a valid Ed25519 point": with_participant(
        msgspec.structs.replace(BOARD, keys=(ParticipantKey(bytes(32), 1, None),)),
    ),
    "the authority mof uses the key of the participant sbp": with_authority_key(public_key("sbp")),
    "mof has an invalid key": with_authority_key(bytes(32)),
    "sovereign_min must be at least 1": {
        "authorities": AuthoritySet(DOCUMENT.authorities.members, 2, 0, QuorumRule.MAJORITY)
    },
    "the role issuer must be that of an active participant": without("mof"),
    "the role central_bank must be that of an active participant": without("sbp"),
    "the role issuer must be that of an active participant, apart": {
        "participants": (participant("both", Role.CENTRAL_BANK, Role.ISSUER),)
    },
    "the role issuer must be that": {
        "participants": tuple(
            msgspec.structs.replace(each, standing=Standing.SUSPENDED)
            if each.name == "mof"
            else each
            for each in DOCUMENT.participants
        )
    },
    "two quorums of 1 of 3 need not intersect": {
        "authorities": AuthoritySet(DOCUMENT.authorities.members, 1, 1, QuorumRule.MAJORITY)
    },
}


@pytest.mark.parametrize("problem", PROBLEMS)
def test_a_document_with_a_problem_says_which(problem: str) -> None:
    found = changed(**PROBLEMS[problem]).problems()
    assert any(problem in each for each in found), found


def test_every_problem_is_listed_and_not_the_first_alone() -> None:
    document = changed(
        participants=DOCUMENT.participants[::-1],
        policies=DOCUMENT.policies[::-1],
        **with_authority_key(bytes(32)),
    )
    assert len(document.problems()) == 3


def test_an_act_may_need_several_roles() -> None:
    rule = policy("issue/cash", (Role.CENTRAL_BANK, 1), (Role.AUDITOR, 2))
    assert changed(policies=(rule,)).problems() == []


@pytest.mark.parametrize(
    ("limit", "most"),
    [
        ("transaction_bytes_max", 1024 * 1024),
        ("block_bytes_max", 4 * 1024 * 1024),
        ("block_transactions_max", 10_000),
        ("operations_max", 10_000),
    ],
)
def test_a_limit_that_would_let_a_block_outgrow_what_a_node_reads_is_no_document(
    limit: str, most: int
) -> None:
    def encoded(value: int) -> bytes:
        parameters = msgspec.structs.replace(DOCUMENT.parameters, **{limit: value})
        return encode(changed(parameters=parameters))

    assert decode(encoded(most), GenesisDocument).problems() == []
    for value in (0, most + 1):
        with pytest.raises(EncodingError):
            decode(encoded(value), GenesisDocument)
