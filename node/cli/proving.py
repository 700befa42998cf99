"""`amanat holding show` and `amanat proof verify`: reading with and without trust."""

import base64
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote

from amanat.client.message_signatures import RequestSigner
from amanat.config.genesis_file import GenesisFileError, load_genesis
from amanat.node.cli.connection import api_urls, talk
from amanat.node.cli.failure import ExitCode, Failure
from amanat.node.cli.output import Format, say, show
from amanat.node.client import Client
from amanat.verifier.checks import Finding
from amanat.verifier.checks import verify as verify_bundle
from amanat.verifier.contents import Balance, ClosingBalance, Outcome
from amanat.verifier.decoding import Invalid
from amanat.verifier.sentences import claim, word
from amanat.verifier.submissions import Submission, is_submission_receipt, verify_submission

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Question:
    """What somebody wants to know, and from which nodes."""

    account: str
    instrument: str
    api: Sequence[str]
    as_of: str | None = None
    """At the close of which business day, as 2026-01-31."""
    at_height: int | None = None
    """After which block; without either, after the last final one."""

    @property
    def path(self) -> str:
        """What to ask a node for, without its query."""
        # Whatever was typed that is no text is sent as "?", which names nothing.
        account, instrument = (
            quote(name, safe="", errors="replace") for name in (self.account, self.instrument)
        )
        return f"/v1/accounts/{account}/holdings/{instrument}"

    @property
    def query(self) -> str:
        """The moment that is asked about, as a part of a query."""
        if self.as_of is not None:
            return "&as_of=" + quote(self.as_of, safe="", errors="replace")
        return "" if self.at_height is None else f"&at_height={self.at_height}"

    def is_answered(self, finding: Finding, amount: int) -> bool:
        """Return whether a proof shows this amount of what was asked for, when it was asked for."""
        proved = finding.proved
        if isinstance(proved, Outcome):
            return False
        if (proved.account, proved.instrument, proved.amount) != (
            self.account,
            self.instrument,
            amount,
        ):
            return False
        day = proved.day if isinstance(proved, ClosingBalance) else None
        return day == self.as_of and self.at_height in (None, finding.height)


def balance(
    question: Question,
    *,
    genesis: Path | None,
    save: Path | None,
    output: Format,
    reader: RequestSigner | None = None,
) -> None:
    """Show a holding; check its proof if a genesis document is given."""
    with_proof = genesis is not None or save is not None
    path = f"{question.path}?proof={str(with_proof).lower()}{question.query}"

    async def ask(client: Client) -> tuple[dict[str, Any], int, bytes]:
        seen = dict(await client.get(path))
        proof = base64.b64decode(seen.pop("proof")) if with_proof else b""
        return seen, int(seen["amount"]), proof

    shown, amount, bundle = talk(api_urls(question.api), ask, reader=reader)
    if save is not None:
        try:
            save.write_bytes(bundle)
        except OSError as error:
            raise Failure(f"{save} cannot be written: {error.strerror}") from error
    if genesis is not None:
        finding = check(bundle, genesis)
        if not question.is_answered(finding, amount):
            claimed = f"{amount} of {question.instrument} for {question.account}"
            shows = f"the node claims {claimed}, its proof shows: {claim(finding)}"
            raise Failure(shows, ExitCode.NOT_VALID)
        shown["verified"] = f"against {genesis}"
    show(shown, output)


def verify(bundle: Path, genesis: Path, eras: Path | None, output: Format) -> None:
    """Check a file that a node gave out: a proof, or a receipt of submission.

    `eras` is a proof that shows who the authorities are now; a proof shows it by itself.
    """
    steps: list[tuple[str, str]] = []
    content = read(bundle)
    if is_submission_receipt(content):
        proof = read(eras) if eras is not None else None
        shown = _said(checked(partial(verify_submission, proof=proof), content, genesis, steps))
    else:
        shown = proved(check(content, genesis, steps))
    tell(shown, steps, output)


def tell(shown: dict[str, Any], steps: Sequence[tuple[str, str]], output: Format) -> None:
    """Show what was proved, in a table after the steps that proved it."""
    if output is Format.TABLE:
        for step, seen in steps:
            say(f"{step + ':':13} {seen}")
    show(shown, output)


def read(file: Path) -> bytes:
    """Return what a file holds. Raises `Failure` if it cannot be read."""
    try:
        return file.read_bytes()
    except OSError as error:
        raise Failure(f"{file} cannot be read: {error.strerror}") from error


def _said(submission: Submission) -> dict[str, Any]:
    says = word(submission)
    return {"valid": True, "kind": "submission", "says": says, **asdict(submission)}


def proved(finding: Finding) -> dict[str, Any]:
    """Return what a bundle proves, as it is shown."""
    found = finding.proved
    kind = "balance" if isinstance(found, Balance) else "receipt"
    if isinstance(found, ClosingBalance):
        kind = "balance-certificate"
    shown = {
        "valid": True,
        "kind": kind,
        "says": claim(finding),
        "network": finding.network,
        "height": finding.height,
        "time": finding.time,
        **asdict(found),
    }
    if "amount" in shown:
        shown["amount"] = str(shown["amount"])
    return shown


def check(bundle: bytes, genesis: Path, steps: list[tuple[str, str]] | None = None) -> Finding:
    """Return what a bundle proves under a genesis file.

    Raises:
        Failure: the document is unusable (2), or the bundle is not valid (3).
    """
    return checked(verify_bundle, bundle, genesis, steps if steps is not None else [])


def checked(
    check: Callable[[bytes, bytes, Callable[[str, str], None]], T],
    content: bytes,
    genesis: Path,
    steps: list[tuple[str, str]],
) -> T:
    """Return what `check` finds in `content` under a genesis file.

    Raises:
        Failure: the document is unusable (2), or the content is not valid (3).
    """
    try:
        document = load_genesis(genesis).canonical()
    except GenesisFileError as error:
        raise Failure(str(error)) from error
    try:
        return check(document, content, lambda step, seen: steps.append((step, seen)))
    except Invalid as invalid:
        raise Failure(f"NOT VALID: {invalid}", ExitCode.NOT_VALID) from invalid
