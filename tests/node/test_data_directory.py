"""A node's directory: made once, opened by one process, and never taken for another's."""

import fcntl
import json
import os
import shutil
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import msgspec
import pytest

from amanat.consensus.interface import Promise
from amanat.ledger.genesis import GenesisDocument
from amanat.node.data_directory import (
    DataDirectory,
    DirectoryError,
    create,
    open_directory,
    process_of,
)
from amanat.node.store import Store
from tests.ledger.world import authority_set, genesis

DOCUMENT = genesis()
CHAIN = DOCUMENT.chain_id()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """The directory of the authority mof."""
    create(tmp_path / "node", "mof", DOCUMENT)
    return tmp_path / "node"


@pytest.fixture
def directory(path: Path) -> Iterator[DataDirectory]:
    directory = open_directory(path, DOCUMENT)
    yield directory
    directory.close()


def contents(path: Path) -> dict[str, bytes]:
    """Return what every file holds, by its path in the directory."""
    return {
        str(file.relative_to(path)): file.read_bytes() for file in path.rglob("*") if file.is_file()
    }


def refusal(path: Path, document: GenesisDocument = DOCUMENT) -> str:
    """Return why the directory is not opened; nothing in it may have changed."""
    before = contents(path)
    with pytest.raises(DirectoryError) as refused:
        open_directory(path, document)
    assert contents(path) == before
    return str(refused.value)


def spoil(path: Path, **changes: object) -> None:
    """Change fields of the directory's identity."""
    identity = json.loads((path / "identity.json").read_text())
    (path / "identity.json").write_text(json.dumps(identity | changes))


# Creating.


def test_a_new_directory_is_that_of_an_authority_that_has_promised_nothing(
    directory: DataDirectory, path: Path
) -> None:
    assert (directory.path, directory.name, directory.document) == (path, "mof", DOCUMENT)
    assert directory.guard.promise == Promise(0, None, None)
    assert directory.store.applied().digest == CHAIN
    assert directory.tls.is_dir()


def test_a_new_directory_is_its_owners_alone(path: Path) -> None:
    assert {each.stat().st_mode & 0o777 for each in (path, path / "tls")} == {0o700}


def test_creating_never_overwrites(path: Path) -> None:
    before = contents(path)
    with pytest.raises(DirectoryError, match="is not empty: init never overwrites"):
        create(path, "sbp", DOCUMENT)
    assert contents(path) == before


def test_creating_keeps_away_from_other_files(tmp_path: Path) -> None:
    (tmp_path / "letter").write_text("dear")
    with pytest.raises(DirectoryError, match="is not empty"):
        create(tmp_path, "mof", DOCUMENT)
    assert contents(tmp_path) == {"letter": b"dear"}


