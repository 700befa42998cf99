"""The genesis document as people keep it, in JSON, turned into the bytes that name the chain.

The bytes decide: whoever reads the JSON wrongly gets another chain, to which no bundle belongs.
"""

import json
from typing import Any, Final

from amanat.verifier.decoding import Invalid, pack

HEX: Final = "hex"
"""A field of bytes, written in hexadecimal."""

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


def canonical(content: bytes) -> bytes:
    """Return the genesis document in its encoding, whichever form `content` has.

    Raises:
        Invalid: it begins as JSON does, and is no genesis document.
    """
    if content.lstrip()[:1] != b"{":
        return content
    try:
        return pack(_arrayed(json.loads(content), DOCUMENT, "the document"))
    except (ValueError, TypeError, OverflowError, RecursionError) as error:
        raise Invalid("genesis", f"not a genesis document: {error}") from error


def _arrayed(value: Any, shape: Any, where: str) -> Any:
    if isinstance(shape, dict):
        if not isinstance(value, dict) or value.keys() != shape.keys():
            raise ValueError(f"{where} must have exactly the fields {', '.join(shape)}")
        return [_arrayed(value[name], each, name) for name, each in shape.items()]
    if isinstance(shape, list):
        if not isinstance(value, list):
            raise TypeError(f"{where} must be a list")
        return [_arrayed(each, shape[0], where) for each in value]
    return bytes.fromhex(value) if shape == HEX else value
