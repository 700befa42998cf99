"""An offline check of what the ledger says, by a program that knows nothing else of it.

It takes a network's genesis document and a proof bundle, both as bytes, and says whether a
sovereign quorum of that network's authorities certified what the bundle claims. It shares no code
with the node: it imports PyNaCl, msgpack and the standard library, and is short enough to be read
in one sitting. docs/proofs.md describes every byte that it reads.

Reading order: `decoding` (one value, one encoding), `authorities` (who decides),
`certified_headers` (what they signed), `eras` (how one configuration of the authorities led to the
next), `contents` (what the certified roots say), `checks` (the steps, in order), `sentences` (what
is said of them); by themselves `submissions` (what one authority signed for whoever handed it a
transaction), `statements` (what one signed beside the file of a statement), `moments` (how late it
is on the ledger) and `genesis_file` (the genesis document as people keep it).

    amanat-verify FILE --genesis GENESIS
"""

from amanat.verifier.checks import Finding, verify
from amanat.verifier.contents import Balance, ClosingBalance, Outcome
from amanat.verifier.decoding import Invalid
from amanat.verifier.moments import Moment, verify_moment
from amanat.verifier.statements import StatementFound, verify_statement
from amanat.verifier.submissions import Submission, verify_submission

__all__ = [
    "Balance",
    "ClosingBalance",
    "Finding",
    "Invalid",
    "Moment",
    "Outcome",
    "StatementFound",
    "Submission",
    "verify",
    "verify_moment",
    "verify_statement",
    "verify_submission",
]
