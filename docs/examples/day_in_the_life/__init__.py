"""A day in the life of a bond, told by the ledger itself.

    .venv/bin/python -m docs.examples.day_in_the_life

plays it in one process, with a clock that the script sets: three authorities execute every block
and must reach the same roots. `--document` prints docs/day-in-the-life.md instead.

To read it: `cast` says who takes part, `papers` what the bond promises, `network` how the three
authorities agree, `stage` how it is told; then the chapters in the order of `chapters`.
"""
