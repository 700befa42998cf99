"""The genesis document: all that a network starts from. Its digest is the chain's identity."""

from collections.abc import Iterable
from typing import Annotated, Any, Literal

from msgspec import Meta

from amanat.ledger.authorities import AuthoritySet
from amanat.ledger.configurations import Configuration
from amanat.ledger.crypto import Domain, digest
from amanat.ledger.dates import BusinessDay, date_of
from amanat.ledger.days.calendar import Calendar
from amanat.ledger.encoding import Structure, encode
from amanat.ledger.governance import constitution, roles
from amanat.ledger.governance.participants import Participant
from amanat.ledger.governance.policies import Parameters, Policy
from amanat.ledger.identifiers import Digest, LedgerTime, Name
from amanat.ledger.state import (
    BUSINESS_DAY,
    CALENDAR,
    CONFIGURATION,
    KEYS,
    PARAMETERS,
    POLICIES,
    VERSIONS,
    State,
)
from amanat.ledger.tree.state_tree import NodeSource, StateTree, TreeUpdate
from amanat.ledger.versions import Versions


class GenesisDocument(Structure, frozen=True):
    """The first state of a network."""

    version: Literal[2, 3]
    """3: of a chain that succeeds another (`amanat.ledger.successor`)."""
    network: Name
    created: LedgerTime
    authorities: AuthoritySet
    participants: Annotated[tuple[Participant, ...], Meta(min_length=1)]
    """Sorted by name."""
    policies: tuple[Policy, ...]
    """Sorted by act."""
    parameters: Parameters
    calendar: Calendar

    def chain_id(self) -> Digest:
        """Return the digest that names the chain."""
        return digest(Domain.GENESIS, self.canonical())

    def canonical(self) -> bytes:
        """Return what the chain's identity is the digest of, and what verifiers read."""
        return encode(self)

    def problems(self) -> list[str]:
        """Return everything that is wrong with the document; empty when a network may start."""
        found = self._version_problems()
        found += self.authorities.problems()
        found += _unsorted("participants", [participant.name for participant in self.participants])
        found += _unsorted("policies", [policy.act for policy in self.policies])
        found += self.parameters.problems()
        found += self.calendar.problems()
        for policy in self.policies:
            found += [f"{policy.act}: {problem}" for problem in policy.problems()]
            found += constitution.policy_problems(policy)
        found += constitution.founding_problems(self.participants)
        owners: dict[bytes, str] = {}
        for participant in self.participants:
            found += [f"{participant.name}: {problem}" for problem in participant.problems()]
            for each in participant.keys:
                if each.key in owners:
                    found.append(f"{participant.name} and {owners[each.key]} share a key")
                owners[each.key] = participant.name
        found += [
            f"the authority {member.name} uses the key of the participant {owners[member.key]}"
            for member in self.authorities.members
            if member.key in owners
        ]
        registered = {participant.name: participant for participant in self.participants}
        for member in self.authorities.members:
            found += constitution.authority_problems(member, registered.get)
        return found

    def _version_problems(self) -> list[str]:
        return [] if self.version == 2 else ["version 3 is that of a successor's document"]

    def initial_state(self, source: NodeSource) -> tuple[TreeUpdate, dict[bytes, bytes | None]]:
        """Return the state at height 0: the tree to store in `source`, and its entries."""
        state = State(lambda _: None)
        state.put(Configuration.first(self.authorities), CONFIGURATION)
        state.put(self.parameters, PARAMETERS)
        state.put(self.calendar, CALENDAR)
        state.put(Versions.first(), VERSIONS)
        first = self.calendar.on_or_after(date_of(self.created))
        state.put(BusinessDay(first, 1), BUSINESS_DAY)
        for participant in self.participants:
            roles.put(state, participant)
            for each in participant.keys:
                state.put(participant.name, KEYS, each.key)
        for policy in self.policies:
            state.put(policy, POLICIES, policy.act)
        changes = state.changes()
        return StateTree.empty(source).update(changes, 0), changes


def _unsorted(what: str, names: Iterable[Any]) -> list[str]:
    names = list(names)
    return [] if names == sorted(set(names)) else [f"{what} must be sorted, each once"]
