"""Genesis documents as JSON: exact both ways, and refused in one line when anything is off."""

import copy
import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from amanat.config.genesis_file import (
    GenesisFileError,
    fingerprint,
    from_json,
    load_genesis,
    to_json,
)
from amanat.ledger.days.calendar import Business, Calendar, CutOff
from amanat.ledger.genesis import GenesisDocument
from amanat.ledger.governance.participants import Participant, ParticipantKey, Role, Standing
from tests.ledger.world import authority_set, genesis, public_key

DOCUMENT = genesis()

texts = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=40)
leis = st.none() | st.from_regex(r"\A[A-Z0-9]{18}[0-9]{2}\Z")


@st.composite
def documents(draw: st.DrawFn) -> GenesisDocument:
    """Documents with participants of every shape: titles in any script, with and without an LEI."""
    count = draw(st.integers(1, 4))
    participants = tuple(
        Participant(
            f"participant-{number}",
            draw(texts),
            tuple(sorted(draw(st.sets(st.sampled_from(list(Role)), min_size=1)))),
            tuple(
                ParticipantKey(key, draw(st.integers(1, 255)), draw(st.none() | st.integers(0, 9)))
                for key in sorted(
                    public_key(f"{number} {key}") for key in range(draw(st.integers(1, 3)))
                )
            ),
            1,
            draw(leis),
            Standing.ACTIVE,
        )
        for number in range(count)
    )
    return msgspec.structs.replace(
        DOCUMENT,
        network=draw(st.from_regex(r"\A[a-z0-9]([a-z0-9-]{0,20}[a-z0-9])?\Z")),
        created=draw(st.integers(0, 2**53)),
        authorities=authority_set(draw(st.sampled_from([["mof"], ["mof", "sbp", "cdc"]])), 2),
        participants=participants,
        calendar=draw(calendars),
    )


calendars = st.builds(
    lambda holidays, cut_offs: Calendar(
        (5, 6), tuple(sorted(holidays)), tuple(CutOff(*each) for each in sorted(cut_offs.items()))
    ),
    st.sets(st.integers(0, 200_000), max_size=3),
    st.dictionaries(st.sampled_from(Business), st.integers(0, 1_439)),
)


# Both ways.


@given(documents())
def test_what_is_written_is_read_back_exactly(document: GenesisDocument) -> None:
    assert from_json(to_json(document)) == document


def test_optional_fields_are_kept_both_empty_and_full() -> None:
    without = msgspec.structs.replace(DOCUMENT.participants[0], lei=None)
    with_lei = msgspec.structs.replace(DOCUMENT.participants[1], lei="984500A6C1B2D3E4F557")
    document = msgspec.structs.replace(DOCUMENT, participants=(without, with_lei))
    shown = json.loads(to_json(document))["participants"]
    assert [participant["lei"] for participant in shown] == [None, "984500A6C1B2D3E4F557"]
    assert from_json(to_json(document)) == document


@given(documents(), st.randoms(use_true_random=False))
def test_white_space_and_key_order_do_not_change_the_identity(
    document: GenesisDocument, random: Any
) -> None:
    def shuffled(value: Any) -> Any:
        if isinstance(value, dict):
            names = list(value)
            random.shuffle(names)
            return {name: shuffled(value[name]) for name in names}
        return [shuffled(item) for item in value] if isinstance(value, list) else value

    text = json.dumps(shuffled(json.loads(to_json(document))), indent=random.choice([None, 7]))
    assert from_json(text).chain_id() == document.chain_id()


def test_it_reads_the_same_whatever_the_machines_encoding(tmp_path: Path) -> None:
    first = msgspec.structs.replace(DOCUMENT.participants[0], title="وزارت خزانہ")
    others = DOCUMENT.participants[1:]
    document = msgspec.structs.replace(DOCUMENT, participants=(first, *others))
    path = tmp_path / "genesis.json"
    path.write_text(to_json(document), encoding="utf-8")
    script = (
        "import sys; from pathlib import Path\n"
        "from amanat.config.genesis_file import load_genesis\n"
        "print(load_genesis(Path(sys.argv[1])).chain_id().hex())\n"
    )
    # The interpreter itself complains when text is read in the encoding of the machine.
    ended = subprocess.run(
        [sys.executable, "-X", "warn_default_encoding", "-c", script, path],
        capture_output=True,
        text=True,
        timeout=20,
        check=True,
    )
    assert ended.stdout.strip() == document.chain_id().hex()
    assert "EncodingWarning" not in ended.stderr


# What is refused.


Change = Callable[[dict[str, Any]], object]


def refusal(text: str) -> str:
    """Return the one line that says why this is no genesis document."""
    with pytest.raises(GenesisFileError) as refused:
        from_json(text)
    message = str(refused.value)
    assert len(message.splitlines()) == 1
    assert message.startswith("not a genesis document: ")
    return message


