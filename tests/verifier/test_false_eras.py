"""Every way to cheat about a change of the authorities, and how it is refused."""

from collections.abc import Callable, Sequence
from itertools import product
from typing import Any

import pytest
from msgspec.structs import replace

from amanat.consensus.statements import CommitCertificate
from amanat.ledger.authorities import QuorumRule
from amanat.ledger.blocks import BlockHeader
from amanat.ledger.configurations import Configuration
from amanat.ledger.encoding import encode
from amanat.ledger.state import CONFIGURATION, HOLDINGS
from amanat.ledger.tree.state_tree import StateProof, StateTree
from amanat.node.eras import Era
from amanat.node.proofs import balance_proof
from tests.ledger.world import BILL, NoNodes
from tests.verifier.changing import (
    AFTER,
    BEGINNING,
    COMPLETING,
    EVERYBODY,
    JOINT,
    LEARNING,
    NETWORKS,
    OF_NEW,
    OLD,
    STAYING,
    ChangingNetwork,
    certificate,
)

# --- which eras are shown, and in what order ------------------------------------------------------


def test_every_other_choice_or_order_of_the_eras_is_refused(network: ChangingNetwork) -> None:
    eras = [network.era(since) for since in (LEARNING, BEGINNING, COMPLETING)]
    assert network.accepts(network.with_eras(eras))
    for count in range(5):
        for chosen in product(eras, repeat=count):
            if list(chosen) != eras:
                assert not network.accepts(network.with_eras(chosen)), count


@pytest.mark.parametrize("height", [JOINT, COMPLETING, AFTER])
def test_a_block_of_an_era_that_is_not_shown_is_refused(
    network: ChangingNetwork, height: int
) -> None:
    shown = network.eras(height)[:-1]
    fault = network.refusal(network.balance(height, names=EVERYBODY, eras=shown))
    assert fault.step == "headers"
    assert fault.reason == f"block {height} names authorities that are not proved"


def test_a_line_across_a_change_that_is_not_shown_is_refused(network: ChangingNetwork) -> None:
    bundle = network.balance(2, AFTER, names=EVERYBODY, eras=network.eras(BEGINNING))
    assert network.refusal(bundle).reason == "block 6 names authorities that are not proved"


# --- who certified them ---------------------------------------------------------------------------


def test_an_era_by_too_few_is_refused(network: ChangingNetwork) -> None:
    for place, since in enumerate((LEARNING, BEGINNING, COMPLETING)):
        eras = network.eras(AFTER)
        eras[place] = network.era(since, names=("mof", "sbp"))
        fault = network.refusal(network.with_eras(eras))
        assert fault.reason == "2 signed, which is no sovereign quorum: it takes 3, 1 sovereign"


def test_the_new_members_do_not_appoint_themselves(network: ChangingNetwork) -> None:
    learning, _, completing = network.eras(AFTER)
    beginning = network.era(BEGINNING, names=OF_NEW)
    assert network.refusal(network.with_eras([learning, beginning, completing])).step == "eras"


def test_the_old_members_certify_no_block_of_theirs_after_the_change(
    network: ChangingNetwork,
) -> None:
    """They name their own configuration in it, and all of them sign it."""
    old = network.block(BEGINNING).block.header.configuration
    forged = forged_block(network, AFTER, configuration=old)
    bundle = certified_balance(network, forged, final(network, forged, OLD))
    assert network.refusal(bundle).reason == "block 7 names authorities that are not proved"


def test_the_block_that_completes_a_change_does_not_name_the_configuration_that_it_ends(
    network: ChangingNetwork,
) -> None:
    joint = network.block(JOINT).block.header.configuration
    forged = forged_block(network, COMPLETING, configuration=joint)
    era = forged_era(network, forged, network.block(COMPLETING).tree)
    fault = network.refusal(network.with_eras([*network.eras(BEGINNING), era], COMPLETING))
    assert fault.reason == "block 6 names authorities that are not proved"


