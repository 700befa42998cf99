"""How many blocks a node keeps.

An archive keeps all. Any other node keeps at least so many of the last blocks, so that peers that
were away for a while are served from its log; those that lack more are given a snapshot. What goes
is the log, which holds the transactions as they were signed. Headers, receipts, certificates and
states stay, so that proofs of every height can still be given.
"""


def forget_below(base: int, applied: int, keep: int | None) -> int | None:
    """Return the height below which entries may go now, or None.

    Args:
        base: the height of the first entry; 0 if none is gone.
        applied: the last block that is final and applied.
        keep: how many blocks the node keeps at least; None for all.
    """
    if keep is None:
        return None
    height = applied - keep + 1
    # Not one by one: each time costs a look through what LevelDB has deleted.
    return height if height - max(base, 1) >= max(keep // 8, 1) else None
