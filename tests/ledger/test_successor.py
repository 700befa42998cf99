"""The document of a chain that succeeds another: what it must say, who must sign it, its state."""

from collections.abc import Iterator
from functools import cache
from random import Random
from typing import Any

import msgspec
import pytest

from amanat.config.genesis_file import from_json, to_json
from amanat.ledger.authorities import Authority
from amanat.ledger.blocks import BlockHeader
from amanat.ledger.crypto import Domain, digest, domain_message
from amanat.ledger.days.seals import DaySeal
from amanat.ledger.encoding import EncodingError, decode, encode
from amanat.ledger.executed import ExecutedDay
from amanat.ledger.genesis import GenesisDocument
from amanat.ledger.governance.participants import Standing, changed
from amanat.ledger.invariants import violations
from amanat.ledger.state import (
    CONFIGURATION,
    DAY_SEALS,
    DEAD_KEYS,
    EXECUTED,
    HOLDINGS,
    VERSIONS,
    State,
    configuration_of,
)
from amanat.ledger.successor import (
    DROPPED,
    Entries,
    Inherited,
    Lost,
    Recovery,
    Seen,
    SuccessorDocument,
    contradiction,
)
from amanat.ledger.tree.state_tree import StateTree
from amanat.ledger.versions import Activation, Versions
from tests.ledger.world import NoNodes, key, keys_called, public_key
from tests.node.history import market_history

SEED = 20261126


def root_of(entries: Entries) -> bytes:
    return StateTree.empty(NoNodes()).update(dict(entries), 0).tree.root


@cache
def old_state() -> dict[bytes, bytes]:
    """The state of a market, with a closed day and a version that is to come."""
    entries = dict(market_history().blocks[-1].tree.items())
    entries[DAY_SEALS.key(20_000)] = encode(DaySeal(1, 20_001, 5, 1_728_000_000_000))
    entries[VERSIONS.key()] = encode(Versions(1, Activation(2, 500)))
    return entries


def over(entries: Entries, **changes: Any) -> SuccessorDocument:
    """Return the unsigned document that succeeds a chain at a block with this state."""
    last = market_history().blocks[-1].block.header
    header: BlockHeader = msgspec.structs.replace(last, state_root=root_of(entries))
    previous, participants, policies, parameters, calendar = Inherited(entries).fields()
    members = tuple(
        Authority(each.name, public_key(f"new {each.name}"), each.authority_class)
        for each in previous.current.members
    )
    seen = Seen("mof", header.height, header.digest(), header.height)
    fields: dict[str, Any] = {
        "version": 3,
        "network": "after",
        "created": header.time + 1,
        "authorities": msgspec.structs.replace(previous.current, members=members),
        "participants": participants,
        "policies": policies,
        "parameters": parameters,
        "calendar": calendar,
        "recovery": Recovery(header, b"certificate", b"lineage", previous, "A fire.", (seen,), ()),
        "signatures": (),
    }
    return SuccessorDocument(**{**fields, **changes})


def signed(document: SuccessorDocument, *names: str) -> SuccessorDocument:
    for name in names:
        document = document.signed(public_key(name), keys_called([name])[public_key(name)])
    return document


DRAFT = over(old_state())
DOCUMENT = signed(DRAFT, "mof", "sbp")


def recovering(**changes: Any) -> SuccessorDocument:
    recovery = msgspec.structs.replace(DRAFT.recovery, **changes)
    return signed(over(old_state(), recovery=recovery), "mof", "sbp")


def test_a_document_that_all_sovereign_participants_signed_is_sound() -> None:
    assert DOCUMENT.problems() == []
    assert [each.name for each in DOCUMENT.signers] == ["mof", "sbp"]


def test_it_survives_its_encoding_and_its_json() -> None:
    assert decode(encode(DOCUMENT), SuccessorDocument) == DOCUMENT
    assert from_json(to_json(DOCUMENT)) == DOCUMENT
    with pytest.raises(EncodingError):
        decode(encode(DOCUMENT), GenesisDocument)


