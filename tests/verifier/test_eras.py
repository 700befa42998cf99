"""Bundles across a change of the authorities: what they prove, and who counts when."""

from collections.abc import Iterator, Sequence
from itertools import combinations

import msgspec

from amanat.consensus.statements import AuthoritySignature
from amanat.ledger.authorities import QuorumRule
from amanat.ledger.receipts import Applied
from amanat.verifier import Balance, Outcome, verify
from tests.ledger.world import BILL
from tests.verifier.changing import (
    AFTER,
    BEGINNING,
    COMPLETING,
    EVERYBODY,
    JOINT,
    LAST,
    LEARNING,
    NETWORKS,
    NEW,
    OF_NEW,
    OF_OLD,
    OLD,
    STAYING,
    ChangingNetwork,
)

HELD = Balance("mof-house", BILL, 5_000_000_000)


def test_a_balance_is_proved_at_every_height_before_during_and_after_a_change(
    network: ChangingNetwork,
) -> None:
    for height in range(2, LAST):
        finding = verify(network.genesis, network.balance(height))
        assert (finding.height, finding.signers, finding.proved) == (height, STAYING, HELD)


def test_a_line_of_headers_may_lead_across_the_whole_change(network: ChangingNetwork) -> None:
    finding = verify(network.genesis, network.balance(2, AFTER, OF_NEW))
    assert (finding.height, finding.certified_height, finding.signers) == (2, AFTER, OF_NEW)


def test_the_receipts_of_the_changes_themselves_are_proved(network: ChangingNetwork) -> None:
    for height in (LEARNING, BEGINNING, AFTER):
        (receipt,) = network.block(height).receipts
        assert isinstance(receipt.outcome, Applied)
        proved = verify(network.genesis, network.receipt(height)).proved
        assert proved == Outcome(receipt.transaction.hex(), "applied", None)


def test_an_era_may_be_proved_by_a_later_block_than_the_one_that_began_it(
    network: ChangingNetwork,
) -> None:
    learning, _, completing = network.eras(AFTER)
    both = (*OF_OLD, "custodian-b")
    for began in (
        [network.era(LEARNING, BEGINNING, OF_OLD), network.era(BEGINNING, JOINT, both)],
        [network.era(LEARNING, JOINT, both), network.era(BEGINNING, JOINT, both)],
        [learning, network.era(BEGINNING, COMPLETING, (*OF_NEW, "sbp"))],
    ):
        assert network.accepts(network.with_eras([*began, completing]))
    began = network.eras(BEGINNING)
    assert network.accepts(network.with_eras([*began, network.era(COMPLETING, AFTER, OF_NEW)]))


def sets_of_names() -> Iterator[tuple[str, ...]]:
    for size in range(len(EVERYBODY) + 1):
        yield from combinations(EVERYBODY, size)


def counted(of: Sequence[str], names: Sequence[str]) -> bool:
    """Whether three of this set are there, one of them sovereign."""
    present = set(of) & set(names)
    return len(present) >= 3 and bool(present & {"mof", "sbp"})


def test_a_majority_certifies_with_exactly_those_who_decide_at_that_height() -> None:
    network = NETWORKS[QuorumRule.MAJORITY]
    deciding = {3: [OLD], 4: [OLD], 5: [OLD, NEW], 6: [NEW], 7: [NEW]}
    for height, sets in deciding.items():
        voting = {name for each in sets for name in each}
        for names in sets_of_names():
            enough = all(counted(each, names) for each in sets) and voting.issuperset(names)
            bundle = network.balance(height, names=names)
            assert network.accepts(bundle) is enough, (height, names)


def test_by_two_thirds_those_certify_who_decide_next() -> None:
    """The block that is certified is not shown: it may be the one that completes the change."""
    network = NETWORKS[QuorumRule.TWO_THIRDS]
    for height, deciding in {3: OLD, 4: OLD, 5: NEW, 6: NEW, 7: NEW}.items():
        for names in sets_of_names():
            enough = counted(deciding, names)
            bundle = network.balance(height, names=names)
            assert network.accepts(bundle) is enough, (height, names)


def test_an_era_is_proved_exactly_where_consensus_takes_its_certificate_for_proof(
    network: ChangingNetwork,
) -> None:
    known = network.configurations
    for place, since in enumerate((LEARNING, BEGINNING, COMPLETING)):
        before = network.eras(since)[:-1]
        for names in sets_of_names():
            ours = network.certificate(since, names).is_proof(network.chain_id, known[place])
            bundle = network.balance(since, eras=[*before, network.era(since, since, names)])
            assert network.accepts(bundle) is ours, (since, names)


def test_the_genuine_certificates_are_what_consensus_makes(network: ChangingNetwork) -> None:
    child = network.rule is QuorumRule.TWO_THIRDS
    for era in network.eras(AFTER):
        certified_by = network.block(era.headers[-1].height + child).configuration
        assert era.certificate.is_valid(network.chain_id, certified_by)


def test_a_removed_authority_does_not_count_once_the_change_is_complete(
    network: ChangingNetwork,
) -> None:
    assert network.accepts(network.balance(BEGINNING, names=OF_OLD))
    for height in (COMPLETING, AFTER):
        fault = network.refusal(network.balance(height, names=OF_OLD))
        assert fault.step == "certificate"
        assert fault.reason == (
            "'custodian-a' is no authority of this network"
            if network.rule is QuorumRule.MAJORITY
            else "2 signed, which is no sovereign quorum: it takes 3, 1 sovereign"
        )


def test_neither_a_learner_nor_one_that_joins_later_counts(network: ChangingNetwork) -> None:
    for height in (2, LEARNING, BEGINNING):
        assert network.refusal(network.balance(height, names=OF_NEW)).step == "certificate"


def test_by_majority_both_sets_must_certify_while_the_change_is_under_way() -> None:
    network = NETWORKS[QuorumRule.MAJORITY]
    for names in (OF_OLD, OF_NEW):
        assert network.refusal(network.balance(JOINT, names=names)).reason == (
            "3 signed, which is no sovereign quorum: it takes 3, 1 sovereign and 3, 1 sovereign"
        )
    assert network.accepts(network.balance(JOINT, names=(*OF_OLD, "custodian-b")))


def test_custodians_of_both_sets_together_prove_nothing(network: ChangingNetwork) -> None:
    custodians = ("cdc", "custodian-a", "custodian-b")
    for height in range(2, LAST):
        assert network.refusal(network.balance(height, names=custodians)).step == "certificate"
    era = network.era(LEARNING, names=custodians)
    assert network.refusal(network.with_eras([era], LEARNING)).step == "eras"


def test_a_signature_that_does_not_hold_is_refused_though_the_others_are_enough(
    network: ChangingNetwork,
) -> None:
    learning, beginning, completing = network.eras(AFTER)
    *_, last = beginning.certificate.acks
    forged = AuthoritySignature(last.authority, bytes(64))
    certified = msgspec.structs.replace(
        beginning.certificate, acks=(*beginning.certificate.acks[:-1], forged)
    )
    spoiled = msgspec.structs.replace(beginning, certificate=certified)
    fault = network.refusal(network.with_eras([learning, spoiled, completing]))
    assert (fault.step, fault.reason) == (
        "eras",
        f"the signature of {last.authority} does not hold",
    )
