"""What ends does not end what is promised of it: the promise follows to what was paid.

Pledged units that are redeemed leave a pledge on the cash, and held ones a hold, for the same
beneficiary and as long as the one before it. The new one has an id of its own, which is told.
"""

from collections.abc import Iterator
from typing import Any, Final

from msgspec.structs import replace

from amanat.ledger.claims import holds, pledges
from amanat.ledger.claims.holds import FOLLOWING_MAX, Hold, holds_on
from amanat.ledger.claims.pledges import Pledge, pledges_on
from amanat.ledger.holdings.proceeds import Proceeds
from amanat.ledger.operation_execution import Execution
from amanat.ledger.rejections import Refused, RejectionCode

CLAIMS_MAX: Final = 1_000
"""Pledges and holds that follow at once."""


def claims_on(execution: Execution, account: str, instrument: str) -> Iterator[Pledge | Hold]:
    """Yield what is promised of a holding: pledges, the oldest first; then the next hold to expire.

    Whoever is yielded may be ended. Of a hold that is not, nothing comes after it.
    """
    state = execution.state
    for identifier in pledges_on(account, instrument).members(state):
        yield pledges.needed(execution, bytes.fromhex(identifier))
    queue = holds_on(account, instrument)
    first = queue.first(state)
    while first is not None:
        yield holds.needed(state, bytes.fromhex(first.member))
        after = queue.first(state)
        first = None if after == first else after


def follow(execution: Execution, what: tuple[str, str, int], paid: Proceeds) -> int:
    """Let what is promised of units that are about to be redeemed follow to what was paid.

    Returns how many units were promised. They stay reserved, for their redemption to release.
    Emits `pledge-followed` and `hold-followed`.

    Raises:
        Refused: `too_many_claims`, or `too_much_held` of the cash.
    """
    account, instrument, amount = what
    left = amount
    for count, claim in enumerate(claims_on(execution, account, instrument)):
        if left == 0:
            break
        if count == CLAIMS_MAX:
            raise Refused(
                RejectionCode.TOO_MANY_CLAIMS,
                account=account,
                instrument=instrument,
                may_follow=CLAIMS_MAX,
                beyond=left,
            )
        units = min(claim.amount, left)
        left -= units
        _pass_on(execution, claim, units, paid)
    return amount - left


def _pass_on(execution: Execution, claim: Pledge | Hold, units: int, paid: Proceeds) -> None:
    """Let a promise be for some units less, and for their share of what was paid."""
    state, identifier, share = execution.state, execution.record_id(), paid.share_of(units)
    orders = tuple(sorted({*claim.orders, *paid.orders}))
    told: dict[str, int | str] = {
        "by": identifier.hex(),
        "account": claim.account,
        "instrument": claim.instrument,
        "ended": units,
        "left": claim.amount - units,
        "cash": paid.cash,
        "amount": share,
        "orders": ",".join(orders),
    }
    new: dict[str, Any] = {
        "id": identifier,
        "instrument": paid.cash,
        "amount": share,
        "orders": orders,
    }
    if isinstance(claim, Pledge):
        pledges.take(state, claim, units)
        pledges.put(state, replace(claim, **new))
        execution.emit("pledge-followed", pledge=claim.id.hex(), **told)
        return
    holds.take(state, claim, units)
    would_be = holds_on(claim.account, paid.cash).count(state) + 1
    if would_be > FOLLOWING_MAX:
        raise Refused(RejectionCode.TOO_MUCH_HELD, would_be=would_be, may_be=FOLLOWING_MAX)
    holds.put(state, replace(claim, **new))
    execution.emit("hold-followed", hold=claim.id.hex(), **told)
