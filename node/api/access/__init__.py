"""Who may read what over HTTP, and how a reader proves who it is.

`relations` says who may (pure, from the state alone); `scopes` what a route shows; `signatures` and
`tokens` who asks; `gate` puts them together in front of every route.
"""
