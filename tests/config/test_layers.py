"""The environment above the file, and flags above both."""

from pathlib import Path

import msgspec
import pytest

from amanat.config.layers import strangers
from amanat.config.settings import (
    NodeSettings,
    SettingsError,
    effective_settings,
    load_settings,
)
from amanat.ledger.genesis import GenesisDocument
from amanat.ledger.governance.policies import Parameters
from tests.config.test_settings import GOOD, written


def test_each_layer_stands_above_the_one_before(tmp_path: Path) -> None:
    path = written(tmp_path, GOOD)
    environment = {"AMANAT_LOG_LEVEL": "error", "AMANAT_API__LISTEN": "127.0.0.1:9001"}
    found = load_settings(path, environment=environment, flags=["log_level=debug"])
    assert (found.log_level, found.api.listen) == ("debug", "127.0.0.1:9001")
    assert found.peer.listen == "0.0.0.0:7101"


def test_every_setting_says_where_its_value_comes_from(tmp_path: Path) -> None:
    environment = {"AMANAT_PEERS__CUSTODIAN_A": "a.example:7101", "AMANAT_API": "http://x:1"}
    found = effective_settings(
        written(tmp_path, GOOD), environment=environment, flags=["keep_blocks=500"]
    )
    sources = {each.name: each.source for each in found}
    assert sources["name"] == "file"
    assert sources["api.readers"] == "default"
    assert sources["keep_blocks"] == "flag --set keep_blocks"
    assert sources["peers.custodian-a"] == "environment AMANAT_PEERS__CUSTODIAN_A"
    assert {each.name: each.value for each in found}["keep_blocks"] == 500


def test_a_list_is_parted_by_spaces(tmp_path: Path) -> None:
    environment = {"AMANAT_API__CORS_ORIGINS": "https://a.example https://b.example"}
    found = load_settings(written(tmp_path, GOOD), environment=environment)
    assert found.api.cors_origins == ("https://a.example", "https://b.example")


@pytest.mark.parametrize(
    ("environment", "flags", "reason"),
    [
        ({"AMANAT_API__LISTN": "x:1"}, [], "did you mean 'listen'?"),
        ({"AMANAT_KEEP_BLOCKS": "many"}, [], "Expected `int | null`, got `str`"),
        ({"AMANAT_KEEP_BLOCKS": "5"}, [], ">= 100"),
        ({"AMANAT_PEER__LISTEN": "host:99999"}, [], "has no port from 1 to 65535"),
        ({}, ["log_levl=debug"], "did you mean 'log_level'?"),
        ({}, ["log_level"], "write it as setting=value"),
        ({}, ["api=x"], "api is a section"),
        ({}, ["name.x=1"], "name is no section"),
        ({}, ["api.listen.x=1"], "unknown setting"),
    ],
)
def test_a_mistake_above_the_file_is_named(
    tmp_path: Path, environment: dict[str, str], flags: list[str], reason: str
) -> None:
    with pytest.raises(SettingsError) as refused:
        load_settings(written(tmp_path, GOOD), environment=environment, flags=flags)
    assert reason in str(refused.value)
    assert len(str(refused.value).splitlines()) == 1


def test_what_begins_as_ours_and_sets_nothing_is_known() -> None:
    environment = {"AMANAT_LOGLEVEL": "x", "AMANAT_LOG_LEVEL": "info", "HOME": "/"}
    assert strangers(NodeSettings, environment) == ["AMANAT_LOGLEVEL"]


def test_nothing_that_all_nodes_must_share_is_a_setting() -> None:
    """A node that could be told otherwise than the others would leave them."""
    own = {field.name for field in msgspec.structs.fields(NodeSettings)} - {"name"}
    for shared in (GenesisDocument, Parameters):
        assert own.isdisjoint(field.name for field in msgspec.structs.fields(shared))
