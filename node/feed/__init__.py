"""The events of all final blocks, told in order from any place on, to whoever may know each.

`cursor` says how far a reader has come, the same on every node; `filters` what it wants; `pages`
reads on from there, with a bounded amount of work.
"""
