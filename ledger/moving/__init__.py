"""How anything changes hands, how it ends, and how an account comes to another custodian."""
