"""`amanat evidence check`: what is shown is checked, and only what is proven counts."""

import json
from pathlib import Path

import pytest
from msgspec.structs import replace

from amanat.config.genesis_file import to_json
from amanat.consensus.evidence import Evidence
from amanat.node.api.evidence import evidence_view
from amanat.node.cli import evidence as checking
from amanat.node.cli.failure import ExitCode, Failure
from amanat.node.cli.output import Format
from amanat.node.store import Store
from tests.node.stored_data import double_proposal
from tests.node.test_reexecution import HISTORY, false

HEIGHT = 3
INVALID = false("a forged signer", HEIGHT)
TWICE = double_proposal(HISTORY)


@pytest.fixture
def genesis(tmp_path: Path) -> Path:
    file = tmp_path / "genesis.json"
    file.write_text(to_json(HISTORY.document))
    return file


def shown(place: Path, *found: Evidence) -> str:
    views = [evidence_view(each) for each in found]
    fields = [{name: getattr(view, name) for name in view.__struct_fields__} for view in views]
    place.write_text(json.dumps(fields))
    return str(place)


def checked(source: str, genesis: Path, data: Path | None = None) -> None:
    checking.check([source], genesis, record=None, data=data, output=Format.JSON)


def data_directory(place: Path, heights: int) -> Path:
    Store.create(place / "db", HISTORY.document)
    store = Store.open(place / "db", HISTORY.chain_id)
    store.append_synced(None, HISTORY.entries[:heights])
    store.close()
    return place


def test_two_statements_that_contradict_each_other_need_the_genesis_document_alone(
    tmp_path: Path, genesis: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(Failure, match="BROKEN: proof against mof") as failed:
        checked(shown(tmp_path / "shown", TWICE), genesis)
    assert failed.value.code is ExitCode.NOT_VALID
    assert json.loads(capsys.readouterr().out)[0]["proven"] == "yes"


def test_an_invalid_block_needs_the_blocks_before_it(
    tmp_path: Path, genesis: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = shown(tmp_path / "shown", INVALID)
    for data in (None, data_directory(tmp_path / "short", HEIGHT - 2)):
        checked(source, genesis, data)
        assert json.loads(capsys.readouterr().out)[0]["proven"] == checking.NO_BLOCKS
    with pytest.raises(Failure, match="BROKEN: proof against mof"):
        checked(source, genesis, data_directory(tmp_path / "enough", HEIGHT - 1))


def test_what_proves_nothing_accuses_nobody(
    tmp_path: Path, genesis: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(Failure, match="proves nothing"):
        checked(shown(tmp_path / "shown", replace(TWICE, second=TWICE.first)), genesis)
    assert json.loads(capsys.readouterr().out)[0]["proven"] == "no"


def test_nothing_shown_is_nothing_wrong(
    tmp_path: Path, genesis: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    checked(shown(tmp_path / "shown"), genesis)
    assert json.loads(capsys.readouterr().out) == []


@pytest.mark.parametrize("content", ["", "{", "[1]", '[{"proof": "!"}]', '[{"proof": "AAAA"}]'])
def test_what_is_no_evidence_is_refused_in_one_line(
    tmp_path: Path, genesis: Path, content: str
) -> None:
    (tmp_path / "shown").write_text(content)
    with pytest.raises(Failure, match="shown") as refused:
        checked(str(tmp_path / "shown"), genesis)
    assert refused.value.code is ExitCode.NOT_VALID
    assert "\n" not in str(refused.value)
