"""A small network for tests: five institutions, deterministic keys, and signed transactions."""

from collections.abc import Iterable, Sequence
from functools import cache, partial
from hashlib import sha256
from typing import Final

import msgspec
from nacl.signing import SigningKey

from amanat.config.standard_rules import standard_policies
from amanat.ledger.authentication import VerifiedTransactions
from amanat.ledger.authorities import Authority, AuthorityClass, AuthoritySet, QuorumRule
from amanat.ledger.chain import Chain
from amanat.ledger.configurations import Configuration
from amanat.ledger.crypto import Sign
from amanat.ledger.custody.accounts import Account, Attestation, InvestorClass
from amanat.ledger.dates import DAY_MS
from amanat.ledger.days.calendar import Calendar
from amanat.ledger.executed_block import Tip
from amanat.ledger.genesis import GenesisDocument
from amanat.ledger.governance.participants import Participant, Role, changed
from amanat.ledger.governance.policies import Approval, Parameters, Policy
from amanat.ledger.identifiers import Digest, PublicKey
from amanat.ledger.operations import (
    ActivateInstrument,
    AnyOperation,
    Issue,
    OpenAccount,
    RegisterInstrument,
    RegisterParticipant,
)
from amanat.ledger.terms import CashTerms, TreasuryBillTerms
from amanat.ledger.transactions import Body, sign
from amanat.ledger.tree.state_tree import MissingNode

START: Final = 1_767_225_600_000
"""2026-01-01T00:00:00Z: when the test network is created."""

BILL: Final = "PK04D2512341"
RUPEE: Final = "PKR"
AUTHORISED: Final = 10**15
"""How much of the bill may be issued: PKR 10 trillion."""

AUTHORITIES: Final = {
    "mof": AuthorityClass.SOVEREIGN,
    "sbp": AuthorityClass.SOVEREIGN,
    "cdc": AuthorityClass.CUSTODIAN,
    "custodian-a": AuthorityClass.CUSTODIAN,
    "custodian-b": AuthorityClass.CUSTODIAN,
    "custodian-c": AuthorityClass.CUSTODIAN,
    "custodian-d": AuthorityClass.CUSTODIAN,
}

INSTITUTIONS: Final = {
    "mof": (Role.ISSUER,),
    "sbp": (Role.CENTRAL_BANK,),
    "cdc": (Role.CUSTODIAN,),
    "custodian-a": (Role.CUSTODIAN,),
    "custodian-b": (Role.CUSTODIAN,),
    "custodian-c": (Role.CUSTODIAN,),
    "custodian-d": (Role.CUSTODIAN,),
}

POLICIES: Final = {each.act: each for each in standard_policies()}
"""By act, as a new network has them."""

AGE_MAX_MS: Final = 7 * DAY_MS
"""How long an approval counts."""

NOTICE: Final = {act: each.delay_ms for act, each in POLICIES.items() if each.delay_ms}
"""How long everybody has notice of an act, in milliseconds."""

PARAMETERS: Final = Parameters(
    validity_max_ms=7 * DAY_MS,
    clock_ahead_max_ms=5_000,
    transaction_bytes_max=1024 * 1024,
    operations_max=10_000,
    block_transactions_max=1_000,
    block_bytes_max=1024 * 1024,
    rejections_per_hour_max=100,
    proposal_max_ms=60 * DAY_MS,
)


CALENDAR: Final = Calendar(weekend=(5, 6), holidays=(), cut_offs=())


@cache
def key(name: str) -> SigningKey:
    """Return the test key called `name`, the same in every run."""
    return SigningKey(sha256(f"test key {name}".encode()).digest())


def public_key(name: str) -> bytes:
    """Return the public key of `key(name)`."""
    return bytes(key(name).verify_key)


def keys_called(names: Iterable[str]) -> dict[PublicKey, Sign]:
    """Return the keys called `names`, as `transactions.sign` takes them."""
    return {public_key(name): partial(_signature, name) for name in names}


def _signature(name: str, message: bytes) -> bytes:
    return key(name).sign(message).signature


def authority_set(
    names: Sequence[str],
    quorum: int,
    sovereign_min: int = 1,
    rule: QuorumRule = QuorumRule.MAJORITY,
) -> AuthoritySet:
    """Return the set of these authorities, each with the key `authority <name>`."""
    members = tuple(
        Authority(name, public_key(f"authority {name}"), AUTHORITIES[name])
        for name in sorted(names)
    )
    return AuthoritySet(members, quorum, sovereign_min, rule)


def participant(name: str, *roles: Role, threshold: int = 1, keys: int = 1) -> Participant:
    """Return a participant whose keys are `<name>`, `<name> 2`, ..., each of weight 1."""
    names = [name, *(f"{name} {number}" for number in range(2, keys + 1))]
    simple = Participant.simple(name, name.upper(), roles, *(public_key(each) for each in names))
    return changed(simple, threshold=threshold)


def policy(act: str, *approvals: tuple[Role, int], delay: int | None = None) -> Policy:
    """Return a policy that asks for these approvals, with the notice that is usual for the act."""
    asked = tuple(Approval(role, count) for role, count in sorted(approvals))
    return Policy(act, asked, AGE_MAX_MS, NOTICE.get(act, 0) if delay is None else delay)


