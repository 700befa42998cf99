"""The Python client: submits, reads with proof, signs offline; for programs that wait or await.

    from amanat.client import Client

    with Client(["http://127.0.0.1:8101"], genesis="genesis.json") as client:
        print(client.balance("client-b", "PKR").amount)

docs/client.md is its manual. It is one machine with two faces: *conversations* decide what to send
and what to make of the answers, without a socket, a file or a clock; `Client` and `AsyncClient`
carry out their steps.

Reading order: `exchange` (steps and what is heard), `proofs` (what is believed), `asking` (one node
after the other), `reading`, `submission` (until it is known what became of it), `conversations`
(all of it), `journal` (what was sent, on disk); then the faces: `face`, `waiting`, `awaiting`.
Beside them: `orders` and `drafts` (transactions, signed here or elsewhere), `signers`, `keystore`,
`key_source` with `hardware` (keys in modules), `message_signatures` (as whom one asks),
`trust` (certificate authorities), `testing` (a network for tests).
"""

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from amanat.client.awaiting import AsyncClient
    from amanat.client.drafts import DraftError, PartlySigned
    from amanat.client.errors import (
        ClientError,
        Expired,
        OutcomeUnknown,
        Refused,
        Rejected,
        Unproved,
        Unreachable,
    )
    from amanat.client.journal import Journal, JournalError
    from amanat.client.key_source import open_signer, public_key_of
    from amanat.client.keystore import open_key
    from amanat.client.orders import draft, load, save, sign_file, signed
    from amanat.client.receipts import ProvedBalance, Receipt
    from amanat.client.signers import CallableSigner, Signs
    from amanat.client.signing_failed import SigningFailed
    from amanat.client.statements import Statement
    from amanat.client.trust import TrustError
    from amanat.client.waiting import Client

_WHERE: Final = {
    "AsyncClient": "awaiting",
    "CallableSigner": "signers",
    "Client": "waiting",
    "ClientError": "errors",
    "DraftError": "drafts",
    "Expired": "errors",
    "Journal": "journal",
    "JournalError": "journal",
    "OutcomeUnknown": "errors",
    "PartlySigned": "drafts",
    "ProvedBalance": "receipts",
    "Receipt": "receipts",
    "Refused": "errors",
    "Rejected": "errors",
    "SigningFailed": "signing_failed",
    "Signs": "signers",
    "Statement": "statements",
    "TrustError": "trust",
    "Unproved": "errors",
    "Unreachable": "errors",
    "draft": "orders",
    "load": "orders",
    "open_key": "keystore",
    "open_signer": "key_source",
    "public_key_of": "key_source",
    "save": "orders",
    "sign_file": "orders",
    "signed": "orders",
}
"""Imported when it is first named: whoever wants a key alone need not load an HTTP library."""

__all__ = [
    "AsyncClient",
    "CallableSigner",
    "Client",
    "ClientError",
    "DraftError",
    "Expired",
    "Journal",
    "JournalError",
    "OutcomeUnknown",
    "PartlySigned",
    "ProvedBalance",
    "Receipt",
    "Refused",
    "Rejected",
    "SigningFailed",
    "Signs",
    "Statement",
    "TrustError",
    "Unproved",
    "Unreachable",
    "draft",
    "load",
    "open_key",
    "open_signer",
    "public_key_of",
    "save",
    "sign_file",
    "signed",
]


def __getattr__(name: str) -> Any:
    if name not in _WHERE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module  # noqa: PLC0415 - nothing is loaded before it is wanted

    return getattr(import_module(f"{__name__}.{_WHERE[name]}"), name)
