"""The names and numbers that the ledger and consensus share.

Each alias carries its bounds, so the strict decoder (`amanat.ledger.encoding`) refuses a value
outside them before any rule sees it; and a title, by which programs know two integers of different
units apart, and people are told what stands in a field.
"""

from typing import Annotated, Final

from msgspec import Meta

AMOUNT_MAX: Final = 2**63 - 1
"""The largest amount of any instrument, in its smallest unit."""

Digest = Annotated[bytes, Meta(min_length=32, max_length=32, title="digest")]
"""A SHA-256 digest."""

PublicKey = Annotated[bytes, Meta(min_length=32, max_length=32, title="public key")]
"""An Ed25519 public key as RFC 8032 encodes it."""

Signature = Annotated[bytes, Meta(min_length=64, max_length=64, title="signature")]
"""An Ed25519 signature as RFC 8032 encodes it."""

Name = Annotated[
    str,
    Meta(
        pattern=r"\A[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?\Z",
        title="name",
        description="1 to 64 lower-case letters, digits and inner hyphens",
    ),
]
"""A participant, account or authority: 1 to 64 lower-case letters, digits and inner hyphens."""

InstrumentId = Annotated[
    str,
    Meta(
        pattern=r"\A[A-Z0-9](?:[A-Z0-9-]{0,30}[A-Z0-9])?\Z",
        title="instrument",
        description="1 to 32 capitals, digits and inner hyphens",
    ),
]
"""An instrument: its ISIN where it has one, else 1 to 32 capitals, digits and inner hyphens."""

Reference = Annotated[
    str,
    Meta(
        pattern=r"\A[A-Za-z0-9](?:[A-Za-z0-9/._-]{0,34})\Z",
        title="reference",
        description="1 to 35 letters, digits, /, ., _ and -, the first a letter or digit",
    ),
]
"""A participant's own reference, of at most 35 characters (ISO 20022). Never a person's name."""

Amount = Annotated[int, Meta(ge=0, le=AMOUNT_MAX, title="amount")]
"""A quantity in an instrument's smallest unit, 0 to 2**63 - 1."""

PositiveAmount = Annotated[int, Meta(ge=1, le=AMOUNT_MAX, title="amount")]
"""An amount that is not zero."""

Height = Annotated[int, Meta(ge=0, le=2**63 - 1, title="height")]
"""A block's distance from genesis, which has height 0."""

Term = Annotated[int, Meta(ge=0, le=2**63 - 1)]
"""A Raft term; 0 is genesis, before any election."""

LedgerTime = Annotated[int, Meta(ge=0, le=2**63 - 1, title="time")]
"""Milliseconds since 1970-01-01T00:00:00Z, without leap seconds."""

EMPTY_DIGEST: Final = bytes(32)
"""Stands where a digest of nothing is meant: genesis's parent, an empty tree."""
