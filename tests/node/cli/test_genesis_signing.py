"""`amanat genesis sign`, `gather`, and `verify --signed`; and nodes that want signatures."""

import json
from pathlib import Path

import pytest

from amanat.client import keystore
from amanat.config.genesis_file import load_genesis
from amanat.config.words import words_of
from tests.ledger.world import public_key
from tests.node.cli.running import Amanat

NAMES = ["cdc", "mof", "sbp"]
PASSPHRASE = "of a test"


@pytest.fixture
def file(amanat: Amanat, tmp_path: Path) -> Path:
    """A genesis document whose authorities' keys are in files beside it."""
    passphrase = tmp_path / "passphrase"
    passphrase.touch(mode=0o600)
    passphrase.write_text(PASSPHRASE)
    kinds = {"cdc": "custodian", "mof": "sovereign", "sbp": "sovereign"}
    roles = {"cdc": "custodian", "mof": "issuer", "sbp": "central_bank"}
    options = []
    for name in NAMES:
        key = keystore.create(tmp_path / f"{name}.key", PASSPHRASE, cost=keystore.TEST).public_key
        options += [f"--authority={name}:{kinds[name]}:{key.hex()}"]
        options += [f"--participant={name}:{roles[name]}:{public_key(name).hex()}"]
    made = tmp_path / "genesis.json"
    assert amanat("genesis", "create", made, "--network", "pakistan", *options).code == 0
    return made


def sign(amanat: Amanat, file: Path, *names: str, into: Path | None = None) -> dict[str, object]:
    keys = [part for name in names for part in ("--key", str(file.with_name(f"{name}.key")))]
    place = [] if into is None else ["--signatures", str(into)]
    passphrase = ["--passphrase-file", str(file.with_name("passphrase")), "--yes"]
    ended = amanat("genesis", "sign", file, *keys, *passphrase, *place, "-o", "json")
    assert ended.code == 0, ended
    assert " ".join(words_of(load_genesis(file).chain_id())) in ended.err
    shown: dict[str, object] = json.loads(ended.out)
    return shown


def test_authorities_sign_one_after_the_other_into_a_file_beside_it(
    amanat: Amanat, file: Path
) -> None:
    place = f"{file}.signatures"
    assert sign(amanat, file, "mof") == {
        "file": place,
        "signed_by": ["mof"],
        "lacks": ["cdc", "sbp"],
    }
    reason = amanat("genesis", "verify", file, "--signed").failed(3)
    assert reason == f"{file} lacks the signature of cdc, sbp"
    assert sign(amanat, file, "sbp", "cdc")["lacks"] == []
    shown = amanat("genesis", "verify", file, "--signed", "-o", "json").json
    assert (shown["signed_by"], shown["not_signed_by"]) == (NAMES, [])


def test_signatures_made_apart_are_gathered(amanat: Amanat, file: Path, tmp_path: Path) -> None:
    apart = [tmp_path / f"{name}.signature" for name in NAMES]
    for name, place in zip(NAMES, apart, strict=True):
        sign(amanat, file, name, into=place)
    assert amanat("genesis", "gather", file, *apart, "-o", "json").json["lacks"] == []
    assert amanat("genesis", "verify", file, "--signed").code == 0
    apart[0].write_text("{}")
    reason = amanat("genesis", "gather", file, *apart).failed(3)
    assert reason == f"{apart[0]} is no file of genesis signatures"


def test_a_key_of_no_authority_signs_nothing(amanat: Amanat, file: Path) -> None:
    key = file.with_name("stranger.key")
    keystore.create(key, PASSPHRASE, cost=keystore.TEST)
    passphrase = file.with_name("passphrase")
    ended = amanat("genesis", "sign", file, "--key", key, "--passphrase-file", passphrase, "--yes")
    assert ended.failed(2) == f"{key} is the key of no authority in {file}"
    assert not Path(f"{file}.signatures").exists()


def test_whoever_signs_is_asked(amanat: Amanat, file: Path) -> None:
    ended = amanat("genesis", "sign", file, "--key", file.with_name("mof.key"))
    assert ended.code == 2
    assert "There is no terminal to answer on: say --yes" in ended.err


def test_a_fingerprint_is_compared_by_words(amanat: Amanat, file: Path) -> None:
    words = words_of(load_genesis(file).chain_id())
    for told in (" ".join(words), ", ".join(word[:4].upper() for word in words)):
        assert amanat("genesis", "verify", file, "--fingerprint", told).code == 0
    other = " ".join(words_of(bytes(16)))
    reason = amanat("genesis", "verify", file, "--fingerprint", other).failed(3)
    assert reason.endswith("it is another network's document")
    reason = amanat("genesis", "verify", file, "--fingerprint", "abandon rupee").failed(3)
    assert reason == "--fingerprint: word 2, 'rupee', is not on the list of words"


def test_a_node_is_made_of_a_document_only_if_those_sign_whom_its_settings_want(
    amanat: Amanat, file: Path
) -> None:
    settings = file.with_name("mof.toml")
    settings.write_text(
        'name = "mof"\ndata = "data"\ngenesis = "genesis.json"\nkey = "mof.key"\n'
        'passphrase_file = "passphrase"\ngenesis_signatures = "genesis.json.signatures"\n'
        '[peer]\nlisten = "127.0.0.1:1"\n[api]\nlisten = "127.0.0.1:2"\n'
        'url = "http://127.0.0.1:2"\n[peers]\n'
    )
    for command in ("init", "start"):
        reason = amanat(command, "--config", settings).failed(2)
        assert reason == f"{file}.signatures cannot be read: No such file or directory"
    sign(amanat, file, "mof", "sbp")
    reason = amanat("init", "--config", settings).failed(2)
    assert reason == f"{file}.signatures lacks the signature of cdc"
    sign(amanat, file, "cdc")
    assert amanat("init", "--config", settings, "-o", "json").json["words"] == " ".join(
        words_of(load_genesis(file).chain_id())
    )
