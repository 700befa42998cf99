"""Examines a node, before it is started or while it runs: what is wrong, and what to do.

Reading order: `rows` (what is found), `case` (what is examined), `checks` (the table), then one
file for each check. Each looks first, and judges then: what judges reads no clock, file or socket.
Nothing is changed, in the data directory least of all.
"""
