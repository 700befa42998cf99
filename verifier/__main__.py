"""`amanat-verify FILE --genesis GENESIS`: exit 0 valid, 3 not valid, 2 wrongly called."""

import argparse
import sys
from hashlib import file_digest
from pathlib import Path

from amanat.verifier.checks import verify
from amanat.verifier.decoding import Invalid
from amanat.verifier.genesis_file import canonical
from amanat.verifier.sentences import claim, signed_for, word
from amanat.verifier.statements import is_manifest, verify_statement
from amanat.verifier.submissions import is_submission_receipt, verify_submission


def _print(step: str, seen: str) -> None:
    sys.stdout.write(f"{step + ':':13} {seen}\n")


def _arguments(given: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="amanat-verify",
        description="Check what a node gave out, offline, against the genesis document alone.",
    )
    parser.add_argument("file", type=Path, help="a proof, a certificate, a receipt, a manifest")
    parser.add_argument("--genesis", type=Path, required=True, help="the genesis document")
    parser.add_argument(
        "--eras", type=Path, help="for the receipt of one that joined later: any proof made since"
    )
    parser.add_argument(
        "--of", type=Path, help="for the manifest of a statement: the statement's file"
    )
    return parser.parse_args(given)


def _facts(file: Path) -> tuple[bytes, int]:
    with file.open("rb") as content:
        return file_digest(content, "sha256").digest(), content.tell()


def main(given: list[str] | None = None) -> int:
    """Verify the named file, print each step in one line, and return the exit code."""
    asked = _arguments(sys.argv[1:] if given is None else given)
    try:
        document, content = asked.genesis.read_bytes(), asked.file.read_bytes()
        proof = asked.eras.read_bytes() if asked.eras is not None else None
        facts = _facts(asked.of) if asked.of is not None else None
    except OSError as error:
        sys.stderr.write(f"{error.filename} cannot be read: {error.strerror}\n")
        return 2
    try:
        genesis = canonical(document)
    except Invalid as invalid:
        sys.stderr.write(f"{asked.genesis}: {invalid.reason}\n")
        return 2
    try:
        if is_submission_receipt(content):
            said = word(verify_submission(genesis, content, _print, proof=proof))
        elif is_manifest(content):
            said = signed_for(verify_statement(genesis, content, _print, file=facts))
        else:
            said = claim(verify(genesis, content, _print))
    except Invalid as invalid:
        _print("NOT VALID", str(invalid))
        return 3
    _print("VALID", said)
    return 0


if __name__ == "__main__":
    sys.exit(main())
