"""The HTTP API of a node: decode, call, encode. No rule lives here.

`application` has the routes; `problems` every error; `messages` the JSON.
"""
