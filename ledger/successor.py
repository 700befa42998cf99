"""The genesis document of a chain that succeeds one whose quorum is lost for good.

It names the last block that is kept and begins with the state after that block, with new
authorities. The participants that answer for sovereign authorities must all have signed it, with
the keys that the state has for them: so it is nobody else's decision, custodians can neither take
nor prevent it, and whoever has the document can check that.

The state itself is not in the document, which anybody may read; it is handed in by whoever founds
a node (`with_state`) and checked against the state root of the block.
"""

from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Final, TypeVar

import msgspec
from msgspec import Meta

from amanat.ledger.authorities import AuthorityClass
from amanat.ledger.blocks import BlockHeader
from amanat.ledger.configurations import Configuration
from amanat.ledger.crypto import Domain, Sign, domain_message, verify
from amanat.ledger.encoding import Structure, encode
from amanat.ledger.genesis import GenesisDocument
from amanat.ledger.governance.participants import Participant, Standing
from amanat.ledger.identifiers import Digest, Height, PublicKey, Signature
from amanat.ledger.moving.succession import SUCCESSIONS, Succession
from amanat.ledger.state import (
    CALENDAR,
    CONFIGURATION,
    DAY_SEALS,
    DEAD_KEYS,
    EXECUTED,
    PARAMETERS,
    PARTICIPANTS,
    POLICIES,
    VERSIONS,
    State,
    Table,
)
from amanat.ledger.tree.state_tree import MissingNode, NodeSource, StateTree, TreeUpdate

V = TypeVar("V")

Entries = Mapping[bytes, bytes]
"""A state: every key with its value."""

DROPPED: Final = (EXECUTED, DAY_SEALS)
"""What means nothing on another chain: ids of transactions that name the old one, and the heights
at which its days were closed."""


class Seen(Structure, frozen=True):
    """What one copy of the old chain was found to hold."""

    copy: Annotated[str, Meta(min_length=1, max_length=128)]
    """Whose, or what it is called."""
    height: Height
    """Of the last block in it that is certified."""
    block: Digest
    log_height: Height
    """Up to where its log goes: blocks above `height` may or may not have been final."""


class Lost(Structure, frozen=True):
    """A transaction of which somebody has shown that it was final above the block that is kept."""

    height: Height
    transaction: Digest
    block: Digest
    """The block that it was in."""


class Recovery(Structure, frozen=True):
    """What the successor takes over, and why."""

    header: BlockHeader
    """Of the last block that is kept."""
    certificate: bytes
    """The encoding of the certificate that makes it final."""
    lineage: bytes
    """The encoding of the proof of every change of the authorities up to it."""
    previous: Configuration
    """Who decided after that block, as its state has it."""
    reason: Annotated[str, Meta(min_length=1, max_length=1_000)]
    survey: Annotated[tuple[Seen, ...], Meta(min_length=1, max_length=64)]
    """All copies that were looked at, sorted by name."""
    lost: Annotated[tuple[Lost, ...], Meta(max_length=4_096)]
    """What was final and is in no copy, as far as receipts were shown; sorted, each once."""


class KeySignature(Structure, frozen=True):
    """A signature by one key of a participant."""

    key: PublicKey
    signature: Signature


