"""How a scheduled protocol version takes effect: before the first transaction of its block."""

from amanat.ledger.state import VERSIONS, State, versions_of


def take_effect(state: State, height: int) -> None:
    """Let the block at `height` begin by the version that holds in it.

    Raises:
        UnknownVersion: this program does not know it.
    """
    versions = versions_of(state)
    versions.check(height)
    if versions.at(height) != versions:
        state.put(versions.at(height), VERSIONS)
        state.commit()
