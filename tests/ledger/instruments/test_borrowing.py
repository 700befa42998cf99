"""Whatever is issued and redeemed in whatever order: no limit is passed, and none stands in the way
of what it allows."""

from dataclasses import dataclass, field

from hypothesis import given, settings
from hypothesis import strategies as st

from amanat.ledger.dates import start_of
from amanat.ledger.instruments import borrowing
from amanat.ledger.instruments.ceilings import Ceiling, Ceilings
from amanat.ledger.operations import AnyOperation, Issue, Redeem, SetCeilings, SetTranche
from amanat.ledger.receipts import Applied, Rejected
from amanat.ledger.rejections import RejectionCode
from tests.ledger.desk import Desk, desk_with_market
from tests.ledger.papers import FACE, FLOATER, NEW_PIB, TODAY, bring
from tests.ledger.world import BILL, RUPEE

BEGIN = 500
"""Faces of PKR 100,000 of the bill that the market begins with."""
AUTHORISED = {NEW_PIB: 40, FLOATER: 30}
"""In faces; the floater is issued in two tranches of 15 and 10."""
TRANCHES = (15, 10)
MATURITY = TODAY + 84

issues = st.tuples(
    st.just("issue"), st.sampled_from([NEW_PIB, FLOATER]), st.integers(1, 20), st.integers(1, 2)
)
redemptions = st.tuples(st.just("redeem"), st.just(BILL), st.integers(1, 60), st.just(0))
ceilings = st.tuples(st.just("ceiling"), st.just(""), st.integers(380, 620), st.just(0))
steps = st.lists(issues | redemptions | ceilings, min_size=1, max_size=25)


@dataclass
class Book:
    """What should be there, in faces."""

    ceiling: int | None = None
    owed: int = BEGIN
    bill: int = BEGIN
    issued: dict[str, int] = field(default_factory=lambda: {NEW_PIB: 0, FLOATER: 0})
    drawn: list[int] = field(default_factory=lambda: [0, 0])

    def refusal(self, what: str, of: str, faces: int, tranche: int) -> RejectionCode | None:
        """Return why a step is to be refused; do it if it is not."""
        if what == "ceiling":
            self.ceiling = faces
        elif what == "redeem":
            if faces > self.bill:
                return RejectionCode.INSUFFICIENT_HOLDING
            self.bill, self.owed = self.bill - faces, self.owed - faces
        else:
            if self.issued[of] + faces > AUTHORISED[of]:
                return RejectionCode.AUTHORISED_EXCEEDED
            if self.ceiling is not None and self.owed + faces > self.ceiling:
                return RejectionCode.CEILING_EXCEEDED
            if of == FLOATER:
                if self.drawn[tranche - 1] + faces > TRANCHES[tranche - 1]:
                    return RejectionCode.TRANCHE_EXCEEDED
                self.drawn[tranche - 1] += faces
            self.issued[of], self.owed = self.issued[of] + faces, self.owed + faces
        return None


def operation(what: str, of: str, faces: int, tranche: int) -> AnyOperation:
    if what == "ceiling":
        return SetCeilings(RUPEE, Ceilings((Ceiling(0, 200_000, faces * FACE, "A law"),)))
    if what == "redeem":
        return Redeem(BILL, "mof-house", faces * FACE, "mof-house")
    return Issue(of, "mof-house", faces * FACE, tranche if of == FLOATER else None)


def prepared() -> Desk:
    desk = desk_with_market()
    for identifier, authorised in AUTHORISED.items():
        bring(desk, identifier, authorised * FACE)
    desk.do(
        "mof, sbp",
        *(
            SetTranche(FLOATER, number, faces * FACE, TODAY, TODAY + 365)
            for number, faces in enumerate(TRANCHES, 1)
        ),
    )
    desk.wait_until(start_of(MATURITY))
    return desk


@given(steps=steps, in_one_block=st.booleans())
@settings(max_examples=60)
def test_issues_and_redemptions_in_any_order_stay_within_every_limit(
    steps: list[tuple[str, str, int, int]], in_one_block: bool
) -> None:
    desk, book = prepared(), Book()
    expected = [book.refusal(*step) for step in steps]
    envelopes = [desk.writer.sign(["mof", "sbp"], operation(*step)) for step in steps]
    blocks = [envelopes] if in_one_block else [[envelope] for envelope in envelopes]
    outcomes = [receipt.outcome for block in blocks for receipt in desk.block(block).receipts]
    for outcome, refusal in zip(outcomes, expected, strict=True):
        assert isinstance(outcome, Applied if refusal is None else Rejected)
        if isinstance(outcome, Rejected):
            assert outcome.code == refusal
    assert borrowing.outstanding(desk.state, RUPEE) == book.owed * FACE
    for identifier, faces in book.issued.items():
        assert desk.supply(identifier) == (faces * FACE, 0)