def test_signatures_are_no_part_of_the_chains_identity_and_all_else_is() -> None:
    assert DOCUMENT.chain_id() == DRAFT.chain_id() == digest(Domain.GENESIS, DRAFT.canonical())
    assert recovering(reason="A flood.").chain_id() != DRAFT.chain_id()
    assert over(old_state(), network="other").chain_id() != DRAFT.chain_id()


@pytest.mark.parametrize("names", [(), ("mof",), ("sbp",)])
def test_each_sovereign_signature_that_is_missing_is_named(names: tuple[str, ...]) -> None:
    lacking = sorted({"mof", "sbp"} - set(names))
    expected = [f"the sovereign participant {name} has not signed" for name in lacking]
    assert signed(DRAFT, *names).problems() == expected


def test_a_custodians_signature_is_refused_and_counts_for_nothing() -> None:
    found = signed(DRAFT, "mof", "custodian-a").problems()
    assert f"the key {public_key('custodian-a').hex()[:16]} is of no sovereign participant" in found
    assert "the sovereign participant sbp has not signed" in found


def test_a_signature_of_another_document_or_for_another_purpose_does_not_hold() -> None:
    other = over(old_state(), network="other").with_signatures(DOCUMENT.signatures)
    assert sum("is not of this document" in each for each in other.problems()) == 2
    purpose = domain_message(Domain.GENESIS_CONSENT, DRAFT.canonical())
    wrong = DRAFT.signed(public_key("mof"), lambda _: key("mof").sign(purpose).signature)
    assert any("is not of this document" in each for each in wrong.problems())


def test_a_participant_signs_with_as_many_keys_as_the_state_asks_of_it() -> None:
    mof = next(each for each in DRAFT.participants if each.name == "mof")
    held = tuple(
        sorted(
            (*mof.keys, msgspec.structs.replace(mof.keys[0], key=public_key("mof 2"))),
            key=lambda each: each.key,
        )
    )
    after = changed(mof, keys=held, threshold=2)
    others = [after if each.name == "mof" else each for each in DRAFT.participants]
    document = over(old_state(), participants=tuple(others))
    assert signed(document, "mof", "sbp").lacking == ("mof",)
    assert signed(document, "mof", "mof 2", "sbp").lacking == ()


def test_one_that_was_suspended_neither_must_sign_nor_may() -> None:
    others = [
        changed(each, standing=Standing.SUSPENDED) if each.name == "mof" else each
        for each in DRAFT.participants
    ]
    document = over(old_state(), participants=tuple(others))
    assert [each.name for each in document.signers] == ["sbp"]
    assert any("of no sovereign participant" in each for each in signed(document, "mof").problems())


def test_what_else_is_wrong_is_said() -> None:
    header = DRAFT.recovery.header
    assert (
        "it must begin after the last block that is kept"
        in over(old_state(), created=header.time).problems()
    )
    higher = Seen("sbp", header.height + 1, header.digest(), header.height + 1)
    found = recovering(survey=(higher,)).problems()
    assert found == [
        (
            f"sbp holds the certified block {header.height + 1}, above block {header.height}: keep "
            "that one"
        )
    ]
    below = Lost(header.height, bytes(32), bytes(32))
    twice = Lost(header.height + 1, bytes(32), bytes(32))
    for lost in ((below,), (twice, twice)):
        assert recovering(lost=lost).problems() == [
            "what is lost must be sorted, each once, and above the block that is kept"
        ]
    assert recovering(lost=(twice,)).problems() == []
    reused = over(old_state(), authorities=DRAFT.recovery.previous.current)
    assert any("would use the key of mof on the old chain" in each for each in reused.problems())
    assert over(old_state(), version=2).problems()[0] == "a successor's document has version 3"


