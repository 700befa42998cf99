"""What a ledger is: transactions, accounts, instruments, rules, state and its Merkle tree. Pure.

Reading order: `identifiers`, `encoding`, `crypto` (the leaves); `transactions` and `operations`
(what can be asked for); `execution` (the rule book: from a transaction to its receipt); `state` and
`state_tree` (where it is kept and committed to); `blocks` and `chain` (blocks executed one on
another, final or not); `genesis` (where it starts).

What holds after every block: for each instrument, issued - redeemed is the sum of its holdings; no
holding is negative; a transaction id took effect at most once; the state root commits to all of it.
`invariants` checks this by recounting.
"""
