"""Morning: what yesterday left, what the accounts hold, and a new client."""

from hashlib import sha256

from amanat.client import keystore
from amanat.ledger.custody.accounts import Account, Attestation, InvestorClass
from amanat.ledger.governance.participants import Participant, Role
from amanat.ledger.operations import OpenAccount, RegisterParticipant
from docs.examples.a_custodians_day.desk import CLIENT, ME, RUPEE, Desk, rupees

PASSPHRASE = "kept elsewhere"  # noqa: S105 - of a key that lives as long as this example


def opened(desk: Desk) -> None:
    """Nothing is begun before it is known how everything of yesterday ended."""
    with desk.client() as client:
        ended = client.resume()
        desk.tell(f"Morning. {len(ended)} orders of yesterday were without an end.")
        for held in client.holdings(CLIENT):
            desk.booked(CLIENT, held.instrument, held.amount)
            desk.tell(
                f"  {CLIENT} holds {held.amount} of {held.instrument} at height {held.height}, "
                f"as {', '.join(held.signers)} signed"
            )


def welcomed(desk: Desk) -> None:
    """A new client brings its public key; the custodian registers it and opens its account."""
    key = keystore.create(desk.room / "newcomer.json", PASSPHRASE, cost=keystore.TEST)
    desk.newcomer = f"client-{key.public_key.hex()[:8]}"
    commitment = sha256(b"salt, and our file on the newcomer").digest()
    attested = Attestation(commitment, InvestorClass.CORPORATE, "PK", "filer", 40_000)
    holder = Participant.simple(desk.newcomer, "A new client", (Role.HOLDER,), key.public_key)
    account = Account.client(desk.newcomer, desk.newcomer, ME, attested)
    desk.tell(f"A new client comes, {desk.newcomer}:")
    with desk.client() as client:
        desk.do(client, [RegisterParticipant(holder), OpenAccount(account)], desk.me)
        nothing = client.balance(desk.newcomer, RUPEE)
    desk.booked(desk.newcomer, RUPEE, nothing.amount)
    desk.tell(f"  that it holds nothing yet is proved too: {rupees(nothing.amount)}")
