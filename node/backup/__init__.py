"""Backups of a node's data: made while it runs, verified by executing, restored without a vote.

Reading order: `manifest` (what a backup is), `frozen` (a consistent copy of a running database),
`creating`, `verifying`, `restoring`, `kept` (several backups in one folder). Decision 0032 says
why it is so; docs/backup.md is for operators.
"""