def test_an_empty_directory_may_become_a_nodes(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    create(tmp_path / "empty", "mof", DOCUMENT)
    open_directory(tmp_path / "empty", DOCUMENT).close()


def test_a_name_that_is_no_founder_is_that_of_a_node_which_joins_later(tmp_path: Path) -> None:
    create(tmp_path / "node", "custodian-a", DOCUMENT)
    directory = open_directory(tmp_path / "node", DOCUMENT)
    assert directory.name == "custodian-a"
    directory.close()


def test_an_unsound_document_is_refused(tmp_path: Path) -> None:
    document = genesis(authority_set(["mof", "sbp", "cdc"], quorum=1))
    with pytest.raises(DirectoryError, match="the genesis document is unsound: two quorums of 1"):
        create(tmp_path / "node", "mof", document)
    assert list(tmp_path.iterdir()) == []


def test_a_place_where_no_directory_can_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(DirectoryError, match="cannot be made: Not a directory"):
        create(tmp_path / "file" / "node", "mof", DOCUMENT)


# Opening.


def test_a_directory_is_open_to_one_process_at_a_time(path: Path) -> None:
    first = open_directory(path, DOCUMENT)
    assert refusal(path) == f"{path} is in use by another process"
    first.close()
    open_directory(path, DOCUMENT).close()


def test_the_process_that_uses_a_directory_is_known_as_long_as_it_does(path: Path) -> None:
    directory = open_directory(path, DOCUMENT)
    assert process_of(path) == os.getpid()
    directory.close()
    with pytest.raises(DirectoryError, match="no node runs in"):
        process_of(path)


def test_one_that_has_not_said_who_it_is_yet_is_not_taken_for_the_one_before(path: Path) -> None:
    open_directory(path, DOCUMENT).close()
    with (path / "lock").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(DirectoryError, match="no node runs in"):
            process_of(path)


def test_what_was_promised_is_there_when_it_is_opened_again(path: Path) -> None:
    promise = Promise(1, None, None)
    directory = open_directory(path, DOCUMENT)
    directory.guard.write(promise)
    directory.close()
    again = open_directory(path, DOCUMENT)
    again.close()
    assert again.guard.promise == promise


def test_what_was_never_made_is_not_made_by_opening_it(tmp_path: Path) -> None:
    path = tmp_path / "node"
    assert refusal(path) == f"{path} does not exist: run `amanat init` first"
    assert not path.exists()


def test_a_half_made_directory_is_refused(path: Path) -> None:
    (path / "identity.json").unlink()  # it is written last
    assert refusal(path) == f"{path} is not a node's directory: run `amanat init` first"
    with pytest.raises(DirectoryError, match="is not empty"):
        create(path, "mof", DOCUMENT)


def test_another_chains_directory_is_refused(path: Path) -> None:
    other = msgspec.structs.replace(DOCUMENT, network="another-network")
    message = refusal(path, other)
    for shown in (CHAIN.hex()[:16], other.chain_id().hex()[:16], "or another directory"):
        assert shown in message


def test_another_format_is_refused(path: Path) -> None:
    spoil(path, format=2)
    assert refusal(path) == f"{path} has format 2; this program reads format 1"


@pytest.mark.parametrize(
    "content", ["", "{", "[]", "null", '"mof"', "{}", '{"format": 1}', "\udcff", "[" * 100_000]
)
def test_a_damaged_identity_is_refused(path: Path, content: str) -> None:
    (path / "identity.json").write_bytes(content.encode(errors="surrogateescape"))
    assert refusal(path) == f"{path}/identity.json is damaged: restore it"


@pytest.mark.parametrize("chain", [None, 7, [], {}, "", "another"])
def test_an_identity_that_names_no_chain_is_refused(path: Path, chain: object) -> None:
    spoil(path, chain=chain)
    assert "belongs to the chain" in refusal(path)


@pytest.mark.parametrize("part", ["sign-guard", "db"])
def test_a_directory_that_lost_a_part_is_refused_and_free_once_it_is_back(
    path: Path, part: str
) -> None:
    away = (path / part).rename(path.with_name("away"))
    assert str(path / part) in refusal(path)
    away.rename(path / part)
    open_directory(path, DOCUMENT).close()


def test_a_lost_sign_guard_is_not_replaced_by_one_that_promised_nothing(path: Path) -> None:
    (path / "sign-guard").unlink()
    assert "could sign against its past" in refusal(path)
    assert not (path / "sign-guard").exists()


def test_opening_puts_the_promise_on_disk_once_more(path: Path) -> None:
    before = (path / "sign-guard").read_bytes()
    directory = open_directory(path, DOCUMENT)
    directory.close()
    assert (path / "sign-guard").read_bytes() != before
    assert directory.guard.promise == Promise(term=0, vote=None, acked=None)


def test_a_damaged_sign_guard_is_refused(path: Path) -> None:
    size = (path / "sign-guard").stat().st_size
    (path / "sign-guard").write_bytes(sha256(b"noise").digest() * (size // 32))
    assert "every copy fails its checksum" in refusal(path)


def test_the_database_of_another_chain_is_refused(path: Path) -> None:
    other = msgspec.structs.replace(DOCUMENT, network="another-network")
    shutil.rmtree(path / "db")
    Store.create(path / "db", other)
    with pytest.raises(DirectoryError, match="it belongs to the chain"):
        open_directory(path, DOCUMENT)
