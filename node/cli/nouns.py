"""The nouns of the command line: what every command but a few plain ones is about.

A command is `amanat NOUN VERB`. The nouns are the words of the HTTP API's paths, in the singular,
and those of what lies on a machine: keys, settings, backups.
"""

from typing import Final

import typer


def _noun(help_: str) -> typer.Typer:
    return typer.Typer(help=help_, no_args_is_help=True)


ACCOUNT: Final = _noun("Accounts, and who serves them.")
AUTHORITY: Final = _noun("Decisions about who takes part, for `amanat proposal create`.")
BACKUP: Final = _noun("Back up a node's data, and restore it.")
BLOCK: Final = _noun("Final blocks.")
BORROWING: Final = _noun("What the state owes, and may owe.")
CONFIG: Final = _noun("A node's settings.")
CUSTODIAN: Final = _noun("Custodians and the accounts that they serve.")
DAY: Final = _noun("Business days, and what was held when they were closed.")
DOCUMENT: Final = _noun("The documents of an instrument.")
EVENT: Final = _noun("What happened, in the order of the chain.")
EVIDENCE: Final = _noun("What nodes have against authorities.")
GENESIS: Final = _noun("Genesis documents, which found a network.")
HOLD: Final = _noun("What is held for a transfer that is still to be decided.")
HOLDING: Final = _noun("What accounts hold, and moving it.")
INSTRUCTION: Final = _noun("Settlement instructions that are not matched yet.")
INSTRUMENT: Final = _noun("What can be held: terms, status, supply.")
KEY: Final = _noun("Make, show and keep keys.")
LEDGER: Final = _noun("Save a whole chain, or what a node shows of it.")
NETWORK: Final = _noun("A network's identity, quorum rule and authorities.")
NODE: Final = _noun("What operators do with a node.")
OPERATION: Final = _noun("What transactions are made of: manual and templates.")
ORDER: Final = _noun("Legal orders on accounts, holdings and instruments.")
PARTICIPANT: Final = _noun("Legal entities with keys and roles.")
PLEDGE: Final = _noun("Pledges on holdings.")
PROBLEM: Final = _noun("With what the API refuses, and what would be right.")
PROOF: Final = _noun("What nodes give out to be checked offline.")
PROPOSAL: Final = _noun("Operations that wait until enough have approved them.")
ROUTE: Final = _noun("The routes of the HTTP API.")
RULE: Final = _noun("The rules of an instrument: who may hold it, and how much.")
SETTLEMENT: Final = _noun("What is matched and still to settle.")
SIMULATION: Final = _noun("Simulated networks under faults.")
STATEMENT: Final = _noun("Holdings, movements, entitlements, supply: files with signed manifests.")
TESTNET: Final = _noun("A whole network on this machine.")
TOKEN: Final = _noun("Short-lived tokens to read with.")
TRANCHE: Final = _noun("The tranches of an instrument.")
TRANSACTION: Final = _noun("Sign transactions, submit them, and see what became of them.")
TRAVEL_DATA: Final = _noun("What both custodians know of originator and beneficiary.")

NOUNS: Final = {
    name.lower().replace("_", "-"): value
    for name, value in sorted(globals().items())
    if isinstance(value, typer.Typer)
}
"""Each by its name."""
