"""Accounts on the register: the indexes of an account, and what changes with it."""

from amanat.ledger import balances
from amanat.ledger.accounts import Account
from amanat.ledger.linked_sets import LinkedSet
from amanat.ledger.state import ACCOUNTS, INSTRUMENTS, State


def accounts_of(custodian: str) -> LinkedSet:
    """Return the accounts that a custodian serves."""
    return LinkedSet("accounts", custodian)


def add_account(state: State, account: Account) -> None:
    """Put a new account on the register."""
    state.put(account, ACCOUNTS, account.name)
    accounts_of(account.custodian).add(state, account.name)


def change_account(state: State, before: Account, after: Account) -> None:
    """Let an account be another custodian's, another owner's, or attested otherwise.

    Its holdings stay; the totals to which they are added follow.
    """
    if before.custodian != after.custodian:
        accounts_of(before.custodian).remove(state, before.name)
        accounts_of(after.custodian).add(state, after.name)
    state.put(after, ACCOUNTS, after.name)
    for identifier in balances.instruments_of(after.name).members(state):
        instrument = state.get(INSTRUMENTS, identifier)
        if instrument is None:
            raise AssertionError(f"{after.name} holds {identifier}, which is not known")
        balances.readdress(state, before, after, instrument)
