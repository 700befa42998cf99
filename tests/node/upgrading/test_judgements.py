"""`amanat node upgrade-check`: what each figure means, without a node."""

from collections.abc import Iterable
from typing import Any

import pytest

from amanat.node.backup.kept import LastBackup
from amanat.node.doctor.rows import Row, Verdict
from amanat.node.migration import OLDEST
from amanat.node.store import FORMAT
from amanat.node.upgrading import data, programs, protocol, sparing
from amanat.node.upgrading.surroundings import Surroundings

HOUR = 3_600_000
BACKUP = LastBackup("2026-11-26T18:20:00Z", 41, "/backups/mof/41")
AGAIN = "amanat backup create --config mof.toml /backups/mof"


def failed(found: Iterable[Row]) -> Row:
    """Return the one row that says FAIL."""
    (row,) = (each for each in found if each.verdict is Verdict.FAIL)
    assert row.next
    return row


def verdicts(found: Iterable[Row]) -> set[Verdict]:
    return {each.verdict for each in found}


# The program.


def test_the_program_that_runs_already_is_no_upgrade() -> None:
    assert programs.judge_program({"version": "1", "program": "ab"}, "ab").verdict is Verdict.WARN
    assert programs.judge_program({"version": "1", "program": "cd"}, "ab").verdict is Verdict.OK
    assert programs.judge_program(None, "ab").verdict is Verdict.OK


def test_a_python_that_is_not_meant_is_named_with_the_one_that_is() -> None:
    row = programs.judge_python((3, 13, 1), ">=3.11,<3.13")
    assert "3.13.1; this program needs >=3.11,<3.13" in failed([row]).finding
    assert programs.judge_python((3, 12, 0), ">=3.11,<3.13").verdict is Verdict.OK


def test_a_tls_that_nodes_do_not_speak_is_named() -> None:
    row = programs.judge_tls("OpenSSL 1.0.2", has_tls_1_3=False)
    assert "OpenSSL 1.0.2 has no TLS 1.3" in failed([row]).finding


def test_a_library_that_is_missing_or_another_is_named() -> None:
    wanted = ["msgpack>=1.2,<2", 'colorama>=1; sys_platform == "win32"', 'ruff; extra == "dev"']
    missing = failed(programs.judge_libraries(wanted, {}))
    assert missing.finding == "msgpack is not installed"
    another = failed(programs.judge_libraries(wanted, {"msgpack": "2.1"}))
    assert "msgpack is 2.1; this program needs" in another.finding
    assert verdicts(programs.judge_libraries(wanted, {"msgpack": "1.2.4"})) == {Verdict.OK}


# Protocol versions and genesis.


def test_a_protocol_version_that_is_not_known_is_named() -> None:
    told = {"protocol": 2, "upgrade": None}
    row = failed(protocol.judge(told, (1,)))
    assert row.finding == "version 2 is in force; this program knows 1: it would not start"
    assert verdicts(protocol.judge(told, (1, 2))) == {Verdict.OK}


def test_one_that_is_scheduled_and_not_known_is_named_with_its_block() -> None:
    told = {"protocol": 1, "upgrade": {"version": 2, "height": 700, "known": True}}
    assert "version 2 is scheduled from block 700 on" in failed(protocol.judge(told, (1,))).finding
    assert verdicts(protocol.judge(told, (1, 2))) == {Verdict.OK}


def test_where_nobody_could_be_asked_that_is_said() -> None:
    assert verdicts(protocol.judge(None, (1,))) == {Verdict.WARN}
    assert verdicts(sparing.judge("mof", Surroundings())) == {Verdict.WARN}


def test_a_node_on_another_chain_is_named() -> None:
    row = failed(protocol.judge_genesis("aa", {"sbp": {"chain": "bb"}, "cdc": {"chain": "aa"}}))
    assert row.finding.startswith("sbp are on another chain")


# Data.


def lying(format_: int = FORMAT, **changed: Any) -> data.Found:
    fields: dict[str, Any] = {
        "format": format_,
        "taken": 10 * 2**20,
        "free": 2**40,
        "backup": BACKUP,
        "backup_age_ms": HOUR,
    }
    return data.Found(**(fields | changed))


