"""What is proved, as a sentence; and moments as people write them."""

from datetime import UTC, datetime, timedelta

from amanat.verifier.checks import Finding
from amanat.verifier.contents import ClosingBalance, Outcome
from amanat.verifier.statements import StatementFound
from amanat.verifier.submissions import Submission


def claim(finding: Finding) -> str:
    """Return what a valid bundle proves."""
    proved = finding.proved
    at = f"at height {finding.height}, {when(finding.time)}, on {finding.network}"
    if isinstance(proved, Outcome):
        code = f" ({proved.code})" if proved.code else ""
        return f"transaction {proved.transaction} was {proved.outcome}{code} {at}"
    what = f"{proved.amount} of {proved.instrument}"
    if proved.reserved:
        what += f" ({proved.reserved} of it reserved)"
    if isinstance(proved, ClosingBalance):
        closing = f"block {finding.height}, {when(finding.time)}"
        day = f"at the close of {proved.day} ({closing}), on {finding.network}"
        return f"{proved.account} held {what} {day}"
    return f"{proved.account} holds {what} {at}"


def word(submission: Submission) -> str:
    """Return what an authority said by a receipt of submission."""
    return (
        f"{submission.authority} had transaction {submission.transaction} at "
        f"{when(submission.time)}, its log ending at height {submission.height}, "
        f"on {submission.network}"
    )


def signed_for(found: StatementFound) -> str:
    """Return what an authority said by the manifest of a statement."""
    asked = ", ".join(f"{name} {said}" for name, said in found.asked)
    checked = "" if found.file_checked else "; the file itself was not looked at"
    return (
        f"{found.authority} signed for the {found.format} file with SHA-256 {found.sha256}, "
        f"{found.rows} rows: {asked}, at height {found.height}, {when(found.time)}, on "
        f"{found.network}{checked}"
    )


def when(milliseconds: int) -> str:
    """Return a ledger time in UTC (ISO 8601), or as it is where that is beyond the year 9999."""
    try:
        moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=milliseconds)
    except OverflowError:
        return f"{milliseconds} ms after 1970"
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
