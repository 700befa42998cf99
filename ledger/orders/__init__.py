"""Legal orders, what they stop and what they freeze."""