def test_no_ordinary_document_passes_for_a_successors() -> None:
    fields = {name: getattr(DRAFT, name) for name in GenesisDocument.__struct_fields__}
    assert GenesisDocument(**fields).problems()[0] == "version 3 is that of a successor's document"


# --- the state ------------------------------------------------------------------------------------


def began(document: SuccessorDocument) -> State:
    update, changes = document.initial_state(NoNodes())
    tree = update.tree
    assert {key: value for key, value in changes.items() if value} == dict(tree.items())
    return State(tree.get)


def test_the_chain_begins_with_the_old_state_under_new_authorities() -> None:
    loaded = DOCUMENT.with_state(old_state())
    update, _ = loaded.initial_state(NoNodes())
    now = dict(update.tree.items())
    assert configuration_of(began(loaded)).current == DOCUMENT.authorities
    assert VERSIONS.decode(now[VERSIONS.key()]) == Versions(1, None)
    differ = {key for key in {*now, *old_state()} if now.get(key) != old_state().get(key)}
    dropped = {key for key in old_state() for table in DROPPED if encode(table.kind) in key[:20]}
    assert differ == {CONFIGURATION.key(), VERSIONS.key(), *dropped}
    assert {DAY_SEALS.key(20_000)} < dropped  # and the days of executed transactions
    assert any(key.startswith(HOLDINGS.key("alpha", "PKR")) for key in now)
    assert loaded.chain_id() == DOCUMENT.chain_id()


def test_it_keeps_what_must_always_hold() -> None:
    update, _ = DOCUMENT.with_state(old_state()).initial_state(NoNodes())
    assert violations(update.tree.items()) == []


def test_without_its_state_it_founds_nothing() -> None:
    assert not DOCUMENT.has_state
    with pytest.raises(ValueError, match="not at hand"):
        DOCUMENT.initial_state(NoNodes())


def spoiled() -> Iterator[dict[bytes, bytes]]:
    """Yield states that differ in one bit, or by one entry."""
    random = Random(SEED)
    for name in random.sample(sorted(old_state()), 20):
        entries = dict(old_state())
        value = bytearray(entries[name])
        value[random.randrange(len(value))] ^= 1 << random.randrange(8)
        yield {**entries, name: bytes(value)}
        del entries[name]
        yield entries
    yield {**old_state(), EXECUTED.key(1): encode(ExecutedDay(1, bytes(32)))}


def test_a_state_with_any_other_bit_is_refused() -> None:
    for entries in spoiled():
        with pytest.raises(ValueError, match="the state has the root"):
            DOCUMENT.with_state(entries)


@pytest.mark.parametrize("field", ["participants", "policies"])
def test_what_the_document_says_over_again_must_be_what_the_state_says(field: str) -> None:
    document = over(old_state(), **{field: getattr(DRAFT, field)[1:]})
    with pytest.raises(ValueError, match="are not the state's"):
        document.with_state(old_state())


def test_a_key_that_was_given_up_is_no_authoritys() -> None:
    entries = {**old_state(), DEAD_KEYS.key(public_key("new mof")): encode("mof")}
    with pytest.raises(ValueError, match="the key of mof was given up"):
        over(entries).with_state(entries)


# --- two successors -------------------------------------------------------------------------------


def test_whoever_signs_two_successors_of_one_chain_is_caught_and_nobody_else() -> None:
    other = signed(over(old_state(), network="other"), "sbp")
    assert contradiction(DOCUMENT, other) == (public_key("sbp"),)
    assert contradiction(DOCUMENT, signed(DRAFT, "mof")) == ()  # the same one
    forged = over(old_state(), network="other").with_signatures(DOCUMENT.signatures)
    assert contradiction(DOCUMENT, forged) == ()
    header = msgspec.structs.replace(DRAFT.recovery.header, chain=bytes(32))
    assert contradiction(DOCUMENT, recovering(header=header)) == ()
