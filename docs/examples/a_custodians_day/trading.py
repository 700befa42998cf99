"""The day's business: a payment, a sale that both sides enter, a refusal, and a broken line."""

from datetime import date

from amanat.client import (
    Client,
    OutcomeUnknown,
    Receipt,
    Rejected,
    draft,
    load,
    save,
    sign_file,
    signed,
)
from amanat.client.keystore import open_key
from amanat.ledger.operations import EnterInstruction, Transfer
from amanat.ledger.settlement.instructions import Instruction, Payment, Priority, Side
from docs.examples.a_custodians_day.desk import CLIENT, ME, RUPEE, Desk, WrongDay, rupees
from docs.examples.a_custodians_day.morning import PASSPHRASE

CASH = 600_000_000
FACE = 500_000_000
PRICE = 488_000_000


def paid_offline(desk: Desk) -> None:
    """The client's key never meets the network: the order goes to it in a file, and comes back."""
    pay = Transfer(CLIENT, desk.newcomer, RUPEE, CASH)
    key = desk.network.signer(CLIENT)
    with desk.client() as client:
        order = draft(client.chain, [pay], [key.public_key])
        desk.tell(f"{CLIENT} pays {rupees(CASH)}; the order is signed where no network is:")
        for sentence in client.simulate(order.envelope)["sentences"]:
            desk.tell(f"  it would {sentence}")
        save(order, desk.room / "order.tx")
        sign_file(desk.room / "order.tx", desk.room / "signed.tx", [key])
        receipt = client.submit_and_wait(load(desk.room / "signed.tx").envelope)
    desk.tell(f"    block {receipt.height}: {receipt.events[0].name}")
    desk.booked(CLIENT, RUPEE, -CASH)
    desk.booked(desk.newcomer, RUPEE, CASH)


def sold(desk: Desk) -> None:
    """Both sides enter what they agreed; the ledger matches it, and delivers against payment."""
    newcomer = open_key(desk.room / "newcomer.json", PASSPHRASE)
    desk.tell(f"{desk.newcomer} buys {rupees(FACE)} of the bill {desk.bill}:")
    with desk.client() as client:
        today = _today(client)
        desk.do(client, [_side(desk, Side.DELIVER, today)], desk.network.signer(CLIENT))
        waiting = [each["reference"] for each in client.instructions(desk.newcomer)]
        desk.tell(f"  waits for the other side: {', '.join(waiting)}")
        desk.do(client, [_side(desk, Side.RECEIVE, today)], newcomer)
        if list(client.instructions(desk.newcomer)):
            raise WrongDay("what both sides entered did not match")
    for account, sign in ((CLIENT, -1), (desk.newcomer, 1)):
        desk.booked(account, desk.bill, sign * FACE)
        desk.booked(account, RUPEE, -sign * PRICE)


def refused(desk: Desk) -> None:
    """What the ledger refuses moves nothing, and says by which rule and by how much."""
    newcomer = open_key(desk.room / "newcomer.json", PASSPHRASE)
    too_much = Transfer(desk.newcomer, CLIENT, RUPEE, CASH)
    with desk.client() as client:
        try:
            client.submit_and_wait(signed(client.chain, [too_much], [newcomer]))
        except Rejected as rejected:
            desk.tell(f"More than it has is refused: {rejected}")
            return
    raise WrongDay("a transfer of more than there is was not refused")


def interrupted(desk: Desk) -> None:
    """The line breaks as an order is sent. It is taken up again, and takes effect once."""
    amount = 1_000_000
    pay = Transfer(CLIENT, desk.newcomer, RUPEE, amount)
    dead = ["http://127.0.0.1:1"]
    reader = desk.me
    cut = Client(dead, genesis=desk.network.genesis, journal=desk.room / "journal", reader=reader)
    order = signed(cut.chain, [pay], [desk.network.signer(CLIENT)])
    try:
        cut.submit_and_wait(order, seconds=0.5)
    except OutcomeUnknown as unknown:
        desk.tell(f"The line is cut as {ME} submits {unknown.transaction.hex()[:12]}…: not known.")
    else:
        raise WrongDay("nobody answered, and an outcome was known")
    with desk.client() as client:
        (receipt,) = client.resume()
        if not isinstance(receipt, Receipt) or client.submit_and_wait(order) != receipt:
            raise WrongDay(f"what was resumed ended as {receipt}")
    desk.tell(f"  resumed: it took effect in block {receipt.height}, once, however often sent")
    desk.booked(CLIENT, RUPEE, -amount)
    desk.booked(desk.newcomer, RUPEE, amount)


def _today(client: Client) -> int:
    """Return the business day that is open, as the ledger counts days."""
    open_day = date.fromisoformat(client.get("/v1/days/open")["date"])
    return (open_day - date(1970, 1, 1)).days


def _side(desk: Desk, side: Side, today: int) -> EnterInstruction:
    delivers = side is Side.DELIVER
    return EnterInstruction(
        Instruction(
            side=side,
            account=CLIENT if delivers else desk.newcomer,
            counterparty=desk.newcomer if delivers else CLIENT,
            instrument=desk.bill,
            amount=FACE,
            payment=Payment(RUPEE, PRICE),
            settlement_date=today,
            priority=Priority.NORMAL,
            partial=False,
            tolerance=0,
            until=None,
            reference=f"{'SELL' if delivers else 'BUY'}-{desk.newcomer[-8:]}",
            travel_data=None,
        )
    )
