"""What may be shown of a log line to somebody who may not know accounts and transactions.

It keeps what is known to be harmless; whatever a later program logs is left out until it is named
here.
"""

import re
from typing import Any, Final

import msgspec

KEPT: Final = frozenset(
    {
        "timestamp",
        "level",
        "node",
        "network",
        "chain",
        "version",
        "peer",
        "leader",
        "members",
        "term",
        "role",
        "height",
        "applied",
        "last",
        "changed",
        "setting",
        "code",
        "ticks",
        "blocks",
        "candidate",
        "cause",
        "refusal",
        "votes",
        "last_term",
        "silence_seconds",
    }
)
"""Fields that never name an account or a transaction. A `reason` may: it is free text."""

EVENT: Final = re.compile(r"[a-z]+(?:[.-][a-z]+)+")
"""Names of events of ours; what libraries say is free text."""

HIDDEN: Final = "[redacted]"


def redacted(line: bytes) -> bytes:
    """Return a log line with all but what is known to be harmless hidden."""
    try:
        content: dict[str, Any] = msgspec.json.decode(line, type=dict[str, Any])
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return msgspec.json.encode({"event": HIDDEN}) + b"\n"
    shown = {name: value if name in KEPT else HIDDEN for name, value in content.items()}
    event = content.get("event")
    if isinstance(event, str) and EVENT.fullmatch(event):
        shown["event"] = event
    return msgspec.json.encode(shown) + b"\n"