@pytest.mark.parametrize("format_", [OLDEST - 1, FORMAT + 1])
def test_data_that_this_program_does_not_read_is_named(format_: int) -> None:
    row = failed(data.judge(lying(format_), AGAIN))
    assert f"it has format {format_}; this program reads formats" in row.finding


def test_data_of_this_programs_format_needs_neither_room_nor_backup() -> None:
    assert verdicts(data.judge(lying(free=0, backup=None), AGAIN)) == {Verdict.OK}


def test_a_migration_needs_room() -> None:
    row = failed(data.judge(lying(OLDEST, free=2**20), AGAIN))
    assert (row.check, row.finding) == (
        "room to migrate",
        "the migration may take 266 MiB; 1 MiB are free",
    )


def test_a_migration_needs_a_backup_of_today_and_the_command_for_it_is_said() -> None:
    none = failed(data.judge(lying(OLDEST, backup=None), AGAIN))
    assert (none.check, none.next) == ("way back", AGAIN)
    old = failed(data.judge(lying(OLDEST, backup_age_ms=25 * HOUR), AGAIN))
    assert "the last backup, /backups/mof/41 of block 41 is 25 hours old" in old.finding
    assert verdicts(data.judge(lying(OLDEST), AGAIN)) == {Verdict.OK}


# The quorum.

CLASSES = {"mof": "sovereign", "sbp": "sovereign", "bank-a": "custodian", "bank-b": "custodian"}


def around(
    up: dict[str, int], *, quorum: int = 3, names: Iterable[str] = CLASSES, **changed: Any
) -> Surroundings:
    authorities = [
        {"name": name, "class": CLASSES[name], "part": "votes", "key": "00" * 32} for name in names
    ]
    network = {
        "quorum": quorum,
        "sovereign_min": 1,
        "rule": "majority",
        "changing_since": None,
        "authorities": authorities,
    }
    told = {name: {"name": name, "height": height} for name, height in up.items()}
    return Surroundings(network | changed, told)


def test_a_node_that_the_others_can_spare_is_spared() -> None:
    everybody = around(dict.fromkeys(CLASSES, 100))
    assert verdicts(sparing.judge("mof", everybody)) == {Verdict.OK}


def test_a_quorum_that_would_be_lost_is_named_with_who_is_missing() -> None:
    row = failed(sparing.judge("mof", around({"mof": 100, "sbp": 100, "bank-a": 100})))
    assert "sbp, bank-a would be left (bank-b does not answer)" in row.finding.replace(
        "bank-a, sbp", "sbp, bank-a"
    )


def test_who_is_far_behind_does_not_count() -> None:
    row = failed(sparing.judge("mof", around(dict.fromkeys(CLASSES, 100) | {"sbp": 9})))
    assert "sbp is 91 blocks behind" in row.finding


def test_a_quorum_without_the_state_is_none() -> None:
    row = failed(sparing.judge("mof", around(dict.fromkeys(CLASSES, 1) | {"sbp": 1}, quorum=3,
                                             sovereign_min=2)))  # fmt: skip
    assert "no sovereign quorum" in row.finding


def test_one_that_is_missing_and_can_be_is_a_warning() -> None:
    three = around({"mof": 1, "sbp": 1, "bank-a": 1}, quorum=2)
    assert verdicts(sparing.judge("mof", three)) == {Verdict.WARN}


def test_while_the_authorities_change_nobody_is_spared() -> None:
    changing = around(dict.fromkeys(CLASSES, 100), changing_since=7)
    assert "under way since block 7" in failed(sparing.judge("mof", changing)).finding


def test_a_node_without_a_vote_can_always_be_spared() -> None:
    assert verdicts(sparing.judge("archive", around({}))) == {Verdict.OK}


def test_the_only_authority_is_told_what_it_means() -> None:
    alone = around({"mof": 1}, quorum=1, names=["mof"])
    assert verdicts(sparing.judge("mof", alone)) == {Verdict.WARN}


def test_a_program_that_governance_does_not_list_is_named() -> None:
    row = failed(protocol.judge_program({"programs": ["cd"]}, "ab"))
    assert row.finding == "ab is not among the programs that governance lets run: cd"
    for listed in ([], ["ab"]):
        assert verdicts(protocol.judge_program({"programs": listed}, "ab")) == {Verdict.OK}
    assert list(protocol.judge_program(None, "ab")) == []
