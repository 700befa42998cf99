"""What has happened once for all: who signed what. It is part of each explored state.

A state that remembers what was signed can be judged by itself, however it came about. What was
signed is never forgotten, so invariants about the past are seen in any later state.
"""

from dataclasses import dataclass

from amanat.consensus.statements import (
    Ack,
    CommitCertificate,
    LeaderCertificate,
    Proposal,
    Vote,
)
from amanat.ledger.crypto import Domain
from amanat.ledger.encoding import decode


@dataclass(frozen=True, slots=True)
class Signed:
    """`name` has signed `statement`."""

    name: str
    statement: Vote | Ack | Proposal


@dataclass(frozen=True, slots=True)
class Led:
    """An authority was elected."""

    term: int
    candidate: str


@dataclass(frozen=True, slots=True)
class ReadBegun:
    """A read was asked for when everything up to `height` was final."""

    name: str
    number: int
    height: int


Fact = Signed | Led | ReadBegun


def signed(name: str, message: bytes) -> Signed | None:
    """Return what a signature under `message` says, if it binds its signer."""
    domain, _, payload = message.partition(b"\x00")
    kinds: dict[bytes, type[Vote] | type[Ack] | type[Proposal]] = {
        Domain.VOTE.encode(): Vote,
        Domain.ACK.encode(): Ack,
        Domain.PROPOSAL.encode(): Proposal,
    }
    kind = kinds.get(domain)
    return Signed(name, decode(payload, kind)) if kind is not None else None


def shown_by(chain: bytes, certificate: LeaderCertificate | CommitCertificate) -> list[Signed]:
    """Return who must have signed what for `certificate` to exist."""
    if isinstance(certificate, LeaderCertificate):
        vote = Vote(chain, certificate.term, certificate.candidate, certificate.last)
        return [Signed(each.authority, vote) for each in certificate.votes]
    ack = Ack(chain, certificate.parent, certificate.block)
    return [Signed(each.authority, ack) for each in certificate.acks]


def conflict(one: Fact, two: Fact) -> str | None:
    """Return what must not be if both are facts, by the number of its invariant; or None."""
    match one, two:
        case Led(term, first), Led(other, second) if term == other and first != second:
            return f"1: {first} and {second} lead term {term}"
        case Signed(name, first_), Signed(other_, second_) if name == other_:
            return _contradiction(name, first_, second_)
    return None


def _contradiction(name: str, one: Vote | Ack | Proposal, two: Vote | Ack | Proposal) -> str | None:
    if one == two:
        return None
    match one, two:
        case Vote(), Vote() if one.term == two.term:
            return f"6: {name} signs two votes in term {one.term}"
        case Ack(), Ack() if one.block.position == two.block.position:
            return f"6: {name} acks two blocks at {one.block.position}"
        case Proposal(), Proposal() if one.block.position == two.block.position:
            return f"6: {name} proposes two blocks at {one.block.position}"
    return None
