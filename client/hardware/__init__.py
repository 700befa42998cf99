"""Keys that never leave a hardware module: PKCS#11, named by RFC 7512 URIs.

Reading order: `address` (the URI), `module_thread` (the one thread that calls a module), `faults`
(what went wrong, in words), `token_key` (find a key, make one), `signer` (sign, and go on after a
lost session). What speaks PKCS#11 is the package `python-pkcs11`, installed with the extra
`pkcs11`; nothing else here needs it.
"""
