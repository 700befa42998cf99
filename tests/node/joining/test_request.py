"""Join requests: signed files."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from amanat.node.joining.request import JoinRequest, RequestError, load, written
from tests.ledger.world import key, public_key

NEW = key("authority mof-2")
ASKED = JoinRequest(
    chain=bytes(32),
    name="mof-2",
    participant="mof",
    key=public_key("authority mof-2"),
    peer="mof-2.example:7101",
    api="http://mof-2.example:8101",
    version="0.1.0",
    program=bytes(range(32)),
)


def sign(message: bytes) -> bytes:
    return NEW.sign(message).signature


def test_what_is_asked_is_read_back(tmp_path: Path) -> None:
    file = tmp_path / "mof-2.join.json"
    file.write_text(written(ASKED, sign))
    assert load(file) == ASKED


@pytest.mark.parametrize("field", [each.name for each in msgspec.structs.fields(JoinRequest)])
def test_whatever_is_changed_breaks_the_signature(tmp_path: Path, field: str) -> None:
    file = tmp_path / "mof-2.join.json"
    content: dict[str, Any] = json.loads(written(ASKED, sign))
    another = public_key("authority sbp").hex() if len(content[field]) == 64 else "mof-3"
    file.write_text(json.dumps(content | {field: another}))
    with pytest.raises(RequestError, match="is not signed by the key that it names"):
        load(file)


@pytest.mark.parametrize(
    "change",
    [
        lambda content: content.clear(),
        lambda content: content.pop("name"),
        lambda content: content.update(kind="other"),
        lambda content: content.update(name="Not A Name"),
        lambda content: content.update(name=7),
        lambda content: content.update(key="zz"),
        lambda content: content.update(signature=None),
        lambda content: content.update(peer="x" * 300),
    ],
)
def test_what_is_no_request_is_refused_in_a_line(
    tmp_path: Path, change: Callable[[dict[str, Any]], object]
) -> None:
    file = tmp_path / "join.json"
    content: dict[str, Any] = json.loads(written(ASKED, sign))
    change(content)
    file.write_text(json.dumps(content))
    with pytest.raises(RequestError) as refused:
        load(file)
    assert "\n" not in str(refused.value)
    for nothing in ("", "[]", "null", "[" * 10_000, "x" * 20_000):
        file.write_text(nothing)
        with pytest.raises(RequestError):
            load(file)
    file.unlink()
    with pytest.raises(RequestError, match="No such file"):
        load(file)
