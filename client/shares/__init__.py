"""A key's secret in shares, of which some bring it back and fewer tell nothing (SLIP-39).

`splitting` makes shares of a secret and puts them together; `share_file` is what each custodian of
a share is given: a file, and a sheet of paper.
"""
