"""Who holds what, and the one way in which it changes hands."""
