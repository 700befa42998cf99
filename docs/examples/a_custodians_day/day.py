"""The day from morning to evening."""

from pathlib import Path

from amanat.client.testing import TestNetwork
from docs.examples.a_custodians_day import evening, morning, trading
from docs.examples.a_custodians_day.desk import Desk, Tell


def played(network: TestNetwork, room: Path, tell: Tell) -> Desk:
    """Play the day; each step is told as it is done.

    Raises:
        WrongDay: the ledger and this script disagree.
    """
    desk = Desk(network, room, tell)
    morning.opened(desk)
    morning.welcomed(desk)
    trading.paid_offline(desk)
    trading.sold(desk)
    trading.refused(desk)
    trading.interrupted(desk)
    evening.reconciled(desk)
    evening.archived(desk)
    return desk
