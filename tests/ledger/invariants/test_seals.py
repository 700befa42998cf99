"""The recount finds every way in which a seal can be wrong."""

import pytest

from amanat.ledger.dates import DAY_MS, start_of
from amanat.ledger.days.seals import LastChange, SealedTotal
from amanat.ledger.encoding import encode
from amanat.ledger.invariants import violations
from amanat.ledger.operations import Transfer
from amanat.ledger.state import LAST_CHANGES, SEALED_TOTALS
from tests.ledger.desk import desk_with_market
from tests.ledger.world import BILL, RUPEE, START

THURSDAY = START // DAY_MS
FIGURE = (RUPEE, "custodian", "custodian-a")


def sound() -> dict[bytes, bytes]:
    desk = desk_with_market()
    desk.wait_until(start_of(THURSDAY + 1))
    desk.do("alpha", Transfer("alpha", "gamma", RUPEE, 5))
    return dict(desk.leader.tip.tree.items())


SOUND = sound()
SEALED = SEALED_TOTALS.key(*FIGURE, THURSDAY)
SPOILED: dict[str, dict[bytes, bytes | None]] = {
    f"{RUPEE}: custodians and supply differ by 1 at close {THURSDAY}": {
        SEALED: encode(SealedTotal(2 * 10**9 - 1, THURSDAY + 1, None)),
    },
    f"{RUPEE}: custodians and supply differ by 2000000001 at close {THURSDAY}": {
        SEALED: encode(SealedTotal(2 * 10**9, THURSDAY + 2, None)),
    },
    f"nothing says when {BILL} issued has changed": {LAST_CHANGES.key(BILL, "issued"): None},
    f"nothing says when {RUPEE} custodian custodian-b has changed": {
        LAST_CHANGES.key(RUPEE, "custodian", "custodian-b"): None,
    },
    f"{RUPEE} custodian custodian-a has changed on the days [{THURSDAY}, {THURSDAY + 2}], "
    f"and {THURSDAY + 1} is open": {
        LAST_CHANGES.key(*FIGURE): encode(LastChange(THURSDAY + 2, THURSDAY)),
    },
}


def test_sound_seals_violate_nothing() -> None:
    assert violations(SOUND.items()) == []


@pytest.mark.parametrize("finding", SPOILED)
def test_a_spoiled_seal_is_found(finding: str) -> None:
    items: dict[bytes, bytes | None] = {**SOUND, **SPOILED[finding]}
    assert finding in violations((k, v) for k, v in items.items() if v is not None)
