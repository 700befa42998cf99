"""Each share is handed to a custodian, who confirms it by reading its checksum back."""

from collections.abc import Sequence
from pathlib import Path

from amanat.client.shares import share_file
from amanat.client.shares.share_file import ShareOfKey
from amanat.client.shares.splitting import SharesError, combine
from amanat.node.ceremony.officers import Abandoned, Officers, confirmed, named
from amanat.node.ceremony.transcript import Transcript

TRIES = 3
"""How often a checksum may be mistyped."""


def hand_over(
    shares: Sequence[tuple[Path, ShareOfKey]], officers: Officers, transcript: Transcript
) -> None:
    """Give each share to a custodian of its own.

    Raises:
        Abandoned: a share is not confirmed.
    """
    custodians: set[str] = set()
    for file, given in shares:
        number = given.share.number
        custodian = named(officers, f"Who keeps share {number} of {given.shares}?")
        while custodian.lower() in custodians:
            officers.tell(f"{custodian} has a share already: two with one person are one.")
            custodian = named(officers, f"Who keeps share {number} of {given.shares}?")
        custodians.add(custodian.lower())
        sheet = file.with_suffix(".txt")
        sheet.touch(mode=0o600, exist_ok=False)
        sheet.write_text(given.sheet(), encoding="utf-8")
        officers.tell(f"Print {sheet}, or copy {file} to a medium, and hand it to {custodian}.")
        _read_back(given, custodian, officers)
        transcript.note(
            f"Share {number} of {given.shares} (checksum {given.checksum}) handed to {custodian}, "
            "who read its checksum back"
        )


def _read_back(given: ShareOfKey, custodian: str, officers: Officers) -> None:
    for _ in range(TRIES):
        answer = officers.ask(f"{custodian}, type the checksum that your share shows")
        if answer.replace(" ", "").lower() == given.checksum:
            return
        officers.tell("That is not the checksum of this share.")
    raise Abandoned(f"{custodian} could not confirm share {given.share.number}")


def tried(shares: Sequence[tuple[Path, ShareOfKey]], seed: bytes, transcript: Transcript) -> None:
    """Put the key together from the files, as in an emergency.

    Raises:
        Abandoned: it is not the key.
    """
    threshold = shares[0][1].share.threshold
    chosen = shares[-threshold:]
    try:
        whole = combine([share_file.load(file).share for file, _ in chosen]) == seed
    except SharesError as error:
        raise Abandoned(f"the shares do not bring the key back: {error}") from error
    if not whole:
        raise Abandoned("the shares do not bring the key back")
    numbers = ", ".join(str(given.share.number) for _, given in chosen)
    transcript.note(f"The key was put together from the shares {numbers}, and was the same")


def remove(
    shares: Sequence[tuple[Path, ShareOfKey]], officers: Officers, transcript: Transcript
) -> None:
    """Remove what this machine has of the shares.

    Raises:
        Abandoned: the officers say that not everybody has a share.
    """
    confirmed(officers, "Has every custodian the share in hand, sealed in an envelope?")
    for file, _ in shares:
        file.unlink()
        file.with_suffix(".txt").unlink()
    transcript.note("The files of the shares were removed from this machine")
