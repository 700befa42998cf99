"""Settlement: what two sides instruct, how it is matched, and how it settles."""
