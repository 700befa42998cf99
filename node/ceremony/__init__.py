"""The ceremony in which officers make a key together, with a transcript that holds no secret.

Reading order: `officers` (who is asked, and how), `transcript` (what is written down), `machine`
(what it runs on), `custodians` (who keeps which share), `script` (all of it, step by step).
"""
