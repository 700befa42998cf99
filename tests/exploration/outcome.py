"""What comes of one act at one node, and what can be said against it without looking further."""

from collections.abc import Iterable
from typing import NamedTuple

from amanat.consensus.interface import Effects
from amanat.consensus.messages import Append, Finalized, Message, RequestVote
from amanat.consensus.statements import BlockId, CommitCertificate, LeaderCertificate
from tests.consensus.signing import CHAIN
from tests.exploration.act import Letter
from tests.exploration.facts import Fact, Led, Signed, shown_by, signed
from tests.exploration.scope import Scope


class Outcome(NamedTuple):
    """What comes of an act. All sets are of numbers (`tests.exploration.numbers`)."""

    act: int
    part: int
    """The node's state thereafter."""
    sent: int
    facts: int
    needs: int
    """Signatures that must have been made, because certificates show them."""
    final: int
    """Blocks that the node now takes for final."""
    dropped: int
    """Blocks that its log or its disk held before and holds no more."""
    leads: int
    """The term that it now leads; 0 if it was not elected by this."""
    reads: int
    """The number of the read that it was asked for; 0 if it was not."""
    answers: tuple[tuple[int, int], ...]
    """Reads that may go ahead: their numbers and heights."""
    broken: str | None
    """What must not be, whatever has happened elsewhere."""


class Seen:
    """Gathers what comes out of the steps of one act of `name`."""

    def __init__(self, scope: Scope, name: str) -> None:
        self._scope, self._name = scope, name
        self.letters: list[Letter] = []
        self.facts: list[Fact] = []
        self.needs: list[Signed] = []
        self.final: list[BlockId] = []
        self.leads = 0
        self.answers: list[tuple[int, int]] = []
        self.writes = 0
        """How much the disk was given."""
        self.broken: str | None = None

    def signatures(self, messages: Iterable[bytes]) -> None:
        """Take note of what was signed."""
        found = (signed(self._name, message) for message in messages)
        self.facts += [fact for fact in found if fact is not None]

    def effects(self, effects: Effects, log: list[BlockId]) -> None:
        """Look at what came out of a step, after which the node has this `log`."""
        for outgoing in effects.messages:
            self.letters.append(Letter(self._name, outgoing.to, outgoing.message))
            for certificate in _certificates(outgoing.message):
                self._shown(certificate)
        if effects.persist is not None:
            self.writes += 1
        if effects.elected is not None:
            self._elected(effects.elected)
        if effects.final is not None:
            self.writes += 1
            self.final = log[: effects.final.block.height]
            if self.final[-1:] != [effects.final.block]:
                self.broken = f"3: {self._name} lacks a block that it takes for final"
            self._shown(effects.final.certificate)
        self.answers += [
            (each.number, each.height) for each in effects.reads if each.height is not None
        ]
        for evidence in effects.evidence:
            self.broken = f"6: {self._name} has evidence against {evidence.authority}"
        for fault in effects.faults:
            self.broken = (
                f"{self._name} finds fault with {fault.peer}, who is honest: {fault.reason}"
            )

    def _elected(self, certificate: LeaderCertificate) -> None:
        self.leads = certificate.term
        self.facts.append(Led(certificate.term, certificate.candidate))
        self._shown(certificate)
        if certificate.candidate != self._name:
            self.broken = f"1: {self._name} leads by the election of {certificate.candidate}"

    def _shown(self, certificate: LeaderCertificate | CommitCertificate) -> None:
        needs = shown_by(CHAIN, certificate)
        self.needs += needs
        names = [each.name for each in needs]
        if not self._scope.suffices(names):
            self.broken = f"7: {self._name} shows a certificate of {', '.join(names)}: no quorum"


def _certificates(message: Message) -> list[LeaderCertificate | CommitCertificate]:
    match message:
        case Append(_, leader, _, _, certificate):
            return [leader, certificate] if certificate is not None else [leader]
        case RequestVote(_, _, certificate, _) if certificate is not None:
            return [certificate]
        case Finalized(_, _, certificate, _):
            return [certificate]
    return []
