"""The ceremony, step by step. What is not confirmed ends it, and what it made is removed."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from amanat.client import keystore
from amanat.client.keystore import Cost, Signer
from amanat.client.shares.share_file import ShareOfKey, write
from amanat.client.shares.splitting import split
from amanat.config.words import key_words
from amanat.ledger.identifiers import PublicKey
from amanat.node.ceremony import custodians, machine
from amanat.node.ceremony.officers import Abandoned, Officers, confirmed, named
from amanat.node.ceremony.transcript import Transcript

OFFICERS_MIN = 2


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be made."""

    name: str
    """What the key is for, such as the authority's name."""
    directory: Path
    """A new directory for all that is made."""
    shares: int = 5
    threshold: int = 3
    cost: Cost = keystore.MODERATE
    in_module: Callable[[], PublicKey] | None = None
    """Makes the key in a hardware module, where it stays: then there are no shares."""


def perform(
    plan: Plan, passphrase: Callable[[], str], officers: Officers, transcript: Transcript
) -> PublicKey:
    """Perform the ceremony. The transcript is written in any case.

    Raises:
        Abandoned: a step was not confirmed. The key and its shares were removed, but for what is in
            a hardware module.
        SharesError, KeystoreError, OSError: something cannot be made; as before.
    """
    plan.directory.mkdir(mode=0o700)
    made = plan.directory / "made"
    made.mkdir(mode=0o700)
    try:
        key = _steps(plan, made, passphrase, officers, transcript)
    except BaseException as error:
        shutil.rmtree(made)
        reason = str(error) if isinstance(error, Abandoned) else type(error).__name__
        left = "What was made in files was removed"
        if plan.in_module is not None:
            left = "Whatever is in the hardware module is to be removed with its own tools"
        transcript.note(f"ABANDONED: {reason}. {left}")
        _close(plan, officers, transcript)
        raise
    _close(plan, officers, transcript)
    return key


def _steps(
    plan: Plan,
    made: Path,
    passphrase: Callable[[], str],
    officers: Officers,
    transcript: Transcript,
) -> PublicKey:
    _gather(officers, transcript)
    _check_machine(officers, transcript)
    if plan.in_module is not None:
        key = plan.in_module()
        transcript.note("The key was made in a hardware module, which it cannot leave")
        _compare(key, officers, transcript)
        return key
    officers.tell("The key is made now. Choose a passphrase that only its keepers know.")
    file = made / f"{plan.name}.json"
    signer = keystore.create(file, passphrase(), cost=plan.cost)
    digest = sha256(file.read_bytes()).hexdigest()
    transcript.note(f"The key was made and sealed into {file.name}, SHA-256 {digest}")
    _compare(signer.public_key, officers, transcript)
    shares = _split(plan, made, signer, transcript)
    custodians.hand_over(shares, officers, transcript)
    custodians.tried(shares, signer.seed(), transcript)
    custodians.remove(shares, officers, transcript)
    return signer.public_key


def _gather(officers: Officers, transcript: Transcript) -> None:
    officers.tell("Who is present? Name and office of each; an empty line ends the list.")
    while True:
        answer = officers.ask(f"Officer {len(transcript.officers) + 1}")
        if answer and answer.isprintable():
            transcript.officers.append(answer)
        elif len(transcript.officers) >= OFFICERS_MIN:
            break
        else:
            officers.tell(f"At least {OFFICERS_MIN} officers must be present.")
    transcript.note(f"{len(transcript.officers)} officers were present")
    place = named(officers, "Where does this take place?")
    transcript.note(f"Place: {place}")


def _check_machine(officers: Officers, transcript: Transcript) -> None:
    for line in machine.described():
        officers.tell(line)
        transcript.note(line)
    confirmed(officers, f"Is it {transcript.now():%Y-%m-%d %H:%M} UTC, by a clock on the wall?")
    transcript.note("The machine's clock was compared with another")
    worries = machine.worries()
    for worry in worries:
        officers.tell(f"WARNING: {worry}")
        transcript.note(f"Warning: {worry}")
    if worries:
        confirmed(officers, "Go on in spite of these warnings?")
        transcript.note("The officers decided to go on")
    else:
        transcript.note("No network was connected, and no swap was on")


def _compare(key: PublicKey, officers: Officers, transcript: Transcript) -> None:
    """Let everybody see the same key."""
    words = " ".join(key_words(key))
    officers.tell(f"Public key: {key.hex()}")
    officers.tell(f"In words:   {words}")
    transcript.note(f"Public key {key.hex()}")
    transcript.note(f"Public key in words: {words}")
    confirmed(officers, "Has every officer written down the key or its words?")


def _split(
    plan: Plan, made: Path, signer: Signer, transcript: Transcript
) -> list[tuple[Path, ShareOfKey]]:
    shares = []
    for share in split(signer.seed(), shares=plan.shares, threshold=plan.threshold):
        given = ShareOfKey(signer.public_key, plan.shares, share)
        file = made / f"share-{share.number}-of-{plan.shares}.json"
        write(file, given)
        shares.append((file, given))
    transcript.note(
        f"The key was split into {plan.shares} shares, any {plan.threshold} of which bring it back"
    )
    return shares


def _close(plan: Plan, officers: Officers, transcript: Transcript) -> None:
    text, page = transcript.write(plan.directory)
    officers.tell(f"The transcript is in {text}, and in {page} to print and sign.")
    officers.tell(f"Its SHA-256, to be read aloud and written down: {transcript.digest()}")
