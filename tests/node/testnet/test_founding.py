"""What `amanat testnet up` makes before anything runs."""

from pathlib import Path

import pytest

from amanat.config.genesis_file import load_genesis
from amanat.config.settings import load_settings
from amanat.ledger.genesis import GenesisDocument
from amanat.node.data_directory import open_directory
from amanat.client.keystore import open_key
from amanat.client.passphrases import read_passphrase
from amanat.node.testnet.founding import found
from amanat.node.testnet.layout import CLIENTS, MEMBERS, QUORUM, SOVEREIGN_MIN, Layout, Ports
from tests.ledger.world import START

PORTS = Ports(20_000)


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    return Layout(tmp_path / "testnet")


@pytest.fixture
def document(layout: Layout) -> GenesisDocument:
    return found(layout, START, PORTS)


def test_the_document_is_sound_and_founded_when_it_was_said(
    layout: Layout, document: GenesisDocument
) -> None:
    assert load_genesis(layout.genesis) == document
    assert document.created == START
    assert document.authorities.quorum == QUORUM
    assert document.authorities.sovereign_min == SOVEREIGN_MIN
    assert {member.name for member in document.authorities.members} == {m.name for m in MEMBERS}


def test_every_key_is_sealed_and_no_two_are_the_same(
    layout: Layout, document: GenesisDocument
) -> None:
    passphrase = read_passphrase(layout.passphrase)
    authorities = {
        member.name: open_key(layout.authority_key(member.name), passphrase).public_key
        for member in MEMBERS
    }
    participants = {
        name: open_key(layout.participant_key(name), passphrase).public_key
        for name in [*(member.name for member in MEMBERS), *CLIENTS]
    }
    assert authorities == {member.name: member.key for member in document.authorities.members}
    assert {each.name: each.keys[0].key for each in document.participants} == {
        member.name: participants[member.name] for member in MEMBERS
    }
    keys = [*authorities.values(), *participants.values()]
    assert len(set(keys)) == len(keys) == 2 * len(MEMBERS) + len(CLIENTS)


def test_every_node_has_settings_and_a_directory_that_fit(
    layout: Layout, document: GenesisDocument
) -> None:
    for index, member in enumerate(MEMBERS):
        settings = load_settings(layout.settings(member.name))
        assert settings.peer.listen == f"127.0.0.1:{20_000 + index}"
        assert settings.api.listen == f"127.0.0.1:{21_000 + index}"
        assert settings.api.url == f"http://127.0.0.1:{21_000 + index}"
        assert settings.peers == {
            other.name: f"127.0.0.1:{20_000 + place}"
            for place, other in enumerate(MEMBERS)
            if other is not member
        }
        directory = open_directory(Path(settings.data), load_genesis(Path(settings.genesis)))
        assert (directory.name, directory.document) == (member.name, document)
        directory.close()


def test_two_networks_are_never_the_same(layout: Layout, document: GenesisDocument) -> None:
    again = found(Layout(layout.root.with_name("second")), START, PORTS)
    assert again.chain_id() != document.chain_id()


def test_nothing_is_overwritten(layout: Layout, document: GenesisDocument) -> None:
    with pytest.raises(FileExistsError):
        found(layout, START, PORTS)
    assert load_genesis(layout.genesis) == document
