"""`amanat ledger record`, and comparing two records in `amanat audit`: who forked the chain."""

import base64
from pathlib import Path
from typing import Any

from amanat.consensus.evidence import Evidence, is_proven
from amanat.consensus.forensics import Record, culprits, fork_height, record_fault
from amanat.ledger.encoding import EncodingError, decode, encode
from amanat.ledger.genesis import GenesisDocument
from amanat.node.api.evidence import evidence_view
from amanat.node.cli.connection import talk
from amanat.node.cli.failure import ExitCode, Failure
from amanat.node.cli.output import Format, note, show
from amanat.node.client import Client
from amanat.node.record import BadRecord, RecordPart, joined


def save(url: str, file: Path, output: Format) -> None:
    """Save a node's record into a new file."""
    parts = _fetch(url)
    try:
        with file.open("xb") as target:
            target.write(encode(parts))
    except OSError as error:
        raise Failure(f"{file} cannot be written: {error.strerror}") from error
    height = sum(len(decode(each, RecordPart, bytes_max=len(each)).blocks) for each in parts)
    show({"file": str(file), "from": url, "height": height}, output)


def compare(first: Record, second: Record, document: GenesisDocument, output: Format) -> None:
    """Compare two sound records; name who forked the chain, with proof.

    Raises:
        Failure: somebody did (3).
    """
    fork = fork_height(first, second)
    chain = document.chain_id()
    known = {link.electorate for record in (first, second) for link in record.links}
    found = [
        each
        for each in culprits(first, second, chain)
        if any(is_proven(each, chain, configuration) for configuration in known)
    ]
    show(_report(document, (first, second), fork, found, output), output)
    if fork is not None:
        names = ", ".join(sorted({each.authority for each in found}))
        raise Failure(f"FORKED at height {fork}: proof against {names}", ExitCode.NOT_VALID)


def _report(
    document: GenesisDocument,
    records: tuple[Record, Record],
    fork: int | None,
    found: list[Evidence],
    output: Format,
) -> dict[str, Any]:
    views = [evidence_view(each) for each in found]
    report: dict[str, Any] = {
        "network": document.network,
        "heights": [record.final.height for record in records],
        "forked_at": fork,
        "culprits": sorted({view.authority for view in views}),
    }
    if output is not Format.TABLE:
        return {**report, "evidence": views}
    for view in views:
        note(view.text)
    return report


def sound_record(source: str, document: GenesisDocument) -> Record:
    """Return the record that a file holds or a node shows, once all in it is checked."""
    parts = _fetch(source) if source.startswith(("http://", "https://")) else _read(Path(source))
    chain = document.chain_id()
    try:
        record = joined(parts, chain, document.authorities)
    except BadRecord as bad:
        raise Failure(f"{source}: {bad}", ExitCode.NOT_VALID) from bad
    fault = record_fault(record, chain)
    if fault:
        raise Failure(f"{source}: {fault}", ExitCode.NOT_VALID)
    return record


def _fetch(url: str) -> list[bytes]:
    async def ask(client: Client) -> list[bytes]:
        parts: list[bytes] = []
        height = 0
        while True:
            answer = await client.get(f"/v1/record?from={height + 1}")
            parts.append(base64.b64decode(answer["part"]))
            reached = int(answer["to"])
            # A node without another block shows none; earlier versions name the one after the last.
            if reached >= int(answer["final"]) or reached <= height:
                return parts
            height = reached

    return talk([url], ask)


def _read(file: Path) -> list[bytes]:
    try:
        content = file.read_bytes()
        parts: list[bytes] = decode(content, list[bytes], bytes_max=len(content))
    except OSError as error:
        raise Failure(f"{file} cannot be read: {error.strerror}") from error
    except EncodingError as error:
        raise Failure(f"{file} is not a record: it is {error}", ExitCode.NOT_VALID) from error
    return parts
