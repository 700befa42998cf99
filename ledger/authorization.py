"""Who consents to a transaction or a proposal, and whether that is enough for what it does."""

from collections.abc import Collection, Iterable, Iterator, Mapping

from amanat.ledger.encoding import Structure
from amanat.ledger.governance.approvals import empty_seats
from amanat.ledger.governance.participants import Participant, Standing
from amanat.ledger.governance.policies import Policy
from amanat.ledger.identifiers import LedgerTime, PublicKey
from amanat.ledger.rejections import Refused, RejectionCode
from amanat.ledger.state import KEYS, PARTICIPANTS, POLICIES, State


class SignatureOf(Structure, frozen=True):
    """This participant must sign, with keys whose weights reach its threshold."""

    participant: str
    without: tuple[PublicKey, ...] = ()
    """Keys that do not count here."""


class ApprovalOf(Structure, frozen=True):
    """The policy of this act must be satisfied."""

    act: str


Requirement = SignatureOf | ApprovalOf


class Consents:
    """The keys that consent, each since when; and what that amounts to now.

    Those of a transaction consent now. Those of a proposal consented one after the other, and a key
    that was taken from its participant in between counts for nothing any more.
    """

    __slots__ = ("_keys", "_noticed", "_state", "_time", "assumed", "delay", "waits")

    def __init__(
        self,
        state: State,
        time: LedgerTime,
        keys: Mapping[PublicKey, LedgerTime],
        *,
        noticed: LedgerTime | None = None,
        waits: bool = True,
    ) -> None:
        """Consider the consent of `keys`, each since its time, as it stands at `time`.

        Args:
            state: where the keys' participants, their roles and the policies stand.
            time: now.
            keys: when each consented.
            noticed: when the last approval of a proposal was there; None for a transaction's own
                signers, of whose act nobody has had notice.
            waits: whether an act whose policy gives notice has to wait for it.
        """
        self._state = state
        self._time = time
        self._keys = keys
        self._noticed = noticed
        self.waits = waits
        self.assumed: frozenset[str] = frozenset()
        """Participants that a rehearsal takes to consent, though they do not: it noted that."""
        self.delay = 0
        """The longest notice, in milliseconds, that a policy checked so far asks for."""

    @property
    def names(self) -> list[str]:
        """Every participant with at least one key among these, sorted."""
        owners = {self._state.get(KEYS, key) for key in self._keys}
        return sorted(owner for owner in owners if owner is not None)

    def signs(self, name: str, since: LedgerTime = 0, without: Collection[PublicKey] = ()) -> bool:
        """Return whether `name` consents, by keys that have done so at `since` or later.

        Those among `without` do not count.
        """
        if name in self.assumed:
            return True
        participant = self._state.get(PARTICIPANTS, name)
        if participant is None or participant.standing is not Standing.ACTIVE:
            return False
        keys = (key for key, when in self._keys.items() if when >= since and key not in without)
        return participant.weight(keys, self._time) >= participant.threshold

    def has_key(self, name: str) -> bool:
        """Return whether one of the keys that consent is a key of `name` that still counts."""
        participant = self._state.get(PARTICIPANTS, name)
        return participant is not None and participant.weight(self._keys, self._time) > 0

    def check(self, requirement: Requirement) -> Iterator[Refused]:
        """Yield every reason why `requirement` is not met."""
        if type(requirement) is SignatureOf:
            if not self.signs(requirement.participant, without=requirement.without):
                yield Refused(RejectionCode.MISSING_SIGNATURE, participant=requirement.participant)
        elif type(requirement) is ApprovalOf:
            policy = self._state.get(POLICIES, requirement.act)
            if policy is None:
                yield Refused(RejectionCode.NO_POLICY, act=requirement.act)
            else:
                yield from self._lacking(policy)
                yield from self._waiting(policy)

    def _lacking(self, policy: Policy) -> Iterator[Refused]:
        complete = self._time if self._noticed is None else self._noticed
        since = complete - policy.age_max_ms
        seats = policy.seats
        roles = {
            name: self._participant(name).roles for name in self.names if self.signs(name, since)
        }
        empty = empty_seats(seats, roles)
        for role in dict.fromkeys(empty):
            need = seats.count(role)
            yield Refused(
                RejectionCode.MISSING_APPROVAL,
                act=policy.act,
                role=role.value,
                have=need - empty.count(role),
                need=need,
            )

    def _waiting(self, policy: Policy) -> Iterator[Refused]:
        self.delay = max(self.delay, policy.delay_ms)
        if policy.delay_ms == 0 or not self.waits:
            return
        if self._noticed is None:
            yield Refused(RejectionCode.MUST_BE_PROPOSED, act=policy.act, delay_ms=policy.delay_ms)
        elif self._time < self._noticed + policy.delay_ms:
            until = self._noticed + policy.delay_ms
            yield Refused(RejectionCode.NOTICE_RUNS, act=policy.act, until=until)

    def _participant(self, name: str) -> Participant:
        participant = self._state.get(PARTICIPANTS, name)
        if participant is None:
            raise AssertionError(f"a key belongs to {name}, who does not exist")
        return participant


def unmet(consents: Consents, requirements: Iterable[Requirement]) -> Iterator[Refused]:
    """Yield every reason why one of `requirements` is not met."""
    for requirement in requirements:
        yield from consents.check(requirement)


def concerns(state: State, requirement: Requirement, name: str) -> bool:
    """Return whether the consent of the participant `name` can help to meet `requirement`."""
    if isinstance(requirement, SignatureOf):
        return requirement.participant == name
    policy = state.get(POLICIES, requirement.act)
    participant = state.get(PARTICIPANTS, name)
    if policy is None or participant is None:
        return False
    return any(role in participant.roles for role in policy.seats)
