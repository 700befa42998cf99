"""What was paid for units that end, shared out among those who have a claim on the units."""


class Proceeds:
    """A sum that was paid for units at once, handed out share by share.

    A fraction of the smallest unit goes to whoever comes first. So the shares of all units are
    together what was paid, none of them is off by a whole smallest unit, and what the first ones
    have too much the last has too little: what nobody has a claim on comes last.
    """

    def __init__(self, cash: str, amount: int, units: int, orders: tuple[str, ...]) -> None:
        """Share out an amount, paid for so many units.

        Args:
            cash: the cash instrument.
            amount: of it.
            units: for how many.
            orders: the legal orders that stopped the holding of these units as a whole: what was
                paid for them stays under these.
        """
        self.cash = cash
        self.orders = orders
        self._amount, self._units = amount, units
        self._shared = 0
        """For how many units the share is handed out."""

    def share_of(self, units: int) -> int:
        """Return the share of the next so many units."""
        before = self._up_to(self._shared)
        self._shared += units
        return self._up_to(self._shared) - before

    def _up_to(self, units: int) -> int:
        return -(-units * self._amount // self._units)
