"""Signatures of the authorities under a genesis document."""

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
import pytest

from amanat.config.genesis_signatures import (
    Consent,
    GenesisSignatures,
    SignaturesError,
    beside,
    check_at_start,
    checked,
    gathered,
    load,
)
from amanat.ledger.genesis import GenesisDocument
from tests.ledger.world import genesis, key

DOCUMENT = genesis()
NAMES = [member.name for member in DOCUMENT.authorities.members]


def signed(*names: str, document: GenesisDocument = DOCUMENT) -> GenesisSignatures:
    found = GenesisSignatures(document, {})
    for name in names:
        found = found.signed(name, partial(by_authority, name))
    return found


def by_authority(name: str, message: bytes) -> bytes:
    return key(f"authority {name}").sign(message).signature


def refusal(act: Callable[[], object]) -> str:
    with pytest.raises(SignaturesError) as refused:
        act()
    assert "\n" not in str(refused.value)
    return str(refused.value)


def test_signatures_are_kept_beside_the_document(tmp_path: Path) -> None:
    place = beside(tmp_path / "genesis.json")
    assert place == tmp_path / "genesis.json.signatures"
    made = signed(*NAMES[:2])
    place.write_text(made.to_json())
    assert load(place, DOCUMENT) == made
    assert made.lacking == tuple(NAMES[2:])


def test_those_of_several_files_are_put_together() -> None:
    whole = gathered([signed(NAMES[0]), signed(*NAMES[1:])], DOCUMENT)
    assert whole == signed(*NAMES)
    assert whole.lacking == ()
    assert gathered([], DOCUMENT).lacking == tuple(NAMES)


def test_only_the_authoritys_own_key_signs_for_it() -> None:
    reason = refusal(
        lambda: GenesisSignatures(DOCUMENT, {}).signed(
            NAMES[0], lambda message: by_authority(NAMES[1], message)
        )
    )
    assert reason == f"the signature of {NAMES[0]} is not valid for this document"
    assert refusal(lambda: checked(DOCUMENT, {"nobody": bytes(64)})).startswith("nobody is no auth")


def test_a_signature_under_another_document_is_none_under_this(tmp_path: Path) -> None:
    other = msgspec.structs.replace(DOCUMENT, network="another")
    place = tmp_path / "signatures"
    place.write_text(signed(*NAMES, document=other).to_json())
    assert "is of another genesis document" in refusal(lambda: load(place, DOCUMENT))
    content = json.loads(place.read_text()) | {"chain": DOCUMENT.chain_id().hex()}
    place.write_text(json.dumps(content))
    assert "is not valid for this document" in refusal(lambda: load(place, DOCUMENT))


def test_it_is_signed_for_nothing_else() -> None:
    assert Consent(DOCUMENT.chain_id(), "mof").message().startswith(b"amanat/genesis-consent/v1\0")


@pytest.mark.parametrize("content", ["", "[]", "null", "{}", "[" * 100_000, '{"kind": 1}'])
def test_what_is_no_file_of_signatures_is_named(tmp_path: Path, content: str) -> None:
    place = tmp_path / "signatures"
    place.write_text(content)
    assert str(place) in refusal(lambda: load(place, DOCUMENT))
    place.unlink()
    assert "No such file" in refusal(lambda: load(place, DOCUMENT))


def test_two_signatures_of_one_authority_are_refused(tmp_path: Path) -> None:
    place = tmp_path / "signatures"
    content: dict[str, Any] = json.loads(signed(NAMES[0]).to_json())
    content["signatures"] *= 2
    place.write_text(json.dumps(content))
    assert "two signatures of one authority" in refusal(lambda: load(place, DOCUMENT))


# Before a node starts.


def test_signatures_that_are_there_must_hold_and_may_lack(tmp_path: Path) -> None:
    file = tmp_path / "genesis.json"
    check_at_start(file, None, DOCUMENT)
    beside(file).write_text(signed(NAMES[0]).to_json())
    check_at_start(file, None, DOCUMENT)
    beside(file).write_text("{}")
    assert "no file of genesis sig" in refusal(lambda: check_at_start(file, None, DOCUMENT))


def test_signatures_that_are_wanted_must_be_all(tmp_path: Path) -> None:
    file, wanted = tmp_path / "genesis.json", tmp_path / "wanted"
    assert "cannot be read" in refusal(lambda: check_at_start(file, wanted, DOCUMENT))
    wanted.write_text(signed(*NAMES[1:]).to_json())
    reason = refusal(lambda: check_at_start(file, wanted, DOCUMENT))
    assert reason == f"{wanted} lacks the signature of {NAMES[0]}"
    wanted.write_text(signed(*NAMES).to_json())
    check_at_start(file, wanted, DOCUMENT)