def test_the_block_that_begins_a_change_does_not_name_what_it_brings_about(
    network: ChangingNetwork,
) -> None:
    joint = network.block(JOINT).block.header.configuration
    forged = forged_block(network, BEGINNING, configuration=joint)
    era = forged_era(network, forged, network.block(BEGINNING).tree)
    fault = network.refusal(network.with_eras([*network.eras(LEARNING), era], BEGINNING))
    assert fault.reason == "block 4 names authorities that are not proved"


# --- what they certified --------------------------------------------------------------------------


def test_an_era_with_the_certificate_of_another_block_is_refused(network: ChangingNetwork) -> None:
    learning, *others = network.eras(AFTER)
    for other in (1, 2, BEGINNING, JOINT):
        spoiled = replace(learning, certificate=network.certificate(other))
        fault = network.refusal(network.with_eras([spoiled, *others]))
        assert fault.reason == "it does not make block 3 final"


def test_an_era_of_headers_that_are_no_line_is_refused(network: ChangingNetwork) -> None:
    _, *others = network.eras(AFTER)
    genuine = network.era(LEARNING, JOINT)
    for headers in ((genuine.headers[0], genuine.headers[2]), genuine.headers[::-1], ()):
        spoiled = replace(genuine, headers=headers)
        assert network.refusal(network.with_eras([spoiled, *others])).step == "eras"


def test_an_era_of_another_chain_is_refused(network: ChangingNetwork) -> None:
    (other,) = (each for each in NETWORKS.values() if each is not network)
    fault = network.refusal(network.with_eras(other.eras(AFTER)))
    assert (fault.step, fault.reason) == (
        "eras",
        f"block 3 belongs to chain {other.chain_id.hex()}",
    )


def test_by_two_thirds_a_certificate_of_the_block_itself_does_not_make_it_final() -> None:
    network = NETWORKS[QuorumRule.TWO_THIRDS]
    header = network.block(AFTER).block.header
    fault = network.refusal(
        certified_balance(network, header, certificate(header, EVERYBODY)),
    )
    assert fault.reason == "it does not make block 7 final"


def test_by_two_thirds_a_child_of_another_term_makes_nothing_final() -> None:
    network = NETWORKS[QuorumRule.TWO_THIRDS]
    header = network.block(AFTER).block.header
    certified = certificate(replace(child_of(header), term=2), EVERYBODY)
    parent = network.certificate(AFTER).parent
    fault = network.refusal(certified_balance(network, header, replace(certified, parent=parent)))
    assert fault.reason == "it is of another term than block 7"


# --- what the state holds -------------------------------------------------------------------------


def test_a_configuration_that_is_not_in_the_state_is_refused(network: ChangingNetwork) -> None:
    learning, beginning, completing = network.eras(AFTER)
    joint = network.configurations[2]
    swapped = Configuration(joint.sets[1], joint.sets[0], (), joint.since)
    spoiled = replace(beginning, proof=replace(beginning.proof, value=encode(swapped)))
    fault = network.refusal(network.with_eras([learning, spoiled, completing]))
    assert fault.reason == "it does not lead to the state root of block 4"


def test_a_proof_of_something_else_or_of_nothing_is_refused(network: ChangingNetwork) -> None:
    learning, beginning, completing = network.eras(AFTER)
    tree, empty = network.block(BEGINNING).tree, StateTree.empty(NoNodes())
    forged = forged_block(network, BEGINNING, state_root=empty.root)
    nothing = forged_era(network, forged, empty)
    for spoiled in (
        replace(beginning, proof=tree.prove(HOLDINGS.key("mof-house", BILL))),
        replace(beginning, proof=tree.prove(encode(["configurations"]))),
        nothing,
    ):
        fault = network.refusal(network.with_eras([learning, spoiled, completing]))
        assert fault.reason == "block 4 shows no configuration"


def test_a_configuration_that_came_about_elsewhere_is_refused(network: ChangingNetwork) -> None:
    """It is in the state of every later block, too; but only one block brought it about."""
    learning, _, completing = network.eras(AFTER)
    later = forged_era(network, network.block(JOINT).block.header, network.block(JOINT).tree)
    fault = network.refusal(network.with_eras([learning, later, completing]))
    assert fault.reason == "block 5 did not bring its configuration about"


