"""Evening: the books agree with what is proved, and the day's receipts can be checked by anyone."""

from amanat.config.genesis_file import load_genesis
from amanat.ledger.encoding import encode
from amanat.verifier import Outcome, verify
from docs.examples.a_custodians_day.desk import Desk, WrongDay


def reconciled(desk: Desk) -> None:
    """Each entry of the books is what a quorum of the authorities signed."""
    with desk.client() as client:
        for (account, instrument), booked in sorted(desk.books.items()):
            held = client.balance(account, instrument, linearizable=True)
            if held.amount != booked:
                raise WrongDay(f"{account} holds {held.amount} of {instrument}, not {booked}")
            desk.tell(f"  {account} {instrument}: {booked} in the books and on the ledger")
    desk.tell("The books agree.")


def archived(desk: Desk) -> None:
    """The journal holds every order and its proof; neither a node nor the client is needed."""
    genesis = encode(load_genesis(desk.network.genesis))
    orders = sorted((desk.room / "journal").glob("*.tx"))
    for order in orders:
        proved = verify(genesis, order.with_suffix(".receipt").read_bytes()).proved
        if not isinstance(proved, Outcome) or proved.transaction != order.stem:
            raise WrongDay(f"{order} has another's receipt: {proved}")
    desk.tell(f"{len(orders)} orders lie in the journal, each with a receipt that proves its end.")
