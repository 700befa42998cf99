"""The recount finds every way in which holdings and supply can disagree."""

import pytest

from amanat.ledger.custody.accounts import Account, AccountForm, AccountKind, Holding
from amanat.ledger.custody.limits import LIMITS, Limits
from amanat.ledger.custody.served import SERVED
from amanat.ledger.encoding import decode, encode
from amanat.ledger.identifiers import AMOUNT_MAX
from amanat.ledger.instruments import instrument
from amanat.ledger.instruments.ceilings import Borrowing
from amanat.ledger.instruments.document import Document, DocumentKind
from amanat.ledger.instruments.instrument import Instrument, InstrumentStatus
from amanat.ledger.instruments.supply import Supply
from amanat.ledger.instruments.tranche import Tranche, TrancheTotals
from amanat.ledger.invariants import violations
from amanat.ledger.links import Ends
from amanat.ledger.moving.succession import SUCCESSIONS, Succession
from amanat.ledger.orders.legal_orders import Freeze, LegalOrder, OrderStatus, Scope
from amanat.ledger.state import (
    ACCOUNTS,
    BORROWING,
    DEAD_KEYS,
    DOCUMENTS,
    FREEZES,
    HOLDINGS,
    INSTRUMENTS,
    KEYS,
    ORDERS,
    SETS,
    SUPPLIES,
    TOTALS,
    TRANCHE_TOTALS,
    TRANCHES,
)
from tests.ledger.court import CASH, PAUSE, WHOLE, amount
from tests.ledger.desk import desk_with_market
from tests.ledger.world import AUTHORISED, BILL, RUPEE, attestation, public_key

SOUND = dict(desk_with_market().leader.tip.tree.items())
BILL_NOW = decode(SOUND[INSTRUMENTS.key(BILL)], Instrument)


def standing(
    scope: Scope, *, seizable: int = 0, taken: int = 0, expires: int | None = None
) -> LegalOrder:
    return LegalOrder(
        id="court-1",
        issued_by="High Court of Sindh",
        reference="Suit 1",
        document=bytes(32),
        scope=scope,
        seizable=seizable,
        taken=taken,
        expires=expires,
        entered_by="sbp",
        status=OrderStatus.STANDING,
    )


def with_entries(changes: dict[bytes, bytes | None]) -> list[tuple[bytes, bytes]]:
    items: dict[bytes, bytes | None] = {**SOUND, **changes}
    return [(key, value) for key, value in items.items() if value is not None]


def test_a_sound_state_violates_nothing() -> None:
    assert violations(SOUND.items()) == []
    assert violations([]) == []


