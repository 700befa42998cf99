"""The offline audit: a whole ledger executed again from its genesis document, trusting no node.

`sources` says what an audit reads; `archive_source`, `directory_source` and `remote_source` are
the three there are, and `export` writes the archives. `auditor` is the audit itself: it checks each
block's place and leader (`succession`), executes it, and checks what makes it final
(`certification`), on the `ground` that it has covered so far. `workplace` holds the state and how
far it has come (`standing`). `report` says what came of it, docs/audit.md what that means.
"""
