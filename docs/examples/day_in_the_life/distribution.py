"""Tuesday: a foreign exchange distributes the bond, within limits."""

from amanat.ledger.custody.accounts import InvestorClass
from amanat.ledger.governance.participants import Role
from amanat.ledger.operations import (
    DeliverVersusPayment,
    EnterInstruction,
    Issue,
    OpenAccount,
    RegisterParticipant,
    SetLimits,
)
from amanat.ledger.settlement.instructions import Instruction, Payment, Priority, Side
from docs.examples.day_in_the_life.cast import (
    EXCHANGE,
    TUESDAY,
    client,
    omnibus,
    participant,
)
from docs.examples.day_in_the_life.papers import BOND, LIMITS, MILLION, RUPEE
from docs.examples.day_in_the_life.stage import Stage

DEALER = "margalla-bank-house"


def admission(stage: Stage) -> None:
    """Three institutions admit the exchange and set its limits."""
    stage.chapter(
        "A foreign distributor is admitted",
        """An exchange abroad may serve clients as a distributor: under limits in total, for each
        instrument and for each country, which Pakistan alone sets. It has no vote. The State Bank
        and the Ministry admit it, and the limits wait for the Commission. What is proposed
        together takes effect together. Its clients are registered by a custodian, here the
        depository; the exchange opens their accounts and attests who they are.""",
    )
    stage.clock(TUESDAY, "09:00")
    exchange = participant(EXCHANGE, "A licensed exchange in the Gulf", Role.DISTRIBUTOR)
    admitted = stage.propose("mof", RegisterParticipant(exchange), SetLimits(EXCHANGE, LIMITS))
    stage.clock(TUESDAY, "09:20")
    stage.approve("sbp", admitted)
    stage.clock(TUESDAY, "09:30")
    stage.approve("secp", admitted)
    stage.do(
        f"{EXCHANGE}, cdc",
        RegisterParticipant(participant("falcon-fund", "A fund", Role.HOLDER)),
        OpenAccount(client("falcon-fund", EXCHANGE, InvestorClass.FOREIGN_INSTITUTION, "AE")),
        RegisterParticipant(participant("thames-fund", "A fund", Role.HOLDER)),
        OpenAccount(client("thames-fund", EXCHANGE, InvestorClass.FOREIGN_INSTITUTION, "GB")),
        OpenAccount(omnibus("gulf-retail", EXCHANGE, "AE")),
    )
    stage.do(
        "sbp",
        Issue(RUPEE, "falcon-fund", 120 * MILLION),
        Issue(RUPEE, "thames-fund", 60 * MILLION),
        Issue(RUPEE, "gulf-retail", 50 * MILLION),
    )


def purchases(stage: Stage) -> None:
    """Both sides of each purchase enter what they agreed, and the ledger matches and settles."""
    stage.chapter(
        "Clients buy",
        """Each side enters its own settlement instruction. What matches settles at once, delivery
        versus payment, since the date has come and all is there.""",
    )
    stage.clock(TUESDAY, "11:00")
    for number, (buyer, signer, face, price) in enumerate(
        (
            ("falcon-fund", "falcon-fund", 50 * MILLION, 5_030_000_000),
            ("thames-fund", "thames-fund", 30 * MILLION, 3_018_000_000),
            ("gulf-retail", EXCHANGE, 40 * MILLION, 4_024_000_000),
        ),
        1,
    ):
        stage.do("margalla-bank", _side(Side.DELIVER, buyer, face, price, f"MB-{number}"))
        stage.do(signer, _side(Side.RECEIVE, buyer, face, price, f"GX-{number}"))
    stage.holdings("After the purchases")


def excess(stage: Stage) -> None:
    """One more purchase would exceed more than one limit."""
    stage.chapter(
        "More than the limits allow",
        """The fund in the Emirates wants a hundred million more. A dry run, which anybody may ask
        for and which submits nothing, lists every rule that speaks against it, with the figures.
        Submitted all the same, the order is refused, for good: the receipt names the first of
        them. A smaller one, within all limits, goes.""",
    )
    stage.clock(TUESDAY, "14:00")
    more = DeliverVersusPayment(DEALER, "falcon-fund", BOND, 100 * MILLION, RUPEE, 10_060_000_000)
    stage.rehearse("margalla-bank, falcon-fund", more)
    stage.refused("margalla-bank, falcon-fund", more)
    stage.do(
        "margalla-bank, falcon-fund",
        DeliverVersusPayment(DEALER, "falcon-fund", BOND, 10 * MILLION, RUPEE, 1_006_000_000),
    )


def _side(side: Side, buyer: str, face: int, price: int, reference: str) -> EnterInstruction:
    """Return what one side says of a sale by the dealer."""
    delivers = side is Side.DELIVER
    return EnterInstruction(
        Instruction(
            side=side,
            account=DEALER if delivers else buyer,
            counterparty=buyer if delivers else DEALER,
            instrument=BOND,
            amount=face,
            payment=Payment(RUPEE, price),
            settlement_date=TUESDAY,
            priority=Priority.NORMAL,
            partial=False,
            tolerance=0,
            until=None,
            reference=reference,
            travel_data=None,
        )
    )
