"""Policies and parameters: what governance decides, as data on the ledger."""

from typing import Annotated, Final

from msgspec import Meta

from amanat.ledger.dates import DAY_MS
from amanat.ledger.encoding import Structure
from amanat.ledger.governance.participants import Role

Act = Annotated[
    str,
    Meta(
        pattern=r"\A[a-z]+(?:-[a-z]+)*(?:/[a-z]+(?:-[a-z]+)*)?\Z",
        title="act",
        description="an operation's name, where its policies name a kind with / and that",
    ),
]
"""A kind of act: an operation, and where it matters the kind of what it is done to."""

SEATS_MAX: Final = 64
"""Approvals that one policy may ask for."""

TRANSACTION_BYTES_LEAST: Final = 65_536
VALIDITY_LEAST_MS: Final = 60_000
NOTICE_MAX_MS: Final = 30 * DAY_MS
"""The longest notice that a policy may give."""

PROPOSAL_LEAST_MS: Final = NOTICE_MAX_MS + 7 * DAY_MS
"""A proposal can always live for the longest notice, and a week to collect approvals."""

Positive = Annotated[int, Meta(ge=1, le=2**53)]


class Approval(Structure, frozen=True):
    """So many participants with this role must sign."""

    role: Role
    count: Annotated[int, Meta(ge=1, le=64)]


class Policy(Structure, frozen=True):
    """Who must approve an act. An act without a policy is refused."""

    act: Act
    approvals: Annotated[tuple[Approval, ...], Meta(min_length=1, max_length=9)]
    """Sorted by role, each once. A participant approves for one role only."""
    age_max_ms: Positive
    """How long an approval of a proposal counts."""
    delay_ms: Annotated[int, Meta(ge=0, le=2**53)]
    """How long everybody has notice between the last approval and the act. Where it is not 0 the
    act is always proposed first."""

    @property
    def seats(self) -> list[Role]:
        """The role of each approval that is asked for."""
        return [each.role for each in self.approvals for _ in range(each.count)]

    def problems(self) -> list[str]:
        """Return what is wrong with this policy by itself; empty when nothing is."""
        found = []
        roles = [each.role for each in self.approvals]
        if roles != sorted(set(roles)):
            found.append("approvals must be sorted by role, each once")
        if self.delay_ms > NOTICE_MAX_MS:
            found.append(f"a notice of {self.delay_ms} ms is too long: at most {NOTICE_MAX_MS}")
        if len(self.seats) > SEATS_MAX:
            found.append(f"it asks for {len(self.seats)} approvals; at most {SEATS_MAX} may be")
        return found


class Parameters(Structure, frozen=True):
    """Limits that every node of the network applies alike."""

    validity_max_ms: Positive
    """How far ahead of ledger time a transaction's `valid_until` may lie."""
    clock_ahead_max_ms: Positive
    """How far ahead of its own clock a follower accepts a block's time."""
    transaction_bytes_max: Annotated[int, Meta(ge=1, le=1024 * 1024)]
    operations_max: Annotated[int, Meta(ge=1, le=10_000)]
    """Operations in one transaction, where each line of a batch counts as one."""
    block_transactions_max: Annotated[int, Meta(ge=1, le=10_000)]
    block_bytes_max: Annotated[int, Meta(ge=1, le=4 * 1024 * 1024)]
    """Bytes of transactions in one block, unless a single one is longer. A block always fits the
    largest value that `amanat.ledger.encoding` reads."""
    rejections_per_hour_max: Positive
    """Rejected transactions that one participant may cause in an hour of ledger time."""
    proposal_max_ms: Positive
    """How far ahead of ledger time a proposal's `expires` may lie."""

    def problems(self) -> list[str]:
        """Return what would lock everybody out; empty when nothing does.

        A network has to be able to hear a decision that undoes this one.
        """
        found = []
        if self.transaction_bytes_max < TRANSACTION_BYTES_LEAST:
            found.append(
                f"transaction_bytes_max {self.transaction_bytes_max} would keep out what must be "
                f"possible: at least {TRANSACTION_BYTES_LEAST}"
            )
        if self.validity_max_ms < VALIDITY_LEAST_MS:
            found.append(f"validity_max_ms must be at least {VALIDITY_LEAST_MS}")
        if self.proposal_max_ms < PROPOSAL_LEAST_MS:
            found.append(f"proposal_max_ms must be at least {PROPOSAL_LEAST_MS}")
        return found