class SuccessorDocument(GenesisDocument, frozen=True, dict=True, gc=True):
    """The first state of a chain that succeeds another."""

    recovery: Recovery
    signatures: tuple[KeySignature, ...]
    """Sorted by key, each once. They are no part of the chain's identity: more of them, or fewer,
    make no other chain."""

    def canonical(self) -> bytes:
        """Return the encoding of all fields but the signatures."""
        names = [field.name for field in msgspec.structs.fields(self)]
        return encode(tuple(getattr(self, name) for name in names if name != "signatures"))

    def message(self) -> bytes:
        """Return what the sovereign participants sign."""
        return domain_message(Domain.RECOVERY, self.canonical())

    def signed(self, key: PublicKey, sign: Sign) -> "SuccessorDocument":
        """Return the document with the signature of one more key."""
        return self.with_signatures([KeySignature(key, sign(self.message()))])

    def with_signatures(self, more: Iterable[KeySignature]) -> "SuccessorDocument":
        """Return the document with more signatures; whether they hold is for `problems`."""
        by_key = {each.key: each for each in (*self.signatures, *more)}
        merged = tuple(by_key[key] for key in sorted(by_key))
        after: SuccessorDocument = msgspec.structs.replace(self, signatures=merged)
        return after

    # --- what must hold ---------------------------------------------------------------------------

    @property
    def signers(self) -> tuple[Participant, ...]:
        """The participants that must sign: the active ones that answer for a sovereign authority.

        One that governance had suspended counts for nothing here either.
        """
        names = {
            member.operator
            for authorities in self.recovery.previous.sets
            for member in authorities.members
            if member.authority_class is AuthorityClass.SOVEREIGN
        }
        return tuple(
            each
            for each in self.participants
            if each.name in names and each.standing is Standing.ACTIVE
        )

    @property
    def lacking(self) -> tuple[str, ...]:
        """Those of the signers whose keys that signed do not reach their threshold."""
        keys = [each.key for each in self.signatures]
        at = self.recovery.header.time
        return tuple(each.name for each in self.signers if each.weight(keys, at) < each.threshold)

    def problems(self) -> list[str]:
        """Return everything that is wrong with the document; empty when a network may start."""
        found = self.draft_problems()
        found += [f"the sovereign participant {name} has not signed" for name in self.lacking]
        return found

    def draft_problems(self) -> list[str]:
        """Return what is wrong with the document, whoever has signed so far."""
        recovery = self.recovery
        found = super().problems()
        found += [] if self.signers else ["no active participant answers for a sovereign authority"]
        if self.created <= recovery.header.time:
            found.append("it must begin after the last block that is kept")
        found += self._signature_problems()
        old = {member.key: member.name for member in recovery.previous.everybody()}
        found += [
            f"{member.name} would use the key of {old[member.key]} on the old chain: each "
            "authority needs a new key"
            for member in self.authorities.members
            if member.key in old
        ]
        lost = [(each.height, each.transaction) for each in recovery.lost]
        if lost != sorted(set(lost)) or any(each[0] <= recovery.header.height for each in lost):
            found.append("what is lost must be sorted, each once, and above the block that is kept")
        names = [each.copy for each in recovery.survey]
        if names != sorted(set(names)):
            found.append("the copies surveyed must be sorted, each once")
        found += [
            f"{each.copy} holds the certified block {each.height}, above block "
            f"{recovery.header.height}: keep that one"
            for each in recovery.survey
            if each.height > recovery.header.height
        ]
        return found

    def _signature_problems(self) -> list[str]:
        keys = [each.key for each in self.signatures]
        found = [] if keys == sorted(set(keys)) else ["signatures must be sorted by key, each once"]
        known = {each.key for signer in self.signers for each in signer.keys}
        message = self.message()
        for each in self.signatures:
            if each.key not in known:
                found.append(f"the key {each.key.hex()[:16]} is of no sovereign participant")
            elif not verify(each.key, message, each.signature):
                found.append(f"the signature by {each.key.hex()[:16]} is not of this document")
        return found

    def _version_problems(self) -> list[str]:
        return [] if self.version == 3 else ["a successor's document has version 3"]

    # --- the state --------------------------------------------------------------------------------

    def with_state(self, entries: Entries) -> "SuccessorDocument":
        """Return the document with the state that it names at hand, once that is checked.

        Raises:
            ValueError: it is another state, or the document says otherwise than it.
        """
        root = StateTree.empty(_Nothing()).update(dict(entries), 0).tree.root
        if root != self.recovery.header.state_root:
            raise ValueError(
                f"the state has the root {root.hex()[:16]}; block {self.recovery.header.height} "
                f"has {self.recovery.header.state_root.hex()[:16]}"
            )
        if Inherited(entries).fields() != self._inherited_fields():
            raise ValueError("the participants, rules or authorities in it are not the state's")
        for member in self.authorities.members:
            if DEAD_KEYS.key(member.key) in entries:
                raise ValueError(f"the key of {member.name} was given up on the old chain")
        loaded: SuccessorDocument = msgspec.structs.replace(self)
        loaded.__dict__["entries"] = entries
        return loaded

    @property
    def has_state(self) -> bool:
        """Whether the state is at hand."""
        return "entries" in self.__dict__

    def _inherited_fields(self) -> tuple[Any, ...]:
        previous = self.recovery.previous
        return (previous, self.participants, self.policies, self.parameters, self.calendar)

    def initial_state(self, source: NodeSource) -> tuple[TreeUpdate, dict[bytes, bytes | None]]:
        """Return the state at height 0: that of the last block kept, under new authorities.

        Raises:
            ValueError: the document was not given its state (`with_state`).
        """
        entries: Entries | None = self.__dict__.get("entries")
        if entries is None:
            raise ValueError("the state of a successor's document is not at hand")
        state = State(entries.get)
        dropped = tuple(_prefix(table) for table in DROPPED)
        kept = {key: value for key, value in entries.items() if not key.startswith(dropped, 1)}
        state.put(Configuration.first(self.authorities), CONFIGURATION)
        versions = state.get(VERSIONS)
        if versions is not None:
            state.put(msgspec.structs.replace(versions, scheduled=None), VERSIONS)
        changes: dict[bytes, bytes | None] = {**kept, **state.changes()}
        for key, value in kept.items():
            if key.startswith(_prefix(SUCCESSIONS), 1):
                before = SUCCESSIONS.decode(value)
                changes[key] = encode(Succession(before.successor, 0))
        return StateTree.empty(source).update(changes, 0), changes


