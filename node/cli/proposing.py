"""`amanat proposal`: create, show, approve, execute and withdraw."""

from collections.abc import Callable, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from amanat.client.message_signatures import RequestSigner
from amanat.ledger.encoding import encode
from amanat.ledger.identifiers import Digest
from amanat.ledger.operations import (
    ACTS,
    AnyOperation,
    Approve,
    ExecuteProposal,
    Propose,
    WithdrawProposal,
)
from amanat.ledger.wording import moment
from amanat.node import clock
from amanat.node.cli.connection import api_urls, talk
from amanat.node.cli.durations import milliseconds
from amanat.node.cli.failure import ExitCode, Failure
from amanat.node.cli.output import Format, figures, rendered_record, say, show, teller
from amanat.node.cli.signing import Signing, read_operations, sign
from amanat.node.client import Client
from amanat.node.written.reading import WrittenError, read
from amanat.node.written.writing import written

Step = Callable[[Digest], AnyOperation]

STEPS: Final[dict[str, Step]] = {
    "approve": Approve,
    "execute": ExecuteProposal,
    "withdraw": WithdrawProposal,
}
"""What can be done to a proposal that waits."""


def proposals(
    proposal: str | None,
    api: Sequence[str],
    output: Format,
    reader: RequestSigner | None = None,
) -> None:
    """Show one proposal, or all that wait."""
    found = _asked(proposal, api, reader)
    if output is not Format.TABLE:
        show(found, output)
        return
    records = [found] if proposal is not None else found
    for number, each in enumerate(records):
        if number:
            say("")
        show(_readable(each), output)
    if not records:
        say("none")


def propose(file: Path, expires_in: str, how: Signing, output: Format) -> None:
    """Propose the operations in a file.

    Raises:
        Failure: among others, one of them cannot be proposed.
    """
    operations = read_operations(file)
    for index, each in enumerate(operations):
        if not isinstance(each, ACTS):
            raise Failure(f"{file}: [{index}].operation: {each.tag()} cannot be proposed")
    expires = clock.now() + milliseconds(expires_in, "--expires-in")
    wanted = Propose(tuple(operations), expires)  # type: ignore[arg-type]
    try:
        operation = read(written(wanted))
    except WrittenError as error:
        raise Failure(f"{file}: {error}") from error
    teller(output)(f"digest of what is proposed: {digest_of(operations)}")
    sign([operation], how, output)


def take(step: str, proposal: str, agreed: Path | None, how: Signing, output: Format) -> None:
    """Approve, execute or withdraw a proposal, once it was shown and agreed to.

    Args:
        step: one of `STEPS`.
        proposal: its id.
        agreed: the file with the operations that were agreed on; None compares nothing.
        how: with which keys, and what becomes of it.
        output: how to print.

    Raises:
        Failure: among others, with 3, it is not what the file says; then nothing was signed.
    """
    identifier = _identifier(proposal)
    found = _asked(proposal, how.api, reader_if_asked=how.keys.reader)
    _check_told(found)
    tell = teller(output)
    for line in _lines(found):
        tell(line)
    if agreed is not None and digest_of(read_operations(agreed)) != found["digest"]:
        raise Failure(f"the proposal is not what {agreed} says", ExitCode.NOT_VALID)
    sign([STEPS[step](identifier)], how, output)


def digest_of(operations: Sequence[AnyOperation]) -> str:
    """Return the digest of operations that are proposed together, as the node shows it."""
    return sha256(encode(tuple(operations))).hexdigest()


def _asked(
    proposal: str | None,
    api: Sequence[str],
    reader: RequestSigner | None = None,
    reader_if_asked: Callable[[], RequestSigner] | None = None,
) -> Any:
    identifier = None if proposal is None else _identifier(proposal).hex()

    async def ask(client: Client) -> Any:
        if identifier is None:
            return [each async for each in client.proposals()]
        return await client.get(f"/v1/proposals/{identifier}")

    return talk(api_urls(api), ask, reader=reader, reader_if_asked=reader_if_asked)


def _identifier(proposal: str) -> Digest:
    try:
        identifier = bytes.fromhex(proposal)
    except ValueError:
        identifier = b""
    if len(identifier) != 32:
        raise Failure(f"{proposal!r} is no proposal's id: it takes 64 hexadecimal digits")
    return identifier


def _check_told(found: dict[str, Any]) -> None:
    """Check that the digest is of the operations that the node shows.

    Raises:
        Failure: it is not (3), or the node knows operations that this program does not.
    """
    try:
        operations = [read(each) for each in found["written"]]
    except WrittenError as error:
        raise Failure(f"what is proposed cannot be read by this program: {error}") from error
    if digest_of(operations) != found["digest"]:
        raise Failure("the node's digest is not of what it shows", ExitCode.NOT_VALID)


def _lines(found: dict[str, Any]) -> list[str]:
    return rendered_record(_readable(found)).splitlines()


def _readable(found: dict[str, Any]) -> dict[str, Any]:
    approvals = [f"{each['participant']} ({each['key'][:16]}…)" for each in found["approvals"]]
    lacking = [f"{each['code']} ({figures(each['figures'])})" for each in found["lacking"]]
    return {
        "id": found["id"],
        "proposer": found["proposer"],
        "would": found["sentence"],
        "digest": found["digest"],
        "status": found["status"],
        "approved_by": approvals or None,
        "lacks": lacking or None,
        "expires": moment(found["expires"]),
    }
