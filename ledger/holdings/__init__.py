"""Who holds what: accounts with their amounts, what is reserved of these, and totals."""