class Inherited:
    """What a document says over again of the state that it takes over."""

    def __init__(self, entries: Entries) -> None:
        self._entries = entries

    def fields(self) -> tuple[Any, ...]:
        """Return who decided, the participants, policies, parameters and calendar, in order.

        Raises:
            ValueError: the state comes from no genesis document.
        """
        participants = sorted(self._all(PARTICIPANTS), key=lambda each: each.name)
        policies = sorted(self._all(POLICIES), key=lambda each: each.act)
        one = (self._one(CONFIGURATION), self._one(PARAMETERS), self._one(CALENDAR))
        return (one[0], tuple(participants), tuple(policies), one[1], one[2])

    def _all(self, table: Table[V]) -> list[V]:
        start = _prefix(table)
        return [table.decode(v) for k, v in self._entries.items() if k.startswith(start, 1)]

    def _one(self, table: Table[V]) -> V:
        raw = self._entries.get(table.key())
        if raw is None:
            raise ValueError(f"the state holds no {table.kind}")
        return table.decode(raw)


def contradiction(one: SuccessorDocument, other: SuccessorDocument) -> tuple[PublicKey, ...]:
    """Return the keys that signed both of two different successors of one chain.

    Each is caught: there is one successor. Whether a signature holds is checked here.
    """
    if one.recovery.header.chain != other.recovery.header.chain:
        return ()
    if one.chain_id() == other.chain_id():
        return ()
    return tuple(sorted(_valid(one) & _valid(other)))


def _valid(document: SuccessorDocument) -> set[PublicKey]:
    message = document.message()
    return {each.key for each in document.signatures if verify(each.key, message, each.signature)}


def _prefix(table: Table[Any]) -> bytes:
    """Return how the keys of a table begin, after the byte that counts their parts."""
    return encode(table.kind)


class _Nothing:
    """The records of a tree that is wholly in memory."""

    def load(self, key: bytes) -> bytes:
        raise MissingNode(key.hex())
