"""What an authority signed beside a statement's file: what the file is, and of which block."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from nacl.exceptions import CryptoError
from nacl.signing import VerifyKey

from amanat.verifier.authorities import certifier
from amanat.verifier.certified_headers import (
    Header,
    Network,
    check_certificate,
    check_configurations,
    read_headers,
    read_network,
)
from amanat.verifier.decoding import Invalid, expect, natural, pack, unpack
from amanat.verifier.eras import read_eras

KIND: Final = "amanat/statement-manifest/v1"
DOMAIN: Final = b"amanat/statement/v1\x00"


@dataclass(frozen=True)
class Total:
    """What a statement's rows of one instrument add up to, in its smallest unit."""

    instrument: str
    counted: int
    expected: int | None
    """What the ledger says it must be, by `expected_from`; None where nothing says it."""
    expected_from: str


@dataclass(frozen=True)
class StatementFound:
    """The block at `height` is final and led to `state_root`; the rest is `authority`'s word.

    `time` is in milliseconds since 1970-01-01T00:00:00Z: that of the block; `signed` is that of
    the authority's clock. Digests are in hexadecimal.
    """

    network: str
    chain: str
    height: int
    time: int
    block: str
    state_root: str
    authority: str
    signed: int
    asked: tuple[tuple[str, str], ...]
    format: str
    sha256: str
    size: int
    rows: int
    totals: tuple[Total, ...]
    file_checked: bool
    """Whether the file was there, and is the one that was signed for."""


def is_manifest(data: bytes) -> bool:
    """Return whether `data` begins as a manifest does."""
    return data.startswith(b"\x96" + pack(KIND))


def verify_statement(
    genesis: bytes,
    manifest: bytes,
    report: Callable[[str, str], None],
    *,
    file: tuple[bytes, int] | None = None,
) -> StatementFound:
    """Check a manifest against the genesis document.

    Args:
        genesis: the canonical genesis document.
        manifest: what the node signed.
        report: is told of each step that passed: its name, and what was seen.
        file: SHA-256 and size of the statement's file, None if that is not there.

    Raises:
        Invalid: the manifest proves nothing, the file is another one, or its sums are not what the
            ledger says. Nothing else is raised, whatever the bytes.
    """
    network = read_network(genesis)
    report("genesis", f"network {network.name}, chain {network.chain.hex()}")
    fields = expect("manifest", list, unpack("manifest", manifest), "the manifest", length=6)
    if fields[0] != KIND:
        raise Invalid("manifest", f"{fields[0]!r} is no manifest of a statement")
    header = _certified(network, fields, report)
    found = _statement(network, header, fields[4], file_checked=file is not None)
    _check_signature(network, fields, found.authority)
    report("signature", f"{found.authority} signed it")
    for total in found.totals:
        if total.expected not in (None, total.counted):
            reason = f"{total.instrument} adds up to {total.counted}, not to {total.expected}"
            raise Invalid("totals", f"{reason}, the {total.expected_from}")
    report("totals", _told(found.totals))
    if file is not None:
        if file != (bytes.fromhex(found.sha256), found.size):
            raise Invalid("file", f"its SHA-256 is {file[0].hex()}, not {found.sha256}")
        report("file", f"{found.size} bytes, {found.rows} rows, SHA-256 {found.sha256}")
    return found


def _certified(network: Network, fields: list[Any], report: Callable[[str, str], None]) -> Header:
    known = read_eras(network, fields[1])
    report("eras", f"{len(known)} of the authorities, the last since block {known[-1].since}")
    headers = read_headers("headers", network, fields[2])
    check_configurations("headers", known, headers)
    last = headers[-1]
    report("headers", f"{len(headers)} linked, heights {headers[0].height} to {last.height}")
    decided = certifier(known, last.height)
    signers = check_certificate("certificate", network, decided, last, fields[3], later=False)
    report("certificate", f"block {last.height} is made final by {', '.join(signers)}")
    return headers[0]


def _statement(
    network: Network, header: Header, value: Any, *, file_checked: bool
) -> StatementFound:
    step = "statement"
    parts = expect(step, list, value, "the statement", length=9)
    chain, authority, time, height, block, root, asked, file, totals = parts
    if chain != network.chain:
        raise Invalid(step, "it is of another chain")
    if (height, block, root) != (header.height, header.digest, header.state_root):
        raise Invalid(step, f"it is not about block {header.height}, which is certified")
    kind, digest, size, rows = expect(step, list, file, "the file", length=4)
    return StatementFound(
        network=network.name,
        chain=network.chain.hex(),
        height=header.height,
        time=header.time,
        block=header.digest.hex(),
        state_root=header.state_root.hex(),
        authority=expect(step, str, authority, "the authority"),
        signed=natural(step, time, "the time"),
        asked=tuple(_pair(step, each) for each in expect(step, list, asked, "what was asked")),
        format=expect(step, str, kind, "the format"),
        sha256=expect(step, bytes, digest, "the SHA-256", length=32).hex(),
        size=natural(step, size, "the size"),
        rows=natural(step, rows, "the number of rows"),
        totals=tuple(_total(step, each) for each in expect(step, list, totals, "the totals")),
        file_checked=file_checked,
    )


def _pair(step: str, value: Any) -> tuple[str, str]:
    name, said = expect(step, list, value, "a part of what was asked", length=2)
    return expect(step, str, name, "a name"), expect(step, str, said, "what was asked")


def _total(step: str, value: Any) -> Total:
    instrument, counted, expected, source = expect(step, list, value, "a total", length=4)
    return Total(
        instrument=expect(step, str, instrument, "an instrument"),
        counted=expect(step, int, counted, "a sum"),
        expected=None if expected is None else expect(step, int, expected, "what it must be"),
        expected_from=expect(step, str, source, "what says so"),
    )


def _check_signature(network: Network, fields: list[Any], authority: str) -> None:
    step = "signature"
    known = read_eras(network, fields[1])
    keys = {key for each in known if (key := each.key(authority)) is not None}
    if not keys:
        raise Invalid(step, f"{authority!r} is not known to be an authority of this network")
    signature = expect(step, bytes, fields[5], "the signature", length=64)
    message = DOMAIN + pack(fields[4])
    for key in keys:
        try:
            VerifyKey(key).verify(message, signature)
        except (CryptoError, ValueError):
            continue
        return
    raise Invalid(step, f"the signature of {authority} does not hold")


def _told(totals: tuple[Total, ...]) -> str:
    if not totals:
        return "there is nothing to add up"
    said = {
        "supply": "as much as there is of it",
        "custodian": "as much as the custodian's accounts hold together",
        "change": "as much as holdings changed by",
    }
    return "; ".join(
        f"{each.instrument} {each.counted}, "
        + said.get(each.expected_from, "with nothing to compare it to")
        for each in totals
    )