def with_incoming(**changes: Any) -> Callable[[Configuration], Any]:
    return lambda joint: replace(joint, incoming=replace(joint.sets[1], **changes))


UNSAFE: dict[str, Callable[[Configuration], Any]] = {
    "a quorum of 2 of 4 decides nothing safely": with_incoming(quorum=2),
    "a quorum of 5 of 4 decides nothing safely": with_incoming(quorum=5),
    "its rule is neither majority nor two_thirds": with_incoming(rule="unanimity"),
    "block 4 did not bring its configuration about": lambda joint: replace(joint, since=5),
    "a configuration has length 3 instead of 4": lambda joint: [joint.current, None, []],
    "the list of learners is not list": lambda joint: [joint.current, None, 7, joint.since],
}


@pytest.mark.parametrize("reason", UNSAFE)
def test_an_unsafe_configuration_is_refused_though_everybody_certified_it(
    network: ChangingNetwork, reason: str
) -> None:
    assert refusal_of(network, UNSAFE[reason](network.configurations[2])) == reason


@pytest.mark.parametrize("changed", [["current"], ["incoming"], ["current", "incoming"]])
def test_what_makes_a_block_final_never_changes(
    network: ChangingNetwork, changed: Sequence[str]
) -> None:
    (other,) = (rule for rule in QuorumRule if rule is not network.rule)
    joint = network.configurations[2]
    sets = {each: replace(getattr(joint, each), rule=other) for each in changed}
    reason = refusal_of(network, replace(joint, **sets))
    assert reason == "block 4 changes what makes a block final"


def refusal_of(network: ChangingNetwork, value: Any) -> str:
    """Why a bundle is refused in which everybody certified this in place of the joint one."""
    update = {CONFIGURATION.key(): encode(value)}
    tree = StateTree.empty(NoNodes()).update(update, BEGINNING).tree
    header = forged_block(network, BEGINNING, state_root=tree.root)
    fault = network.refusal(
        network.with_eras([*network.eras(LEARNING), forged_era(network, header, tree)])
    )
    assert fault.step == "eras"
    return fault.reason


def forged_block(network: ChangingNetwork, height: int, **changes: Any) -> BlockHeader:
    return replace(network.block(height).block.header, **changes)


def forged_era(network: ChangingNetwork, header: BlockHeader, tree: StateTree) -> Era:
    """An era in which everybody certified this header, with what this tree proves."""
    proof: StateProof = tree.prove(CONFIGURATION.key())
    return Era((header,), final(network, header, EVERYBODY), proof)


def final(network: ChangingNetwork, header: BlockHeader, names: Sequence[str]) -> CommitCertificate:
    """What would make this block final, were these names to decide."""
    by_majority = network.rule is QuorumRule.MAJORITY
    return certificate(header if by_majority else child_of(header), names)


def child_of(header: BlockHeader) -> BlockHeader:
    height, time = header.height + 1, header.time + 1
    return replace(header, parent=header.digest(), height=height, time=time)


def certified_balance(
    network: ChangingNetwork, header: BlockHeader, certified: CommitCertificate
) -> bytes:
    """The bundle for a block after the change, with this header and certificate."""
    proof = network.block(AFTER).tree.prove(HOLDINGS.key("mof-house", BILL))
    return balance_proof(network.eras(AFTER), [header], certified, proof)


def test_the_forgers_tools_make_what_is_accepted_where_nothing_is_forged(
    network: ChangingNetwork,
) -> None:
    header = network.block(AFTER).block.header
    assert network.accepts(certified_balance(network, header, final(network, header, STAYING)))
    learning, _, completing = network.eras(AFTER)
    block = network.block(BEGINNING)
    beginning = forged_era(network, block.block.header, block.tree)
    assert network.accepts(network.with_eras([learning, beginning, completing]))
