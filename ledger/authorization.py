"""Who signed a transaction, and whether that is enough for what it does."""

from collections.abc import Iterable

from amanat.ledger.encoding import Structure
from amanat.ledger.participants import Participant
from amanat.ledger.rejections import Refused, RejectionCode
from amanat.ledger.state import PARTICIPANTS, POLICIES, State


class SignatureOf(Structure, frozen=True):
    """This participant must sign, with as many of its keys as its threshold asks."""

    participant: str


class ApprovalOf(Structure, frozen=True):
    """The policy of this act must be satisfied."""

    act: str


Requirement = SignatureOf | ApprovalOf


class Signers:
    """The participants that signed one transaction, each with enough of its keys."""

    __slots__ = ("_keys", "_state")

    def __init__(self, state: State, owners: Iterable[str]) -> None:
        """`owners` are the participants that the signing keys belong to, one for each key."""
        self._state = state
        self._keys: dict[str, int] = {}
        for owner in owners:
            self._keys[owner] = self._keys.get(owner, 0) + 1

    @property
    def names(self) -> list[str]:
        """Every participant with at least one signature, sorted."""
        return sorted(self._keys)

    def signs(self, name: str) -> bool:
        """Return whether `name` signed with at least as many keys as its threshold asks."""
        keys = self._keys.get(name, 0)
        if keys == 0:
            return False
        participant = self._state.get(PARTICIPANTS, name)
        return participant is not None and keys >= participant.threshold

    def check(self, requirement: Requirement) -> None:
        """Raise `Refused` unless `requirement` is met."""
        if type(requirement) is SignatureOf:
            if not self.signs(requirement.participant):
                raise Refused(RejectionCode.MISSING_SIGNATURE, participant=requirement.participant)
        elif type(requirement) is ApprovalOf:
            self._check_approval(requirement.act)

    def _check_approval(self, act: str) -> None:
        policy = self._state.get(POLICIES, act)
        if policy is None:
            raise Refused(RejectionCode.NO_POLICY, act=act)
        signing = [self._participant(name) for name in self._keys if self.signs(name)]
        for approval in policy.approvals:
            have = sum(approval.role in participant.roles for participant in signing)
            if have < approval.count:
                raise Refused(
                    RejectionCode.MISSING_APPROVAL,
                    act=act,
                    role=approval.role.value,
                    have=have,
                    need=approval.count,
                )

    def _participant(self, name: str) -> Participant:
        participant = self._state.get(PARTICIPANTS, name)
        if participant is None:
            raise AssertionError(f"a key belongs to {name}, who does not exist")
        return participant
