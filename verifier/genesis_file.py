"""The genesis document as people keep it, in JSON, turned into the bytes that name the chain.

The bytes decide: whoever reads the JSON wrongly gets another chain, to which no bundle belongs.
"""

import json
from typing import Any, Final, NamedTuple

from amanat.verifier.decoding import Invalid, pack

HEX: Final = "hex"
"""A field of bytes, written in hexadecimal."""


class OrNone(NamedTuple):
    """A field that may be null."""

    shape: Any


_AUTHORITY: Final = {"name": None, "key": HEX, "authority_class": None, "participant": None}
_KEY: Final = {"key": HEX, "weight": None, "until": None}
DOCUMENT: Final = {
    **dict.fromkeys(("version", "network", "created")),
    "authorities": {
        "members": [_AUTHORITY],
        **dict.fromkeys(("quorum", "sovereign_min", "rule")),
    },
    "participants": [
        {
            **dict.fromkeys(("name", "title", "roles")),
            "keys": [_KEY],
            **dict.fromkeys(("threshold", "lei", "standing")),
        }
    ],
    "policies": [
        {
            "act": None,
            "approvals": [dict.fromkeys(("role", "count"))],
            **dict.fromkeys(("age_max_ms", "delay_ms")),
        }
    ],
    "parameters": dict.fromkeys(
        (
            "validity_max_ms",
            "clock_ahead_max_ms",
            "transaction_bytes_max",
            "operations_max",
            "block_transactions_max",
            "block_bytes_max",
            "rejections_per_hour_max",
            "proposal_max_ms",
        )
    ),
    "calendar": {
        **dict.fromkeys(("weekend", "holidays")),
        "cut_offs": [dict.fromkeys(("business", "minute"))],
    },
}
"""The fields of the document and of what is in it, in the order in which they are encoded."""


_CONFIGURATION: Final = {
    "current": DOCUMENT["authorities"],
    "incoming": OrNone(DOCUMENT["authorities"]),
    "learners": [_AUTHORITY],
    "since": None,
}
_HEADER: Final = {
    "version": None,
    "chain": HEX,
    **dict.fromkeys(("height", "term")),
    "parent": HEX,
    "time": None,
    **dict.fromkeys(("transactions_root", "state_root", "configuration"), HEX),
    "leader_certificate": HEX,
    "proposer": None,
}
SUCCESSOR: Final = {
    **DOCUMENT,
    "recovery": {
        "header": _HEADER,
        **dict.fromkeys(("certificate", "lineage"), HEX),
        "previous": _CONFIGURATION,
        "reason": None,
        "survey": [{"copy": None, "height": None, "block": HEX, "log_height": None}],
        "lost": [{"height": None, "transaction": HEX, "block": HEX}],
    },
}
"""The same of a chain that succeeds another. The signatures beside these are no part of what names
the chain."""


def canonical(content: bytes) -> bytes:
    """Return the genesis document in its encoding, whichever form `content` has.

    Raises:
        Invalid: it begins as JSON does, and is no genesis document.
    """
    if content.lstrip()[:1] != b"{":
        return content
    try:
        return pack(_document(json.loads(content)))
    except (ValueError, TypeError, OverflowError, RecursionError) as error:
        raise Invalid("genesis", f"not a genesis document: {error}") from error


def _document(value: Any) -> Any:
    if not isinstance(value, dict) or value.get("version") != 3:
        return _arrayed(value, DOCUMENT, "the document")
    unsigned = {name: each for name, each in value.items() if name != "signatures"}
    return _arrayed(unsigned, SUCCESSOR, "the document")


def _arrayed(value: Any, shape: Any, where: str) -> Any:
    if isinstance(shape, OrNone):
        return None if value is None else _arrayed(value, shape.shape, where)
    if isinstance(shape, dict):
        if not isinstance(value, dict) or value.keys() != shape.keys():
            raise ValueError(f"{where} must have exactly the fields {', '.join(shape)}")
        return [_arrayed(value[name], each, name) for name, each in shape.items()]
    if isinstance(shape, list):
        if not isinstance(value, list):
            raise TypeError(f"{where} must be a list")
        return [_arrayed(each, shape[0], where) for each in value]
    return bytes.fromhex(value) if shape == HEX else value
