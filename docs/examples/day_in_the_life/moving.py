"""The next Monday: the distributor is suspended, and its clients keep their bonds."""

from amanat.ledger.custody.accounts import InvestorClass
from amanat.ledger.governance.participants import Standing
from amanat.ledger.operations import (
    Attest,
    DeliverVersusPayment,
    MoveClients,
    Redeem,
    SetStanding,
)
from docs.examples.day_in_the_life.cast import EXCHANGE, NEXT_MONDAY, attestation
from docs.examples.day_in_the_life.papers import BOND, MILLION, RUPEE
from docs.examples.day_in_the_life.stage import Stage


def suspension(stage: Stage) -> None:
    """Both institutions suspend the exchange and move its clients to the depository."""
    stage.chapter(
        "The distributor is suspended, its clients move",
        """The exchange loses its licence abroad. Suspended, its signature counts for nothing, and
        nothing moves in or out of the accounts that it serves. Its clients have lost nothing: the
        two institutions decide once where they go, and the depository, which takes them on, signs.
        It moves them in batches, one in each block, and the second takes its signature alone; the
        same command can be sent again until none is left.""",
    )
    stage.clock(NEXT_MONDAY, "09:00")
    suspended = stage.propose("sbp", SetStanding(EXCHANGE, Standing.SUSPENDED))
    stage.approve("mof", suspended)
    stage.refused("margalla-bank, thames-fund", _sale())
    stage.clock(NEXT_MONDAY, "09:30")
    move = stage.propose("mof", MoveClients(EXCHANGE, "cdc", 2))
    stage.approve("sbp", move)
    stage.approve("cdc", move)
    stage.do("cdc", MoveClients(EXCHANGE, "cdc", 2))


def at_the_new_custodian(stage: Stage) -> None:
    """A client attested anew sells, and takes the money home."""
    stage.chapter(
        "A client sells from its new custodian",
        """The depository has checked the client itself and attests it anew. The client signs with
        the key that it always had, sells its bonds to the dealer, and has the State Bank pay the
        rupees out.""",
    )
    stage.clock(NEXT_MONDAY, "11:00")
    attested = attestation("thames-fund, as cdc knows it", InvestorClass.FOREIGN_INSTITUTION, "GB")
    stage.do("cdc", Attest("thames-fund", attested))
    stage.do("margalla-bank, thames-fund", _sale())
    stage.do("sbp, thames-fund", Redeem(RUPEE, "thames-fund", 60 * MILLION, None))
    stage.holdings("On the evening of the second Monday")


def _sale() -> DeliverVersusPayment:
    face, price = 30 * MILLION, 3_021_000_000
    return DeliverVersusPayment("thames-fund", "margalla-bank-house", BOND, face, RUPEE, price)
