"""Which participant a key belongs to: an index of the register, kept as keys come and go."""

from collections.abc import Collection

from msgspec.structs import replace

from amanat.ledger.governance import roles
from amanat.ledger.governance.participants import Participant, ParticipantKey, changed, key_problems
from amanat.ledger.identifiers import LedgerTime, PublicKey
from amanat.ledger.rejections import Refused, RejectionCode
from amanat.ledger.state import DEAD_KEYS, KEYS, State, configuration_of


def take_keys(state: State, participant: Participant) -> None:
    """Let all keys of a participant be its own from now on.

    Raises:
        Refused: `invalid_keys`, one is another participant's or an authority's, or dead.
    """
    authorities = {each.key: each.name for each in configuration_of(state).everybody()}
    for each in participant.keys:
        owner = state.get(KEYS, each.key)
        if owner is not None and owner != participant.name:
            raise Refused(RejectionCode.INVALID_KEYS, key=each.key.hex(), owner=owner)
        if state.get(DEAD_KEYS, each.key) is not None:
            raise Refused(RejectionCode.INVALID_KEYS, key=each.key.hex(), problem="it is dead")
        if each.key in authorities:
            name = authorities[each.key]
            raise Refused(RejectionCode.INVALID_KEYS, key=each.key.hex(), authority=name)
        state.put(participant.name, KEYS, each.key)


def replace_keys(
    state: State,
    held: Participant,
    keys: tuple[ParticipantKey, ...],
    threshold: int,
    time: LedgerTime,
) -> None:
    """Give a participant other keys, and bury those that it has no more or that have ended.

    So no key comes back, and with it what it had approved while it was the participant's.

    Raises:
        Refused: `invalid_keys`, they cannot be this participant's.
    """
    for problem in key_problems(keys, threshold):
        raise Refused(RejectionCode.INVALID_KEYS, problem=problem)
    kept = {each.key for each in keys}
    bury(state, held.name, [e.key for e in held.keys if e.key not in kept or e.has_ended(time)])
    after = changed(held, keys=keys, threshold=threshold)
    take_keys(state, after)
    roles.put(state, after)


def bury(state: State, name: str, keys: Collection[PublicKey]) -> None:
    """Let keys of a participant be nobody's for ever: no signature by them is known any more."""
    for key in keys:
        if state.get(KEYS, key) == name:
            state.put(None, KEYS, key)
        state.put(name, DEAD_KEYS, key)


def block(state: State, held: Participant, keys: Collection[PublicKey], time: LedgerTime) -> None:
    """Bury keys of a participant, which keeps the rest and its threshold. They end at `time`."""
    after = tuple(replace(each, until=time) if each.key in keys else each for each in held.keys)
    roles.put(state, changed(held, keys=after))
    bury(state, held.name, keys)
