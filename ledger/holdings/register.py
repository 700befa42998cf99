"""Accounts on the register: the indexes of an account, and what changes with it."""

from collections.abc import Callable

from amanat.ledger.custody.accounts import Account, AccountKind
from amanat.ledger.holdings import balances
from amanat.ledger.instruments.instrument import Instrument
from amanat.ledger.linked_sets import LinkedSet
from amanat.ledger.state import ACCOUNTS, INSTRUMENTS, State


def accounts_of(custodian: str) -> LinkedSet:
    """Return the accounts that a custodian serves."""
    return LinkedSet("accounts", custodian)


def clients_of(custodian: str) -> LinkedSet:
    """Return the accounts that a custodian serves for clients, omnibus accounts among them."""
    return LinkedSet("clients", custodian)


def nothing_against(instrument: Instrument, amount: int) -> None:
    """Have nothing against what an account holds."""
    del instrument, amount


def add_account(state: State, account: Account) -> None:
    """Put a new account on the register."""
    state.put(account, ACCOUNTS, account.name)
    _list(state, account)


def change_account(
    state: State,
    before: Account,
    after: Account,
    allow: Callable[[Instrument, int], None] = nothing_against,
) -> None:
    """Let an account be another custodian's, another owner's, or attested otherwise.

    Its holdings stay; the totals to which they are added follow, one instrument after the other.
    Before each of them `allow` is asked, with the amount held, and may raise a refusal.
    """
    if before.custodian != after.custodian:
        accounts_of(before.custodian).remove(state, before.name)
        clients_of(before.custodian).remove(state, before.name)
        _list(state, after)
    state.put(after, ACCOUNTS, after.name)
    for identifier in balances.instruments_of(after.name).members(state):
        instrument = state.get(INSTRUMENTS, identifier)
        if instrument is None:
            raise AssertionError(f"{after.name} holds {identifier}, which is not known")
        allow(instrument, balances.holding(state, after.name, identifier).amount)
        balances.readdress(state, before, after, instrument)


def _list(state: State, account: Account) -> None:
    accounts_of(account.custodian).add(state, account.name)
    if account.kind is AccountKind.CLIENT:
        clients_of(account.custodian).add(state, account.name)
