"""`amanat key ceremony`."""

from pathlib import Path

from amanat.client.key_source import make_in_module
from amanat.client.keystore import KeystoreError
from amanat.client.shares.splitting import SHARES_MAX, THRESHOLD_MIN, SharesError
from amanat.node.ceremony.officers import Abandoned, AtTerminal
from amanat.node.ceremony.script import Plan, perform
from amanat.node.ceremony.transcript import Transcript, utc_now
from amanat.node.cli.failure import ExitCode, Failure
from amanat.node.cli.passphrases import Passphrases


def hold(
    name: str,
    directory: Path,
    passphrases: Passphrases,
    *,
    split: tuple[int, int],
    pkcs11: str | None,
) -> None:
    """Guide officers through making a key; `split` is how many shares, and how many it takes."""
    shares, threshold = split
    if not THRESHOLD_MIN <= threshold <= shares <= SHARES_MAX:
        raise Failure(f"{threshold} of {shares} shares cannot be: 2 or more, of at most 16")
    if not name.isascii() or not name.replace("-", "").replace("_", "").isalnum():
        raise Failure(f"{name!r} is no name of a key: letters, digits, - and _")
    uri = pkcs11
    plan = Plan(
        name,
        directory,
        shares,
        threshold,
        in_module=None if uri is None else lambda: make_in_module(uri, lambda: passphrases.of(uri)),
    )
    transcript = Transcript(f"Ceremony of the key {name}", utc_now)
    try:
        perform(plan, lambda: passphrases.new(name), AtTerminal(), transcript)
    except Abandoned as abandoned:
        raise Failure(
            f"the ceremony was abandoned: {abandoned}; the transcript says what became of the key",
            ExitCode.NOT_VALID,
        ) from abandoned
    except (KeystoreError, SharesError) as error:
        raise Failure(str(error)) from error
    except OSError as error:
        raise Failure(f"{directory} cannot be used: {error.strerror}") from error
