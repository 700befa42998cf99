"""A custodian's day, played against a network through the Python client alone.

    make testnet
    .venv/bin/python -m docs.examples.a_custodians_day testnet

To read it: `desk` is the custodian's own side, with its keys, its books and its client of the
network; `morning`, `trading` and `evening` are the day, in this order; `day` plays all three.
"""
