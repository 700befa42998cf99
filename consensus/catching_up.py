"""How a node that lags far behind learns what is final, from anybody (see docs/consensus.md).

A follower checks its leader's certificate against the configuration of the authorities. One that
lags behind a change of the authorities cannot do that yet. So it asks for final blocks, each batch
of which a commit certificate proves that it can check with what it knows, until it can tell who
leads. Such blocks need no leader: whoever has them may send them.
"""

from collections.abc import Iterator
from typing import Final

from amanat.consensus.asking import ask
from amanat.consensus.entry_checks import entry_fault, is_whole
from amanat.consensus.finality import certify_final
from amanat.consensus.log_entry import Entry
from amanat.consensus.messages import AskFinal, Finalized
from amanat.consensus.raft import Raft, Role
from amanat.consensus.snapshots import offer
from amanat.consensus.statements import CommitCertificate

BYTES_MAX: Final = 2 * 1024 * 1024
"""Bytes of one message, unless a single entry is longer."""

BYTES_LIMIT: Final = 6 * 1024 * 1024
"""The same where no certificate is nearer; whoever has none within it offers a snapshot."""


def on_ask_final(raft: Raft, sender: str, message: AskFinal) -> None:
    """Send final blocks from that height on, with a certificate that the sender can check."""
    first = message.height
    if not 0 < first <= raft.final.height:
        return
    for bytes_max in (BYTES_MAX, BYTES_LIMIT) if first >= raft.log.base else ():
        entries = list(raft.log.entries(first, bytes_max))
        proved = _proved(raft, entries)
        if proved is not None:
            count, certificate = proved
            taken = tuple(entries[:count])
            raft.out.send(sender, Finalized(raft.term, taken, certificate, raft.final.height))
            return
    offer(raft, sender)


def _proved(raft: Raft, entries: list[Entry]) -> tuple[int, CommitCertificate] | None:
    """Return how many of these entries are proved by a certificate, and by which; or None.

    To whom lacks them it is proof if it is of the era before them, or of the next one.
    """
    first = entries[0].block.height
    last = min(entries[-1].block.height, raft.final.height)
    known = raft.application.configuration(first - 1)
    if known is None:
        return None
    for certificate in _certificates(raft, entries, last):
        final = certificate.final(raft.rule)
        if final is None or not first <= final.height <= last:
            continue
        after = raft.configuration_after(final.height)
        if certificate.is_proof(raft.me.chain, known) and is_whole(raft, certificate, after):
            return final.height - first + 1, certificate
    return None


def _certificates(raft: Raft, entries: list[Entry], last: int) -> Iterator[CommitCertificate]:
    """Yield certificates for what is final of `entries`, best first; one of them will do.

    This node keeps those with which it learnt itself what is final, and these may be far apart.
    But by two thirds each block carries one, and by any rule a block that completes a change.
    """
    first = entries[0].block.height
    for end in (last, *_era_ends(raft, first, last)):
        certificate = raft.log.certificate(first, end)
        if certificate is not None:
            yield certificate
    if raft.commit is not None:
        yield raft.commit
    for entry in reversed(entries):
        if entry.parent_certificate is not None:
            yield entry.parent_certificate
    for end in reversed(_era_ends(raft, first, raft.final.height)):
        completing = raft.log.entry(end)
        if completing is not None and completing.change_certificate is not None:
            yield completing.change_certificate


def _era_ends(raft: Raft, first: int, last: int) -> list[int]:
    """Return the blocks from `first` to `last` that change the configuration, latest first."""
    found = []
    configuration = raft.application.configuration(last)
    while configuration is not None and first <= configuration.since:
        found.append(configuration.since)
        configuration = raft.application.configuration(configuration.since - 1)
    return found


def on_finalized(raft: Raft, sender: str, message: Finalized) -> None:
    """Take final blocks, whoever sends them, once it is proved that they are."""
    if raft.role in (Role.CANDIDATE, Role.LEADER):
        return
    raft.asked_final = 0
    entries = [entry for entry in message.entries if entry.block.height > raft.final.height]
    if not entries:
        return
    certificate = message.certificate
    fault = _proof_fault(raft, entries, certificate) or _take(raft, entries)
    # Only now is it known who decides after them.
    if not fault and not is_whole(
        raft, certificate, raft.configuration_after(entries[-1].block.height)
    ):
        fault = "its certificate has a signature that is not valid, or lacks one"
    if fault:
        raft.out.fault(sender, f"what it sends as final: {fault}")
        return
    certify_final(raft, entries[-1], certificate)
    if message.final > raft.final.height:
        ask(raft, sender)


def _proof_fault(raft: Raft, entries: list[Entry], certificate: CommitCertificate) -> str | None:
    """Return why these are not proved to be the next final blocks, or None."""
    previous = raft.final
    for entry in entries:
        block = entry.block
        if (block.height, entry.parent) != (previous.height + 1, previous.digest):
            return f"block {block.height} does not follow"
        if not raft.application.vouches(entry):
            return f"block {block.height} is not what its entry says"
        previous = block
    if certificate.final(raft.rule) != previous:
        return "the certificate is not for its end"
    # Invariants 2 and 7, with what is known here: the configuration of the last final block.
    if not certificate.is_proof(raft.me.chain, raft.final_configuration):
        return "its certificate is not valid"
    return None


def _take(raft: Raft, entries: list[Entry]) -> str | None:
    """Put final entries in the log, in place of what is not. Return what is wrong with one."""
    if entries[-1].block.term > raft.term:
        raft.become_follower(entries[-1].block.term)
    previous = raft.final
    for entry in entries:
        block = entry.block
        if raft.log.block_id(block.height) != block:
            if block.height <= raft.log.last.height:
                raft.truncate(previous.height)
            fault = entry_fault(raft, previous, entry)
            disagreement = None if fault else raft.application.extend(entry)
            if disagreement:
                fault = disagreement.reason
            if fault:
                return f"block {block.height}: {fault}"
            raft.append(entry)
        previous = block
    return None