def genesis(
    authorities: AuthoritySet | None = None,
    *,
    participants: Sequence[Participant] = (),
    **parameters: int,
) -> GenesisDocument:
    """Return the test network's genesis document, with more participants or other parameters."""
    everybody = [participant(name, *roles) for name, roles in INSTITUTIONS.items()]
    everybody += participants
    return GenesisDocument(
        version=2,
        network="test-network",
        created=START,
        authorities=authorities or authority_set(["mof", "sbp", "cdc"], quorum=2),
        participants=tuple(sorted(everybody, key=lambda each: each.name)),
        policies=standard_policies(),
        parameters=msgspec.structs.replace(PARAMETERS, **parameters),
        calendar=CALENDAR,
    )


class NoNodes:
    """A source of tree nodes for chains that are never reloaded."""

    def load(self, key: bytes) -> bytes:
        """Nothing is stored."""
        raise MissingNode(key.hex())


class NoHistory:
    """Knows nobody who decided in the past."""

    def configuration(self, height: int) -> Configuration | None:
        """Return None."""
        del height
        return None

    def certifier(self, height: int) -> Configuration | None:
        """Return None."""
        del height
        return None


class NothingExecuted:
    """No transaction is in a final block."""

    def contains(self, transaction: Digest) -> bool:
        """Return False."""
        del transaction
        return False


def chain(document: GenesisDocument) -> Chain:
    """Return a chain that starts at `document`, in memory."""
    update, _ = document.initial_state(NoNodes())
    identity = document.chain_id()
    return Chain(
        identity,
        final=Tip(0, identity, document.created, update.tree),
        executed=NothingExecuted(),
        verified=VerifiedTransactions(),
    )


class Writer:
    """Builds signed transactions for one chain; each call gives another nonce."""

    def __init__(
        self, chain_id: Digest, valid_until: int = START + DAY_MS, *, first: int = 0
    ) -> None:
        """`first` tells its nonces apart from those of other writers."""
        self.chain_id = chain_id
        self.valid_until = valid_until
        self._count = first

    def sign(self, signers: Sequence[str], *operations: AnyOperation) -> bytes:
        """Return a transaction signed with the keys called `signers`."""
        self._count += 1
        keys = keys_called(signers)
        nonce = self._count.to_bytes(8, "big")
        body = Body(self.chain_id, self.valid_until, nonce, tuple(sorted(keys)), operations)
        return sign(body, keys)


def rupee() -> RegisterInstrument:
    """Return the registration of rupee cash by the central bank."""
    return RegisterInstrument(RUPEE, "sbp", "Pakistani rupee", CashTerms("PKR", 2))


def bill() -> RegisterInstrument:
    """Return the registration of an 84-day bill issued on the test network's first day."""
    terms = TreasuryBillTerms(
        isin=BILL,
        cash=RUPEE,
        denomination=500_000,
        issue_date=START // DAY_MS,
        maturity_date=START // DAY_MS + 84,
        day_count="act/365",
    )
    return RegisterInstrument(BILL, "mof", "3-month treasury bill", terms, AUTHORISED)


def attestation(
    investor_class: InvestorClass = InvestorClass.CORPORATE,
    jurisdiction: str = "PK",
    *,
    expires: int | None = START // DAY_MS + 3_650,
) -> Attestation:
    """Return an attestation that holds for ten years."""
    commitment = sha256(f"{investor_class} {jurisdiction}".encode()).digest()
    return Attestation(commitment, investor_class, jurisdiction, "filer", expires)


def account(
    name: str, owner: str, custodian: str, attested: Attestation | None = None
) -> OpenAccount:
    """Return the opening of a house account, or of a client's with a custodian."""
    if owner == custodian:
        return OpenAccount(Account.house(name, owner, attested or attestation(expires=None)))
    return OpenAccount(Account.client(name, owner, custodian, attested or attestation()))


def holder(name: str) -> RegisterParticipant:
    """Return the registration of a custodian's client, who signs with the key `name`."""
    return RegisterParticipant(participant(name, Role.HOLDER))


def market(writer: Writer) -> list[bytes]:
    """Return the transactions that set up cash, a bill, three clients and what they hold.

    Afterwards `mof-house` holds PKR 50 million of the bill, and `alpha`, `beta` (clients of
    custodian-a) and `gamma` (of custodian-b) hold PKR 10 million in cash each.
    """
    clients = {"alpha": "custodian-a", "beta": "custodian-a", "gamma": "custodian-b"}
    return [
        writer.sign(
            ["sbp"], rupee(), ActivateInstrument(RUPEE), account("sbp-house", "sbp", "sbp")
        ),
        writer.sign(
            ["mof", "sbp"],
            bill(),
            ActivateInstrument(BILL),
            account("mof-house", "mof", "mof"),
        ),
        *(
            writer.sign([custodian], holder(name), account(name, name, custodian))
            for name, custodian in clients.items()
        ),
        writer.sign(["sbp"], *(Issue(RUPEE, name, 1_000_000_000) for name in clients)),
        writer.sign(["mof", "sbp"], Issue(BILL, "mof-house", 5_000_000_000)),
    ]
