"""`amanat genesis`."""

from pathlib import Path

import pytest

from amanat.config.genesis_file import fingerprint, load_genesis
from amanat.config.standard_rules import standard_parameters, standard_policies
from amanat.config.words import words_of
from tests.ledger.world import public_key
from tests.node.cli.running import Amanat

AUTHORITIES = {"mof": "sovereign", "sbp": "sovereign", "cdc": "custodian"}
PARTICIPANTS = {"sbp": "central_bank", "mof": "issuer", "cdc": "custodian,paying_agent"}


def options(**changed: str) -> list[str]:
    """Return the options that found a network of three; `changed` replaces some."""
    given = {"network": "pakistan", **changed}
    said = [f"--{name.replace('_', '-')}={value}" for name, value in given.items()]
    if "authority" not in changed:
        said += [
            f"--authority={name}:{kind}:{public_key(f'authority {name}').hex()}"
            for name, kind in AUTHORITIES.items()
        ]
    if "participant" not in changed:
        said += [
            f"--participant={name}:{roles}:{public_key(name).hex()}"
            for name, roles in PARTICIPANTS.items()
        ]
    return said


@pytest.fixture
def file(amanat: Amanat, tmp_path: Path) -> Path:
    made = tmp_path / "genesis.json"
    assert amanat("genesis", "create", made, *options()).code == 0
    return made


def test_a_document_is_founded_with_the_standard_rules(amanat: Amanat, tmp_path: Path) -> None:
    file = tmp_path / "genesis.json"
    shown = amanat("genesis", "create", file, *options(), "-o", "json").json
    document = load_genesis(file)
    assert shown == {
        "file": str(file),
        "network": "pakistan",
        "fingerprint": fingerprint(document.chain_id()),
        "words": " ".join(words_of(document.chain_id())),
        "chain": document.chain_id().hex(),
        "quorum": "2 of 3, 1 of them sovereign",
        "rule": "majority",
        "authorities": ["cdc (custodian)", "mof (sovereign)", "sbp (sovereign)"],
        "participants": ["cdc (custodian/paying_agent)", "mof (issuer)", "sbp (central_bank)"],
    }
    assert document.policies == standard_policies()
    assert document.parameters == standard_parameters()


def test_the_quorum_rule_can_be_chosen(amanat: Amanat, tmp_path: Path) -> None:
    file = tmp_path / "genesis.json"
    rule = options(quorum="3", sovereign_min="2")
    shown = amanat("genesis", "create", file, *rule, "-o", "json").json
    assert shown["quorum"] == "3 of 3, 2 of them sovereign"


def test_a_document_is_never_overwritten(amanat: Amanat, file: Path) -> None:
    before = file.read_bytes()
    reason = amanat("genesis", "create", file, *options(network="other")).failed(2)
    assert reason == f"{file} exists: a genesis document is never overwritten"
    assert file.read_bytes() == before


def test_show_and_verify_say_the_same(amanat: Amanat, file: Path) -> None:
    shown = amanat("genesis", "show", file, "-o", "json").json
    shown |= {"signed_by": [], "not_signed_by": ["cdc", "mof", "sbp"]}
    assert amanat("genesis", "verify", file, "-o", "json").json == shown
    told = shown["fingerprint"]
    assert amanat("genesis", "verify", file, "--fingerprint", told, "-o", "json").json == shown
    assert amanat("genesis", "verify", file, "--fingerprint", told.upper()).code == 0


def test_another_fingerprint_ends_with_3(amanat: Amanat, file: Path) -> None:
    found = fingerprint(load_genesis(file).chain_id())
    reason = amanat("genesis", "verify", file, "--fingerprint", "0000-0000-0000-0000").failed(3)
    assert found in reason
    assert "it is another network's document" in reason
    assert amanat("genesis", "verify", file, "--fingerprint", found[:4]).code == 3


KEY = public_key("somebody").hex()


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"network": "Bad Name"}, "not a genesis document: "),
        ({"network": ""}, "not a genesis document: "),
        ({"quorum": "0"}, "need not intersect"),
        ({"quorum": "1"}, "two quorums of 1 of 3 need not intersect"),
        ({"quorum": "4"}, "a quorum of 4 exceeds the 3 members"),
        ({"sovereign_min": "3"}, "sovereign_min 3 exceeds 2 sovereign members"),
        ({"sovereign_min": "0"}, "sovereign_min must be at least 1"),
        ({"sovereign_min": "-1"}, "sovereign_min must be at least 1"),
        ({"authority": "mof"}, "'mof' must have the form name:sovereign|custodian:public-key"),
        ({"authority": "mof:royal:00"}, "--authority mof:royal:00: 'royal' is not a valid"),
        ({"authority": "mof:sovereign:xy"}, "--authority mof:sovereign:xy: non-hexadecimal"),
        ({"authority": "mof:sovereign:00"}, "mof has an invalid key"),
        ({"authority": f"Mof:sovereign:{KEY}"}, "the authority Mof is nobody's"),
        (
            {"authority": f"mof:sovereign:{KEY}:cdc"},
            "the authority mof cannot be sovereign: cdc is neither central_bank nor issuer",
        ),
        ({"participant": "mof"}, "'mof' must have the form name:role[,role]:public-key"),
        ({"participant": f"mof:king:{KEY}"}, "'king' is not a valid Role"),
        ({"participant": f"mof::{KEY}"}, "'' is not a valid Role"),
        ({"participant": "mof:issuer:zz"}, "--participant mof:issuer:zz: non-hexadecimal"),
        ({"participant": f"mof:issuer:{KEY}"}, "the role central_bank must be that of an active"),
        ({"participant": f"mof:issuer,issuer:{KEY}"}, "mof: "),
        (
            {"participant": f"mof:issuer:{public_key('authority mof').hex()}"},
            "the authority mof uses the key of the participant mof",
        ),
    ],
)
def test_what_no_node_would_start_on_is_not_written(
    amanat: Amanat, tmp_path: Path, changed: dict[str, str], reason: str
) -> None:
    file = tmp_path / "genesis.json"
    assert reason in amanat("genesis", "create", file, *options(**changed)).failed(2)
    assert not file.exists()


def test_places_where_no_document_can_be_are_named(amanat: Amanat, tmp_path: Path) -> None:
    none = tmp_path / "none"
    assert "exists" in amanat("genesis", "create", tmp_path, *options()).failed(2)
    reason = amanat("genesis", "create", none / "genesis.json", *options()).failed(2)
    assert reason == f"{none}/genesis.json cannot be written: No such file or directory"
    for command in ("show", "verify"):
        assert amanat("genesis", command, none).failed(2) == f"{none} does not exist"
        assert f"{tmp_path} cannot be read: " in amanat("genesis", command, tmp_path).failed(2)