SPOILED: dict[str, dict[bytes, bytes | None]] = {
    f"{RUPEE}: issued - redeemed is 3000000000, holdings are 2000000001": {
        HOLDINGS.key("alpha", RUPEE): encode(Holding(1, 0)),
    },
    f"{RUPEE}: issued - redeemed is 3000000000, holdings are 2000000000": {
        HOLDINGS.key("alpha", RUPEE): None,
    },
    f"{RUPEE}: issued - redeemed is 2999999999, holdings are 3000000000": {
        SUPPLIES.key(RUPEE): encode(Supply(3_000_000_000, 1)),
    },
    f"{BILL}: issued - redeemed is 0, holdings are 5000000000": {SUPPLIES.key(BILL): None},
    f"alpha holds 0 of {BILL}": {HOLDINGS.key("alpha", BILL): encode(Holding(0, 0))},
    f"alpha holds {AMOUNT_MAX + 1} of {BILL}": {
        HOLDINGS.key("alpha", BILL): encode(Holding(AMOUNT_MAX + 1, 0)),
    },
    f"alpha holds -1 of {BILL}": {HOLDINGS.key("alpha", BILL): encode(Holding(-1, 0))},
    "nobody holds something but is no account": {
        HOLDINGS.key("nobody", RUPEE): encode(Holding(1, 0)),
    },
    f"alpha has reserved 2 of 1 of {RUPEE}": {HOLDINGS.key("alpha", RUPEE): encode(Holding(1, 2))},
    f"the total {BILL} owner mof is 1, a recount gives 5000000000": {
        TOTALS.key(BILL, "owner", "mof"): encode(1),
    },
    f"the total {RUPEE} jurisdiction US is 5, a recount gives 0": {
        TOTALS.key(RUPEE, "jurisdiction", "US"): encode(5),
    },
    "the list accounts custodian-b is []": {SETS.key("accounts", "custodian-b"): None},
    "the list role issuer is ['sbp']": {
        SETS.key("role", "issuer"): encode(Ends("sbp", "sbp", 1)),
    },
    f"{BILL}: 5000000000 is issued, 1 is authorised": {
        INSTRUMENTS.key(BILL): encode(instrument.changed(BILL_NOW, authorised=1)),
    },
    f"{BILL} is announced, and 5000000000 is issued": {
        INSTRUMENTS.key(BILL): encode(
            instrument.changed(BILL_NOW, status=InstrumentStatus.ANNOUNCED)
        ),
    },
    f"{BILL} is redeemed, and 5000000000 is held": {
        INSTRUMENTS.key(BILL): encode(
            instrument.changed(BILL_NOW, status=InstrumentStatus.REDEEMED)
        ),
    },
    "1 is owed in PKR, a recount gives 5000000000": {
        BORROWING.key(RUPEE): encode(Borrowing(1, None)),
    },
    "0 is owed in PKR, a recount gives 5000000000": {BORROWING.key(RUPEE): None},
    "5000000000 is owed in PKR, the ceiling was 4999999999": {
        BORROWING.key(RUPEE): encode(Borrowing(5_000_000_000, 4_999_999_999)),
    },
    f"{BILL}: 2 is issued in tranche 1 of 1": {
        TRANCHES.key(BILL, 1): encode(Tranche(1, 0, 0, 2)),
    },
    f"{BILL}: its tranches are None, a recount gives [1, 5, 2]": {
        TRANCHES.key(BILL, 1): encode(Tranche(5, 0, 0, 2)),
    },
    f"{BILL}: its tranches are [1, 5, 2], a recount gives [0, 0, 0]": {
        TRANCHE_TOTALS.key(BILL): encode(TrancheTotals(1, 5, 2)),
    },
    f"{BILL}: {AUTHORISED + 5_000_000_000} is promised, {AUTHORISED} is authorised": {
        TRANCHES.key(BILL, 1): encode(Tranche(AUTHORISED, 0, 0, 0)),
        TRANCHE_TOTALS.key(BILL): encode(TrancheTotals(1, AUTHORISED, 0)),
    },
    f"the list documents {BILL} is []": {
        DOCUMENTS.key(BILL, "00"): encode(Document(DocumentKind.NOTICE, "", 0, None)),
    },
    "the list clients custodian-b is []": {SETS.key("clients", "custodian-b"): None},
    "served custodian-a PKR is 5, a recount gives 0": {
        SERVED.key("custodian-a", RUPEE, ""): encode((5).to_bytes(16)),
    },
    "served mof PKR PK is 0, a recount gives 5000000000": {
        LIMITS.key("mof"): encode(Limits((), (), ())),
    },
    "the clients of cdc, who may serve them, go to custodian-b": {
        SUCCESSIONS.key("cdc"): encode(Succession("custodian-b", 1)),
    },
    "the clients of nobody go to cdc, and one of them is not known": {
        SUCCESSIONS.key("nobody"): encode(Succession("cdc", 1)),
    },
    "the omnibus account pool of alpha is served by cdc": {
        ACCOUNTS.key("pool"): encode(
            Account("pool", "alpha", "cdc", AccountKind.CLIENT, AccountForm.OMNIBUS, attestation())
        ),
    },
    f"the key {public_key('mof').hex()} is mof's and known as None's": {
        KEYS.key(public_key("mof")): None,
    },
    f"the key {public_key('thief').hex()} is None's and known as mof's": {
        KEYS.key(public_key("thief")): encode("mof"),
    },
    f"the key {public_key('sbp').hex()} is None's and known as sbp's": {
        DEAD_KEYS.key(public_key("sbp")): encode("sbp"),
    },
    "the order court-1 has taken 6 and may take 5": {
        ORDERS.key("court-1"): encode(standing(amount(5), seizable=5, taken=6)),
    },
    "the list orders is []": {ORDERS.key("court-1"): encode(standing(amount(5)))},
    "the list orders-on-account alpha is []": {ORDERS.key("court-1"): encode(standing(WHOLE))},
    f"the list orders-on-instrument {RUPEE} is []": {
        ORDERS.key("court-1"): encode(standing(CASH)),
    },
    f"the list pauses {RUPEE} is []": {ORDERS.key("court-1"): encode(standing(PAUSE))},
    f"alpha has 1 of 5 of {RUPEE} reserved and 5 frozen": {
        HOLDINGS.key("alpha", RUPEE): encode(Holding(5, 1)),
        ORDERS.key("court-1"): encode(standing(amount(5))),
        FREEZES.key("alpha", RUPEE): encode((Freeze(5, ("court-1",)),)),
    },
    "USD is held but not known": {HOLDINGS.key("alpha", "USD"): encode(Holding(1, 0))},
}


@pytest.mark.parametrize(
    ("expires", "today", "counts"),
    [(None, None, True), (8, None, False), (8, 7, True), (8, 8, True), (8, 9, False)],
)
def test_what_an_expired_order_froze_is_not_counted(
    expires: int | None, today: int | None, counts: bool
) -> None:
    spoiled = with_entries(
        {
            ORDERS.key("court-1"): encode(standing(amount(2), expires=expires)),
            FREEZES.key("alpha", RUPEE): encode((Freeze(2 * 10**9, ("court-1",)),)),
        }
    )
    finding = f"alpha has 0 of 1000000000 of {RUPEE} reserved and 2000000000 frozen"
    assert (finding in violations(spoiled, today)) == counts


@pytest.mark.parametrize("finding", SPOILED)
def test_a_spoiled_state_is_found(finding: str) -> None:
    assert finding in violations(with_entries(SPOILED[finding]))


def test_the_order_of_the_entries_makes_no_difference() -> None:
    spoiled = with_entries({HOLDINGS.key("nobody", "USD"): encode(Holding(1, 0))})
    assert violations(spoiled) == violations(spoiled[::-1])
    assert len(violations(spoiled)) == 4
