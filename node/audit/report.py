"""What an audit found, as one record. Nobody signs it: whoever doubts it repeats the audit."""

from datetime import UTC, datetime
from typing import Final

import msgspec

from amanat.config.genesis_file import fingerprint
from amanat.ledger.state import VERSIONS, State
from amanat.node.audit.accusations import Accusation
from amanat.node.audit.auditor import Auditor
from amanat.node.audit.findings import CHECKS, Finding
from amanat.node.audit.totals import totals
from amanat.node.version import VERSION

IN_ORDER: Final = "in order"
NOT_IN_ORDER: Final = "not in order"


class EraView(msgspec.Struct, frozen=True):
    """Who decided from a block on."""

    since: int
    authorities: list[str]
    """Each with its class."""
    quorum: str
    """How many of them decide, and of these how many sovereign ones."""
    learners: list[str]


class TotalView(msgspec.Struct, frozen=True):
    """How much there is of an instrument, in decimal digits of its smallest unit."""

    instrument: str
    issued: str
    redeemed: str
    held: str
    holdings: int
    balanced: bool


class FindingView(msgspec.Struct, frozen=True):
    """The first thing that is not in order."""

    height: int
    check: str
    expected: str
    found: str


class Report(msgspec.Struct, frozen=True):
    """All that an audit says."""

    verdict: str
    finding: FindingView | None
    network: str
    fingerprint: str
    chain: str
    source: str
    source_kind: str
    blocks: int
    """How many are in order: those from 1 to this height."""
    last: int
    """How many the source says that it has."""
    first_time: str | None
    last_time: str | None
    block: str
    """Hash of the last block that is in order."""
    state_height: int
    """The block after which the state is that the root and the totals here are of."""
    state_root: str
    protocol_version: int
    rule: str
    eras: list[EraView]
    transactions: int
    applied: int
    rejected: dict[str, int]
    operations: dict[str, int]
    signatures: int
    certificates: int
    elections: int
    days_closed: int
    days: list[str]
    recounts: int
    totals: list[TotalView]
    evidence: list[Accusation]
    checks: dict[str, str]
    content: str
    """A digest of every block that was read."""
    resumed_from: int
    seconds: int
    program: str
    repeat: str
    """How anybody can repeat it."""


def report_of(auditor: Auditor, finding: Finding | None) -> Report:
    """Return what an audit that has ended says."""
    document, tally, tip = auditor.document, auditor.tally, auditor.chain.tip
    chain = document.chain_id()
    reached = auditor.last.height
    if finding is not None and finding.height <= reached:
        reached = finding.height - 1
    accused = auditor.accusations.judged(chain, auditor.ground.configurations, reached)
    block = auditor.ground.block_id(reached)
    return Report(
        verdict=IN_ORDER if finding is None else NOT_IN_ORDER,
        finding=None
        if finding is None
        else FindingView(finding.height, CHECKS[finding.check], finding.expected, finding.found),
        network=document.network,
        fingerprint=fingerprint(chain),
        chain=chain.hex(),
        source=auditor.source.name,
        source_kind=auditor.source.kind,
        blocks=reached,
        last=max(auditor.source.last, auditor.last.height),
        first_time=_moment(tally.first_time),
        last_time=_moment(tip.time) if reached else None,
        block=block.digest.hex() if block is not None else "",
        state_height=tip.height,
        state_root=tip.tree.root.hex(),
        protocol_version=_version(State(tip.tree.get)),
        rule=str(document.authorities.rule.value),
        eras=[_era(auditor, index) for index in range(len(auditor.ground.configurations))],
        transactions=tally.transactions,
        applied=tally.applied,
        rejected=dict(sorted(tally.rejected.items())),
        operations=dict(sorted(tally.operations.items())),
        signatures=tally.signatures,
        certificates=tally.certificates,
        elections=tally.elections,
        days_closed=tally.days_closed,
        days=tally.days,
        recounts=tally.recounts,
        totals=_totals(auditor),
        evidence=accused,
        checks=CHECKS,
        content=tally.content.hex(),
        resumed_from=auditor.resumed_from,
        seconds=auditor.seconds,
        program=f"amanat {VERSION}",
        repeat=(
            f"amanat audit SOURCE --genesis FILE, where FILE is a genesis document with the "
            f"fingerprint {fingerprint(chain)} and SOURCE a node, an archive or a data directory "
            "of the same network. It gives the same figures, whoever runs it, up to the same block."
        ),
    )


def _totals(auditor: Auditor) -> list[TotalView]:
    return [
        TotalView(
            each.instrument,
            str(each.issued),
            str(each.redeemed),
            str(each.held),
            each.holdings,
            each.is_balanced,
        )
        for each in totals(auditor.chain.tip.tree.items())
    ]


def _era(auditor: Auditor, index: int) -> EraView:
    configuration = auditor.ground.configurations[index]
    names = [
        f"{member.name} ({member.authority_class.value})"
        for each in configuration.sets
        for member in each.members
    ]
    quorums = [
        f"{each.quorum} of {len(each.members)}, {each.sovereign_min} sovereign"
        for each in configuration.sets
    ]
    learners = [member.name for member in configuration.learners]
    return EraView(configuration.since, list(dict.fromkeys(names)), " and ".join(quorums), learners)


def _version(state: State) -> int:
    versions = state.get(VERSIONS)
    return versions.current if versions is not None else 0


def _moment(time: int) -> str | None:
    """Return a ledger time as people read it, in UTC."""
    if time == 0:
        return None
    return datetime.fromtimestamp(time / 1000, UTC).isoformat(timespec="milliseconds")
