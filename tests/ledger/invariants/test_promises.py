"""The recount finds every way in which holdings, holds and pledges can disagree."""

import pytest

from amanat.ledger.custody.accounts import Holding
from amanat.ledger.dates import DAY_MS
from amanat.ledger.encoding import encode
from amanat.ledger.invariants import violations
from amanat.ledger.operations import OpenHold, Pledge
from amanat.ledger.ordered_queues import POSITIONS, QUEUED, QUEUES, Entry
from amanat.ledger.state import HOLDINGS, SETS
from tests.ledger.desk import desk_with_market
from tests.ledger.world import RUPEE, START

DESK = desk_with_market()
FIRST = OpenHold("alpha", "gamma", RUPEE, 300, None, START + DAY_MS, None)
LATER = OpenHold("alpha", "gamma", RUPEE, 200, None, START + 2 * DAY_MS, None)
HOLDS = [str(event.fields["hold"]) for event in DESK.do("alpha", FIRST, LATER)]
PLEDGE = str(DESK.do("alpha", Pledge("alpha", RUPEE, 50, "sbp", "x"))[0].fields["pledge"])
SOUND = dict(DESK.leader.tip.tree.items())
QUEUE = ("holds-on", "alpha", RUPEE)
CASH = 1_000_000_000

SPOILED: dict[str, dict[bytes, bytes | None]] = {
    f"alpha has reserved 549 of {RUPEE}, 550 is promised": {
        HOLDINGS.key("alpha", RUPEE): encode(Holding(CASH, 549)),
    },
    f"beta has reserved 1 of {RUPEE}, 0 is promised": {
        HOLDINGS.key("beta", RUPEE): encode(Holding(CASH, 1)),
    },
    f"the queue holds-on alpha {RUPEE} holds {sorted(HOLDS)}": {
        QUEUES.key(*QUEUE): encode(3),
    },
    f"the queue holds-on alpha {RUPEE} holds {sorted([HOLDS[0], 'x'])}": {
        QUEUED.key(*QUEUE, 1): encode(Entry(START + 2 * DAY_MS, "x")),
    },
    f"the queue holds-on alpha {RUPEE} is out of order at 1": {
        QUEUED.key(*QUEUE, 0): encode(Entry(START + 3 * DAY_MS, HOLDS[0])),
    },
    f"the queue holds-on alpha {RUPEE} has lost {HOLDS[1]}": {
        POSITIONS.key(*QUEUE, HOLDS[1]): encode(0),
    },
    "a queue knows a member that it does not hold": {POSITIONS.key("x", "y"): encode(0)},
    "the list holds-for gamma is []": {SETS.key("holds-for", "gamma"): None},
    f"the list pledges-on alpha {RUPEE} is []": {SETS.key("pledges-on", "alpha", RUPEE): None},
    "the list pledges-to sbp is []": {SETS.key("pledges-to", "sbp"): None},
}


def test_a_sound_state_violates_nothing() -> None:
    assert violations(SOUND.items()) == []
    assert PLEDGE


@pytest.mark.parametrize("finding", SPOILED)
def test_a_spoiled_state_is_found(finding: str) -> None:
    items: dict[bytes, bytes | None] = {**SOUND, **SPOILED[finding]}
    left = [(key, value) for key, value in items.items() if value is not None]
    assert finding in violations(left)
