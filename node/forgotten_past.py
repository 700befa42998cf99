"""A node that sees its own signature under what it knows nothing of: its past is lost.

That is what happens when an authority's key runs on an older disk, or on two machines. Such a node
must sign nothing more, for what it had promised it does not know. It ends, and does not start
again. One on a new disk knows that it knows nothing, and abstains until it is certain
(`consensus/certainty.py`).
"""

from collections.abc import Iterator
from typing import Final

from amanat.consensus.log_entry import Entry
from amanat.consensus.messages import Append, Finalized, Message, RequestVote
from amanat.consensus.raft import Identity
from amanat.consensus.statements import Ack, CommitCertificate, LeaderCertificate, Signatures, Vote
from amanat.ledger.crypto import verify
from amanat.ledger.identifiers import PublicKey
from amanat.node.sign_guard import SignGuard

ADVICE: Final = (
    "it must not sign as this authority: let a node with a new key take its place (docs/keys.md, "
    "a lost machine)"
)


class ForgottenPast(Exception):  # noqa: N818 - what is the case
    """This authority has signed what its sign guard does not know."""


class OwnPast:
    """Looks at what peers send for signatures of this node that it cannot have made here."""

    def __init__(self, me: Identity, key: PublicKey, guard: SignGuard) -> None:
        self._me = me
        self._key = key
        self._guard = guard

    def check(self, message: Message) -> None:
        """Look at the certificates in a message, before anything else does.

        Raises:
            ForgottenPast: one holds this node's signature, of a term after all that its guard has
                promised.
        """
        if self._guard.signs_nothing or self._guard.promise.acked is None:
            return  # it knows that it may have a past, and signs nothing
        for term, signed, signatures in _certificates(self._me.chain, message):
            if term <= self._guard.promise.term:
                continue
            for each in signatures:
                if each.authority == self._me.name and verify(self._key, signed, each.signature):
                    reason = f"{self._me.name} signed in term {term}, and this directory does not"
                    self._guard.disown(f"{reason} know of it: {ADVICE}")
                    raise ForgottenPast(f"{reason} know of it: {ADVICE}")


def _certificates(chain: bytes, message: Message) -> Iterator[tuple[int, bytes, Signatures]]:
    """Yield term, signed bytes and signatures of each certificate in a message."""
    found: list[LeaderCertificate | CommitCertificate | None] = []
    entries: tuple[Entry, ...] = ()
    if isinstance(message, Append):
        found += [message.leader_certificate, message.certificate]
        entries = message.entries
    elif isinstance(message, Finalized):
        found.append(message.certificate)
        entries = message.entries
    elif isinstance(message, RequestVote):
        found.append(message.certificate)
    for entry in entries:
        found += [entry.leader_certificate, entry.parent_certificate, entry.change_certificate]
    for each in found:
        if isinstance(each, LeaderCertificate):
            vote = Vote(chain, each.term, each.candidate, each.last)
            yield each.term, vote.message(), each.votes
        elif each is not None:
            yield each.block.term, Ack(chain, each.parent, each.block).message(), each.acks
