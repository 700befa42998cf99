"""One order and the made-up network that it is for."""

from amanat.client.submission import Order
from amanat.ledger.operations import Transfer
from tests.client.made_up import BLOCK_MS, MadeUpProofs
from tests.ledger.world import RUPEE, Writer

CHAIN = bytes(32)
END = 8 * BLOCK_MS
PAY = Transfer("alpha", "beta", RUPEE, 5)
ENVELOPE = Writer(CHAIN, END).sign(["alpha"], PAY)
ORDER = Order.of(ENVELOPE, CHAIN)
PROOFS = MadeUpProofs(b"", CHAIN)
URLS = ("http://one", "http://two", "http://three")
