"""A node joins: it asks in a signed file, governance decides, it catches up, it votes.

Reading order: `request` (the file), `decisions` (what governance signs, from the file and the
network as it is), `progress` (how far it is).
"""
