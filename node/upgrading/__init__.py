"""Whether a node may be given this program now: `amanat node upgrade-check`, run with the new one.

Reading order: `surroundings` (whom it asks), the checks `programs`, `protocol`, `data` and
`sparing`, and `checks` (their order). The rows are those of `amanat.node.doctor`.
"""
