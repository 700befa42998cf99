"""Wednesday to Friday: a pledge, and a court order that comes and goes."""

from amanat.ledger.operations import Pledge, RegisterOrder, Transfer
from amanat.ledger.orders.legal_orders import AmountScope
from docs.examples.day_in_the_life.cast import FRIDAY, THURSDAY, WEDNESDAY
from docs.examples.day_in_the_life.papers import BOND, MILLION, document
from docs.examples.day_in_the_life.stage import Stage


def pledge_and_order(stage: Stage) -> None:
    """A company pledges part of its bonds; a court freezes another part."""
    stage.chapter(
        "A pledge, and an order of a court",
        """A company pledges fifty million of its bonds for a loan; they stay in its account and
        cannot move. Then a court freezes eighty million more of them, until Thursday. The State
        Bank enters the order, with the digest of the document. The rest of the holding is free, to
        the last piece; what is more than that is refused, and the refusal names the order.""",
    )
    stage.clock(WEDNESDAY, "10:00")
    stage.do(
        "indus-textile", Pledge("indus-textile", BOND, 50 * MILLION, "margalla-bank", "LOAN-7")
    )
    stage.clock(WEDNESDAY, "11:30")
    stage.do(
        "sbp",
        RegisterOrder(
            order="shc-2026-1024",
            issued_by="High Court of Sindh",
            reference="Suit 1024 of 2026",
            document=document("Order in suit 1024 of 2026"),
            scope=AmountScope("indus-textile", BOND, 80 * MILLION),
            seizable=0,
            expires=THURSDAY,
            entered_by="sbp",
        ),
    )
    stage.do("indus-textile", _sale(70))
    stage.refused("indus-textile", _sale(10))
    stage.holdings("On Wednesday, with the order in force")


def lapse(stage: Stage) -> None:
    """The order lapses and nobody has to do anything."""
    stage.chapter(
        "The order lapses",
        """Thursday passes. Nobody lifts the order, nobody resets a switch: it is not in force any
        more, and what it froze moves. What is pledged stays.""",
    )
    stage.clock(THURSDAY, "23:59")
    stage.refused("indus-textile", _sale(80))
    stage.clock(FRIDAY, "00:01")
    stage.do("indus-textile", _sale(80))


def _sale(millions: int) -> Transfer:
    return Transfer("indus-textile", "pension-fund", BOND, millions * MILLION)
