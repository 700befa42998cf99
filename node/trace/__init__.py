"""How elections went, told afterwards from the logs of nodes.

Reading order: `lines` (what a log says), `elections` (what it adds up to).
"""
