"""`amanat audit`: a whole ledger executed again from its genesis document, trusting no node."""

from dataclasses import dataclass
from pathlib import Path
from time import monotonic

import msgspec

from amanat.client.message_signatures import RequestSigner
from amanat.consensus.forensics import Record
from amanat.ledger.genesis import GenesisDocument
from amanat.ledger.successor import SuccessorDocument
from amanat.node.audit.auditor import Auditor, Manner
from amanat.node.audit.recorded import record_of
from amanat.node.audit.report import IN_ORDER, Report, report_of
from amanat.node.audit.report_page import page
from amanat.node.cli.audit_sources import Kind, failures, genesis, kind_of, opened, workplace
from amanat.node.cli.comparing import compare, sound_record
from amanat.node.cli.failure import ExitCode, Failure
from amanat.node.cli.output import Format, note, show
from amanat.node.cli.watching import watched
from amanat.node.seam import BrokenSeam, check_seam


@dataclass(frozen=True, slots=True)
class Choices:
    """How an audit is to be done."""

    checkpoint: Path | None = None
    """Where it works, so that it can go on; nowhere that stays if None."""
    recount_every: int | None = None
    report: Path | None = None
    """Where to put the report, as its ending says: .html or .json."""
    reader: RequestSigner | None = None
    """Who asks a node."""
    predecessor: Path | None = None
    """The genesis document of the chain that this one succeeds."""


def audit(source: str, genesis_file: Path, choices: Choices, output: Format) -> None:
    """Audit one source whole, and say what came of it.

    Raises:
        Failure: it is not in order (3), or cannot be audited.
    """
    document = genesis(genesis_file)
    _check_report(choices.report)
    _check_seam(document, choices.predecessor)
    report, _ = _audited(source, document, choices, with_record=False)
    _tell(report, choices.report, output)


def audit_both(
    sources: tuple[str, str], genesis_file: Path, choices: Choices, output: Format
) -> None:
    """Audit the first source whole, and the second as far as it can be, and compare the two.

    Raises:
        Failure: one is not in order, or somebody forked the chain (3); or it cannot be found out.
    """
    document = genesis(genesis_file)
    _check_report(choices.report)
    _check_seam(document, choices.predecessor)
    report, first = _audited(sources[0], document, choices, with_record=True)
    _tell(report, choices.report, output)
    if kind_of(sources[1]) in (Kind.DIRECTORY, Kind.ARCHIVE):
        others = Choices(recount_every=choices.recount_every, reader=choices.reader)
        report, second = _audited(sources[1], document, others, with_record=True)
        _tell(report, None, output)
    else:
        second = sound_record(sources[1], document)
    if first is None or second is None:
        raise AssertionError("a source that is in order has a record")
    compare(first, second, document, output)


def compare_signatures(sources: tuple[str, str], genesis_file: Path, output: Format) -> None:
    """Compare what two nodes show to anyone, executing nothing. Raises as `compare` does."""
    document = genesis(genesis_file)
    for source in sources:
        if kind_of(source) not in (Kind.NODE, Kind.RECORD):
            raise Failure(f"{source} is executed: leave --signatures out")
    first, second = (sound_record(source, document) for source in sources)
    compare(first, second, document, output)


def _check_seam(document: GenesisDocument, predecessor: Path | None) -> None:
    """Check that a chain succeeds another as it says."""
    if not isinstance(document, SuccessorDocument):
        if predecessor is not None:
            raise Failure("this chain succeeds no other: leave --predecessor out")
        return
    kept = document.recovery.header
    if predecessor is None:
        note(
            f"this chain succeeds {kept.chain.hex()[:16]} from its block {kept.height} on: with "
            "--predecessor GENESIS that is checked too"
        )
        return
    try:
        check_seam(document, genesis(predecessor))
    except BrokenSeam as broken:
        raise Failure(f"NOT IN ORDER at the seam: {broken}", ExitCode.NOT_VALID) from broken
    note(f"it succeeds {predecessor} from block {kept.height} on, by all that it must show")


def _audited(
    name: str, document: GenesisDocument, choices: Choices, *, with_record: bool
) -> tuple[Report, Record | None]:
    begun = monotonic()
    manner = Manner(choices.recount_every, seconds=lambda: monotonic() - begun)
    with (
        failures(),
        workplace(choices.checkpoint) as place,
        opened(name, place.path, choices.reader) as source,
    ):
        auditor = Auditor(document, source, place, manner)
        if auditor.resumed_from:
            note(f"going on after block {auditor.resumed_from:,}")
        try:
            with watched("audit", auditor.resumed_from) as watch:
                finding = auditor.run(watch)
        except KeyboardInterrupt:
            on = (
                "run it again to go on"
                if choices.checkpoint
                else "with --checkpoint it could go on"
            )
            raise Failure(f"interrupted after block {auditor.last.height:,}: {on}") from None
        report = report_of(auditor, finding)
        record = None
        if with_record and finding is None:
            record = record_of(source, auditor.ground.configurations)
    return report, record


def _tell(report: Report, file: Path | None, output: Format) -> None:
    if file is not None:
        content = page(report) if file.suffix == ".html" else _json(report)
        try:
            file.write_text(content, encoding="utf-8")
        except OSError as error:
            raise Failure(f"{file} cannot be written: {error.strerror}") from error
    shown = msgspec.to_builtins(report)
    show(shown if output is not Format.TABLE else _short(shown), output)
    if output is Format.TABLE and report.totals:
        show(shown["totals"], output)
    if report.verdict == IN_ORDER:
        return
    finding = report.finding
    if finding is None:
        raise AssertionError("what is not in order has a finding")
    raise Failure(
        f"NOT IN ORDER at block {finding.height}: expected {finding.expected}; "
        f"found {finding.found}. Blocks after it were not looked at",
        ExitCode.NOT_VALID,
    )


def _short(shown: dict[str, object]) -> dict[str, object]:
    """Return the report for a terminal: without what is the same in all, or has a table."""
    left_out = ("checks", "repeat", "totals", "evidence", "eras")
    found = {name: value for name, value in shown.items() if name not in left_out}
    eras, evidence = shown["eras"], shown["evidence"]
    if isinstance(eras, list) and isinstance(evidence, list):
        found["eras"] = [f"{era['quorum']} from block {era['since']} on" for era in eras]
        found["evidence"] = [f"{each['text']} (proven: {each['proven']})" for each in evidence]
    return found


def _json(report: Report) -> str:
    return msgspec.json.format(msgspec.json.encode(report), indent=2).decode() + "\n"


def _check_report(file: Path | None) -> None:
    """Say before the work that a report could not be written after it."""
    if file is None:
        return
    if file.suffix not in (".html", ".json"):
        raise Failure(f"{file} ends with neither .html nor .json")
    if not file.parent.is_dir():
        raise Failure(f"{file} cannot be written: {file.parent} is no directory")
