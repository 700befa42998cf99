"""Statements for bookkeepers: what was held, what moved and what there was, at any height kept.

A statement is a file, the same bytes from every node, and a manifest beside it, signed by the node
that made it. `question` says what is asked, `moments` at which blocks that is; `holdings`,
`movements` and `supply` give rows, and check what they add up to; `rendering` makes a file of them,
and `manifest` signs for it.
"""
