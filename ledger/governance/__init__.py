"""Who decides: participants with keys and roles, policies, proposals, and the constitution."""
