"""Business days: calendar, cut-offs, and the totals sealed at each close."""