CHANGES: list[tuple[Change, str]] = [
    (lambda d: d.update(colour="red"), "unknown field 'colour'; known are version, network"),
    (lambda d: d["authorities"].update(colour="red"), "unknown field 'colour'"),
    (lambda d: d["participants"][0].update(colour="red"), "unknown field 'colour'"),
    (lambda d: d.pop("created"), "missing field 'created'"),
    (lambda d: d["parameters"].pop("operations_max"), "missing field 'operations_max'"),
    (lambda d: d["participants"][0].pop("lei"), "missing field 'lei'"),
    (lambda d: d["participants"][0]["keys"][0].update(key="xy" * 32), "non-hexadecimal"),
    (lambda d: d["participants"][0]["keys"][0].update(key="ab" * 31), "length"),
    (lambda d: d["participants"][0]["keys"][0].update(key=7), "expected hexadecimal digits, not 7"),
    (lambda d: d["participants"][0].update(keys="ab" * 32), "expected a list, not 'abab"),
    (lambda d: d["participants"][0].update(keys=[]), "length"),
    (lambda d: d["participants"][0].update(roles={"issuer": 1}), "expected a list, not {"),
    (lambda d: d["participants"][0].update(roles=["king"]), "king"),
    (lambda d: d["participants"][0].update(threshold="1"), "Expected `int`"),
    (lambda d: d["participants"][0].update(lei=7), "Expected `str | null`"),
    (lambda d: d.update(version=1), "Invalid enum value 1"),
    (lambda d: d.update(version=True), "got `bool`"),
    (lambda d: d.update(created=1.5), "Expected `int`, got `float`"),
    (lambda d: d.update(created=-1), ">= 0"),
    (lambda d: d.update(created=10**400), "int"),
    (lambda d: d.update(network="Bad Name"), "matching regex"),
    (lambda d: d.update(network=None), "Expected `str`, got `null`"),
    (lambda d: d.update(participants=[]), "length"),
    (lambda d: d.update(participants={}), "expected a list, not {}"),
    (lambda d: d.update(participants=""), "expected a list, not ''"),
    (lambda d: d.update(policies={}), "expected a list, not {}"),
    (lambda d: d.update(policies=["issue/cash"]), "expected an object, not 'issue/cash'"),
    (lambda d: d.update(authorities=list(d["authorities"])), "expected an object, not ["),
    (lambda d: d.update(authorities=None), "expected an object, not None"),
    (lambda d: d["authorities"]["members"][0].update(authority_class="royal"), "royal"),
]


@pytest.mark.parametrize(("change", "reason"), CHANGES)
def test_a_document_that_is_off_in_one_place_is_refused(change: Change, reason: str) -> None:
    document = copy.deepcopy(json.loads(to_json(DOCUMENT)))
    change(document)
    assert reason in refusal(json.dumps(document))


@pytest.mark.parametrize(
    "text",
    [
        *("", "null", "7", "true", '"genesis"', "[]", "{}", "[{}]", "{", "\ufeff{}", "\x00"),
        *("[" * 100_000, '{"version":' * 100_000, "9" * 5_000, '{"version": NaN}'),
    ],
)
def test_garbage_is_refused(text: str) -> None:
    refusal(text)


@given(st.recursive(st.none() | st.integers() | st.text(), st.lists))
def test_other_json_in_a_field_is_refused_and_not_a_crash(value: Any) -> None:
    raw = json.loads(to_json(DOCUMENT))
    for name in ("authorities", "participants", "policies", "parameters"):
        if value != []:  # no policies at all is a document, if a useless one
            refusal(json.dumps(raw | {name: value}))


# Files.


def test_a_sound_file_is_loaded(tmp_path: Path) -> None:
    path = tmp_path / "genesis.json"
    path.write_text(to_json(DOCUMENT))
    assert load_genesis(path) == DOCUMENT


def test_an_unsound_document_is_refused_with_all_its_problems(tmp_path: Path) -> None:
    shared = msgspec.structs.replace(DOCUMENT.participants[1], keys=DOCUMENT.participants[0].keys)
    document = msgspec.structs.replace(
        DOCUMENT,
        authorities=authority_set(["mof", "sbp", "cdc"], quorum=1),
        participants=(DOCUMENT.participants[0], shared),
        policies=DOCUMENT.policies[::-1],
    )
    path = tmp_path / "genesis.json"
    path.write_text(to_json(document))
    with pytest.raises(GenesisFileError) as refused:
        load_genesis(path)
    assert str(refused.value) == f"{path}: {'; '.join(document.problems())}"
    for problem in ("need not intersect", "policies must be sorted", "share a key"):
        assert problem in str(refused.value)


def test_files_that_cannot_be_read_are_named(tmp_path: Path) -> None:
    path = tmp_path / "genesis.json"
    with pytest.raises(GenesisFileError, match=rf"^{re.escape(str(path))} does not exist$"):
        load_genesis(path)
    with pytest.raises(GenesisFileError, match=rf"^{re.escape(str(tmp_path))} cannot be read: "):
        load_genesis(tmp_path)
    path.write_bytes(b"\xff")
    with pytest.raises(GenesisFileError, match=rf"^{re.escape(str(path))} cannot be read: "):
        load_genesis(path)
    path.write_text("{}")
    with pytest.raises(GenesisFileError, match=rf"^{re.escape(str(path))}: not a genesis "):
        load_genesis(path)


# The fingerprint.


def test_a_fingerprint_is_the_first_64_bits_in_groups() -> None:
    assert fingerprint(bytes.fromhex("bd24ae7abc74596d" + "00" * 24)) == "bd24-ae7a-bc74-596d"
    chain = DOCUMENT.chain_id()
    assert fingerprint(chain).replace("-", "") == chain.hex()[:16]
