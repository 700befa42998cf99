"""What the containers' founder makes, and that it makes it once."""

import shutil
from pathlib import Path

import pytest

from amanat.client.keystore import open_key
from amanat.config.genesis_file import load_genesis
from amanat.ledger.governance.participants import Role
from amanat.node.data_directory import open_directory
from amanat.client.passphrases import read_passphrase
from amanat.node.testnet.containers.admission import read_learner
from amanat.node.testnet.containers.founding import FoundingError, found
from amanat.node.testnet.containers.places import LEARNER, NODES, Places
from amanat.node.testnet.layout import CLIENTS, MEMBERS
from tests.ledger.world import START


@pytest.fixture
def places(tmp_path: Path) -> Places:
    made = Places(tmp_path / "network")
    found(made, START)
    return made


def contents(places: Places) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in places.root.rglob("*") if path.is_file()}


def test_each_node_has_a_key_of_its_own_that_the_document_knows(places: Places) -> None:
    document = load_genesis(places.participants.genesis)
    passphrases = set()
    for node in NODES:
        config = places.config(node.name)
        passphrase = read_passphrase(config / "passphrase")
        passphrases.add(passphrase)
        key = open_key(config / "key.json", passphrase).public_key
        member = document.authorities.get(node.name)
        if node is LEARNER:
            assert member is None
            assert read_learner(places.participants.learner).key == key
        else:
            assert member is not None
            assert member.key == key
        assert load_genesis(config / "genesis.json") == document
        open_directory(places.data(node.name), document, of=node.name).close()
    assert len(passphrases) == len(NODES)


def test_the_participants_can_sign_and_the_one_that_only_reads_is_a_regulator(
    places: Places,
) -> None:
    participants = places.participants
    passphrase = read_passphrase(participants.passphrase)
    document = load_genesis(participants.genesis)
    for name in (*(node.name for node in NODES), *CLIENTS):
        open_key(participants.key(name), passphrase)
    roles = {each.name: each.roles for each in document.participants}
    assert roles == {node.name: (node.role,) for node in NODES}
    assert roles[LEARNER.name] == (Role.REGULATOR,)
    assert [each.name for each in document.authorities.members] == sorted(m.name for m in MEMBERS)


def test_nobody_but_the_owner_may_read_what_is_secret(places: Places) -> None:
    secret = [p for p in contents(places) if p.name in ("passphrase", "key.json", "mof.json")]
    assert len(secret) == 2 * len(NODES) + 2
    assert {path.stat().st_mode & 0o777 for path in secret} == {0o600}
    assert {folder.stat().st_mode & 0o777 for folder in places.every()} == {0o700}


def test_no_passphrase_and_no_seed_is_in_what_others_may_read(places: Places) -> None:
    word = read_passphrase(places.config("mof") / "passphrase").encode()
    seed = open_key(places.config("mof") / "key.json", word.decode()).seed()
    holds = [path for path, data in contents(places).items() if word in data or seed in data]
    assert holds == [places.config("mof") / "passphrase"]


def test_a_second_time_nothing_changes(places: Places) -> None:
    before = contents(places)
    document, is_new = found(places, START + 1)
    assert not is_new
    assert document.created == START
    assert contents(places) == before


@pytest.mark.parametrize("gone", ["data", "config"])
def test_what_a_node_signed_is_not_forgotten_by_making_it_anew(places: Places, gone: str) -> None:
    folder = places.root / "sbp" / gone
    shutil.rmtree(folder)
    folder.mkdir()
    before = contents(places)
    with pytest.raises(FoundingError, match=r"sbp/\w+/\S+ is gone.*down --volumes"):
        found(places, START)
    assert contents(places) == before


def test_a_founding_that_was_cut_short_is_not_gone_on_with(places: Places) -> None:
    places.participants.genesis.unlink()
    before = contents(places)
    with pytest.raises(FoundingError, match=r"mof/config holds what is left.*down --volumes"):
        found(places, START)
    assert contents(places) == before
