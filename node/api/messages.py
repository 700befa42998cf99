"""The JSON of the API: amounts as decimal strings, digests and keys in hexadecimal."""

import base64

import msgspec

from amanat.ledger.blocks import BlockHeader
from amanat.ledger.receipts import Applied, Figures, Receipt
from amanat.node.api.notation import (
    AmountText,
    Base64Text,
    DateText,
    HeightNumber,
    Hex32Text,
    HexText,
    TimeMs,
)
from amanat.node.api.status_parts import NeglectView, SnapshotView, UpgradeView
from amanat.node.submissions import TransactionState, TransactionStatus


class Submission(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A signed transaction in JSON: as it is, or its body with the signatures."""

    transaction: Base64Text | None = None
    """The signed bytes in base64."""
    body: Base64Text | None = None
    """Instead: the body, as it was prepared."""
    signatures: dict[str, Base64Text] | None = None
    """With a body: by each signer's public key, in hexadecimal, its signature."""


class BatchSubmission(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Several signed transactions in JSON."""

    transactions: list[Base64Text]


class EventView(msgspec.Struct, frozen=True):
    """Something that an operation did."""

    operation: int
    name: str
    fields: dict[str, str]


class RejectionView(msgspec.Struct, frozen=True):
    """The rule that refused."""

    code: str
    operation: int
    figures: dict[str, str]


class TransactionView(msgspec.Struct, frozen=True, omit_defaults=True):
    """Where a transaction stands."""

    id: Hex32Text
    state: TransactionState
    final: bool
    height: HeightNumber | None = None
    index: int | None = None
    events: list[EventView] | None = None
    rejection: RejectionView | None = None
    submission_receipt: Base64Text | None = None
    """Base64 of this node's receipt of submission (docs/proofs.md), for what was just handed
    in and was not final then."""
    in_part: bool = False
    """Whether more was done, or could be said of a refusal, that is not for this reader."""


class BatchItem(msgspec.Struct, frozen=True, omit_defaults=True):
    """What became of one transaction of a batch: its state, or why it was refused."""

    id: Hex32Text | None = None
    state: TransactionState | None = None
    submission_receipt: Base64Text | None = None
    code: str | None = None
    detail: str | None = None


class HoldingView(msgspec.Struct, frozen=True, omit_defaults=True):
    """What an account holds of one instrument, at a final height."""

    account: str
    instrument: str
    amount: AmountText
    height: HeightNumber
    state_root: Hex32Text
    as_of: DateText | None = None
    """The business day at whose close it was, if that was asked for."""
    proof: Base64Text | None = None
    """Base64 of a balance proof, or with `as_of` of a balance certificate (docs/proofs.md)."""


class AttestationView(msgspec.Struct, frozen=True):
    """What the custodian says of the holder; the last day on which it holds, as ISO 8601."""

    commitment: Hex32Text
    investor_class: str
    jurisdiction: str
    tax_class: str
    expires: DateText | None


class AccountView(msgspec.Struct, frozen=True):
    """An account. Nothing says who the holder is."""

    name: str
    owner: str
    custodian: str
    kind: str
    form: str
    attestation: "AttestationView"


class KeyView(msgspec.Struct, frozen=True):
    """A key of a participant, in hexadecimal, what it weighs, and until when it counts."""

    key: Hex32Text
    weight: int
    until: TimeMs | None


class ParticipantView(msgspec.Struct, frozen=True):
    """A participant."""

    name: str
    title: str
    roles: list[str]
    keys: list["KeyView"]
    threshold: int
    lei: str | None
    standing: str


class BlockView(msgspec.Struct, frozen=True, omit_defaults=True):
    """A final block."""

    height: HeightNumber
    hash: Hex32Text
    term: int
    parent: Hex32Text
    time: TimeMs
    """Ledger time, milliseconds since 1970-01-01T00:00:00Z."""
    proposer: str
    state_root: Hex32Text
    transactions_root: Hex32Text
    opens_term: bool
    transactions: list[Hex32Text] | None = None
    """Ids in order."""
    certified_at: HeightNumber | None = None
    """Height of the block whose certificate makes this one final."""
    signers: list[str] | None = None
    """Who signed that certificate."""


class NodeView(msgspec.Struct, frozen=True):
    """One who takes part, as the node that answers knows it."""

    name: str
    participant: str
    """Who answers for what it signs."""
    authority_class: str = msgspec.field(name="class")
    part: str
    """`votes`, `learns`, `is joining` or `is leaving`."""
    key: Hex32Text
    api: str | None
    connected: bool


class NetworkView(msgspec.Struct, frozen=True):
    """The network that this node belongs to."""

    network: str
    chain: Hex32Text
    fingerprint: str
    quorum: int
    sovereign_min: int
    rule: str
    """`majority` or `two_thirds`: what makes a block final."""
    changing_since: HeightNumber | None
    """The block that began a change of the authorities, while that is under way."""
    leader: str | None
    authorities: list[NodeView]
    """All who take part: those who vote, those who are joining or leaving, and learners."""


class ReadinessView(msgspec.Struct, frozen=True):
    """This node's signed word that it has caught up, for a decision to let it vote."""

    name: str
    height: HeightNumber
    signature: HexText


class StatusView(msgspec.Struct, frozen=True):
    """This node at this moment."""

    name: str
    authority_class: str = msgspec.field(name="class")
    role: str
    term: int
    height: HeightNumber
    """The last final block applied here."""
    state_root: Hex32Text
    leader: str | None
    draining: bool
    """Whether it is about to be stopped, and leads no more."""
    api: str
    chain: Hex32Text
    version: str
    program: str
    """The digest of the program that runs here: the same for the same sources."""
    protocol: int
    """The protocol version by which the last final block here was executed."""
    upgrade: UpgradeView | None
    """The protocol version that is scheduled, if one is."""
    programs: list[Hex32Text]
    """The programs that governance lets nodes run; any, if none is listed."""
    last_height: HeightNumber
    """The last block in the log, final or not."""
    first_height: HeightNumber
    """The first block whose transactions are kept here; 1 if all are."""
    snapshot: SnapshotView | None
    """The snapshot that is being taken in, if one is."""
    pending: int
    """Transactions admitted here and not yet final."""
    evidence: int
    """Pieces of evidence that an authority broke the protocol; see /v1/evidence."""
    neglect: NeglectView | None
    """For what this node last gave up a leader, since it was started."""
    time: TimeMs
    """Ledger time of the last final block."""
    certificate_expires: TimeMs
    """When this node's TLS certificate ends; it renews it long before."""


class FieldView(msgspec.Struct, frozen=True):
    """A field of an operation."""

    name: str
    type: str
    unit: str | None
    nullable: bool
    optional: bool
    """Whether it may be left out."""
    takes: str
    """What it takes, in words."""


class OperationView(msgspec.Struct, frozen=True):
    """An operation that a transaction can hold."""

    name: str
    description: str
    fields: list[FieldView]
    signers: str
    policies: list[str]
    """The acts in it that governance approves."""
    cut_off: str | None
    """The business of the day after whose cut-off it waits for the next."""
    refusals: list[str]
    events: list[str]


class BundleView(msgspec.Struct, frozen=True):
    """A proof bundle."""

    proof: Base64Text
    """What `amanat proof verify` checks, offline (docs/wire-format.md)."""


class RecordView(msgspec.Struct, frozen=True):
    """A part of a node's record of its chain."""

    part: Base64Text
    """Base64 of the part (docs/wire-format.md)."""
    first: int = msgspec.field(name="from")
    last: int = msgspec.field(name="to")
    final: HeightNumber
    """The height of the last final block: ask on until there."""


class ChainView(msgspec.Struct, frozen=True):
    """A part of a node's chain, whole: with all that was signed."""

    part: Base64Text
    """Base64 of the part (docs/wire-format.md)."""
    first: int = msgspec.field(name="from")
    last: int = msgspec.field(name="to")
    final: HeightNumber
    """The height of the last final block: ask on until there."""


class EvidenceView(msgspec.Struct, frozen=True):
    """Proof that an authority broke the protocol."""

    id: Hex32Text
    kind: str
    authority: str
    text: str
    """What the authority did, in a sentence."""
    proof: Base64Text
    """Base64 of the evidence (docs/wire-format.md)."""


class Check(msgspec.Struct, frozen=True):
    """One thing that readiness depends on."""

    ok: bool
    detail: str


class Readiness(msgspec.Struct, frozen=True):
    """Whether this node can serve, and why not."""

    status: str
    checks: dict[str, Check]


def texts(figures: Figures) -> dict[str, str]:
    """Return figures as strings: JavaScript loses integers beyond 2**53."""
    return {name: str(value) for name, value in figures.items()}


def transaction_view(
    status: TransactionStatus, submission_receipt: str | None = None, *, in_part: bool = False
) -> TransactionView:
    """Return a status as JSON shows it, with a receipt if it was asked for by submitting."""
    events: list[EventView] | None = None
    rejection: RejectionView | None = None
    if status.receipt is not None:
        events, rejection = _outcome(status.receipt)
    return TransactionView(
        id=status.id.hex(),
        state=status.state,
        final=status.is_final,
        height=status.height,
        index=status.index,
        events=events,
        rejection=rejection,
        submission_receipt=submission_receipt,
        in_part=in_part,
    )


def _outcome(receipt: Receipt) -> tuple[list[EventView] | None, RejectionView | None]:
    outcome = receipt.outcome
    if isinstance(outcome, Applied):
        return [EventView(e.operation, e.name, texts(e.fields)) for e in outcome.events], None
    return None, RejectionView(outcome.code, outcome.operation, texts(outcome.figures))


def block_view(header: BlockHeader) -> BlockView:
    """Return a header as JSON shows it."""
    return BlockView(
        height=header.height,
        hash=header.digest().hex(),
        term=header.term,
        parent=header.parent.hex(),
        time=header.time,
        proposer=header.proposer,
        state_root=header.state_root.hex(),
        transactions_root=header.transactions_root.hex(),
        opens_term=bool(header.leader_certificate),
    )


def base64_text(data: bytes) -> str:
    """Return `data` in standard base64."""
    return base64.b64encode(data).decode()
