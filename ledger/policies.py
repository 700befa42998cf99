"""Policies and parameters: what governance decides, as data on the ledger."""

from typing import Annotated

from msgspec import Meta

from amanat.ledger.encoding import Structure
from amanat.ledger.participants import Role

Act = Annotated[str, Meta(pattern=r"\A[a-z]+(?:-[a-z]+)*(?:/[a-z]+(?:-[a-z]+)*)?\Z")]
"""A kind of act: an operation, and where it matters the kind of what it is done to."""

Positive = Annotated[int, Meta(ge=1, le=2**53)]


class Approval(Structure, frozen=True):
    """So many participants with this role must sign."""

    role: Role
    count: Annotated[int, Meta(ge=1, le=64)]


class Policy(Structure, frozen=True):
    """Who must approve an act. An act without a policy is refused."""

    act: Act
    approvals: Annotated[tuple[Approval, ...], Meta(min_length=1, max_length=9)]


class Parameters(Structure, frozen=True):
    """Limits that every node of the network applies alike."""

    validity_max_ms: Positive
    """How far ahead of ledger time a transaction's `valid_until` may lie."""
    clock_ahead_max_ms: Positive
    """How far ahead of its own clock a follower accepts a block's time."""
    transaction_bytes_max: Annotated[int, Meta(ge=1, le=1024 * 1024)]
    operations_max: Annotated[int, Meta(ge=1, le=10_000)]
    """Operations in one transaction."""
    block_transactions_max: Annotated[int, Meta(ge=1, le=10_000)]
    block_bytes_max: Annotated[int, Meta(ge=1, le=4 * 1024 * 1024)]
    """Bytes of transactions in one block, unless a single one is longer. A block always fits the
    largest value that `amanat.ledger.encoding` reads."""
    rejections_per_hour_max: Positive
    """Rejected transactions that one participant may cause in an hour of ledger time."""
