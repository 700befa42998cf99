"""Accounts, who serves them, and within which limits."""
