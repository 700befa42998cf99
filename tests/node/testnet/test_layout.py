"""Who is on the test network, where each listens, and what was started."""

import json
from pathlib import Path

import pytest

from amanat.ledger.authorities import AuthorityClass
from amanat.node.testnet.layout import CLIENTS, MEMBERS, QUORUM, SOVEREIGN_MIN, Layout, Ports

NODES = [
    {"name": "mof", "pid": 17, "started": 4711, "api": "http://127.0.0.1:8101"},
    {"name": "sbp", "pid": 18, "started": None, "api": "http://127.0.0.1:8102"},
]


def test_custodians_cannot_make_a_quorum_by_themselves() -> None:
    sovereign = [m for m in MEMBERS if m.authority_class is AuthorityClass.SOVEREIGN]
    assert [member.name for member in sovereign] == ["mof", "sbp"]
    assert len(MEMBERS) == 5
    assert len(MEMBERS) < 2 * QUORUM
    assert 1 <= SOVEREIGN_MIN <= len(sovereign)


def test_every_client_has_a_custodian() -> None:
    assert set(CLIENTS.values()) <= {member.name for member in MEMBERS}


def test_every_listener_has_a_port_of_its_own() -> None:
    assert Ports().every() == [
        *range(7101, 7106),
        *range(8101, 8106),
        *range(9101, 9106),
    ]
    assert Ports(20_000).every() == [
        *range(20_000, 20_005),
        *range(21_000, 21_005),
        *range(22_000, 22_005),
    ]


def test_what_was_started_is_read_back(tmp_path: Path) -> None:
    layout = Layout(tmp_path)
    assert layout.read_record() == []
    layout.record.write_text(json.dumps({"nodes": NODES}))
    assert layout.read_record() == NODES


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"\xff", b"[]", b"{}", b'{"nodes": 1}', b'{"nodes": [1]}', b'{"nodes": [{}]}',
     b'{"nodes": [{"name": "mof", "pid": "x", "started": 1, "api": ""}]}'],
)  # fmt: skip
def test_a_damaged_record_names_nobody(tmp_path: Path, content: bytes) -> None:
    layout = Layout(tmp_path)
    layout.record.write_bytes(content)
    assert layout.read_record() == []
