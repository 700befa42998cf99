"""`python -m amanat.verifier GENESIS BUNDLE`: exit 0 valid, 3 invalid, 2 wrongly called."""

import sys
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

from amanat.verifier.checks import Finding, verify
from amanat.verifier.contents import Balance
from amanat.verifier.decoding import Invalid
from amanat.verifier.statements import StatementFound, is_manifest, verify_statement
from amanat.verifier.submissions import Submission, is_submission_receipt, verify_submission


def _print(step: str, seen: str) -> None:
    sys.stdout.write(f"{step + ':':13} {seen}\n")


def _when(milliseconds: int) -> str:
    try:
        moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=milliseconds)
    except OverflowError:
        return f"{milliseconds} ms after 1970"
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _claim(finding: Finding) -> str:
    proved = finding.proved
    at = f"at height {finding.height}, {_when(finding.time)}, on {finding.network}"
    if isinstance(proved, Balance):
        return f"{proved.account} holds {proved.amount} of {proved.instrument} {at}"
    code = f" ({proved.code})" if proved.code else ""
    return f"transaction {proved.transaction} was {proved.outcome}{code} {at}"


def _word(submission: Submission) -> str:
    return (
        f"{submission.authority} had transaction {submission.transaction} at "
        f"{_when(submission.time)}, its log ending at height {submission.height}, "
        f"on {submission.network}"
    )


def _statement(found: StatementFound) -> str:
    asked = ", ".join(f"{name} {said}" for name, said in found.asked)
    checked = "" if found.file_checked else "; the file itself was not looked at"
    return (
        f"{found.authority} signed for the {found.format} file with SHA-256 {found.sha256}, "
        f"{found.rows} rows: {asked}, at height {found.height}, {_when(found.time)}, on "
        f"{found.network}{checked}"
    )


def main(arguments: list[str]) -> int:
    """Verify the named files, print each step in one line, and return the exit code."""
    if not 2 <= len(arguments) <= 3:
        sys.stderr.write("usage: python -m amanat.verifier GENESIS BUNDLE\n")
        sys.stderr.write("       python -m amanat.verifier GENESIS SUBMISSION-RECEIPT [BUNDLE]\n")
        sys.stderr.write("       python -m amanat.verifier GENESIS MANIFEST [FILE]\n")
        return 2
    try:
        genesis, bundle, *proofs = (Path(argument).read_bytes() for argument in arguments)
    except OSError as error:
        sys.stderr.write(f"cannot read {error.filename}: {error.strerror}\n")
        return 2
    try:
        if is_submission_receipt(bundle):
            proof = proofs[0] if proofs else None
            said = _word(verify_submission(genesis, bundle, _print, proof=proof))
        elif is_manifest(bundle):
            facts = (sha256(proofs[0]).digest(), len(proofs[0])) if proofs else None
            said = _statement(verify_statement(genesis, bundle, _print, file=facts))
        else:
            said = _claim(verify(genesis, bundle, _print))
    except Invalid as invalid:
        _print("INVALID", str(invalid))
        return 3
    _print("VALID", said)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
