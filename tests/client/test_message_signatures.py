"""Signatures over requests are those of RFC 9421, and libsodium's rule decides them."""

import base64
from datetime import UTC, datetime
from typing import Any

import pytest
from http_message_signatures import (
    HTTPMessageSigner,
    HTTPMessageVerifier,
    HTTPSignatureKeyResolver,
    InvalidSignature,
)
from nacl.signing import SigningKey

from amanat.client.keystore import Signer
from amanat.client.message_signatures import COMPONENTS, LibsodiumEd25519, Message, RequestSigner

# RFC 9421, appendix B: the key of B.1.4, the request of B.2, the signature of B.2.6.
KEY = SigningKey(base64.b64decode("n4Ni+HpISpVObnQMW0wOhCKROaIKqKtW/2ZYb2p9KcU="))
PUBLIC = base64.b64decode("JrQLj5P/89iXES9+vFgrIy29clF9CC/oPPsw3c5D0bs=")
HEADERS = {
    "Host": "example.com",
    "Date": "Tue, 20 Apr 2021 02:07:55 GMT",
    "Content-Type": "application/json",
    "Content-Digest": "sha-512=:WZDPaVn/7XgHaAy8pmojAkGWoRx2UFChF41A2svX+TaPm+"
    "AbwAgBWnrIiYllu7BNNyealdVLvRwEmTHWXvJwew==:",
    "Content-Length": "18",
}
COVERED = ("date", "@method", "@path", "@authority", "content-type", "content-length")
INPUT = (
    'sig-b26=("date" "@method" "@path" "@authority" "content-type" "content-length")'
    ';created=1618884473;keyid="test-key-ed25519"'
)
SIGNATURE = (
    "sig-b26=:wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw"
    "==:"
)
BASE = b"""\
"date": Tue, 20 Apr 2021 02:07:55 GMT
"@method": POST
"@path": /foo
"@authority": example.com
"content-type": application/json
"content-length": 18
"@signature-params": ("date" "@method" "@path" "@authority" "content-type" "content-length")\
;created=1618884473;keyid="test-key-ed25519\""""


class Resolver(HTTPSignatureKeyResolver):
    def __init__(self, key: bytes) -> None:
        self.key = key

    def resolve_public_key(self, key_id: str) -> Any:
        del key_id
        return self.key


def message(**headers: str) -> Message:
    return Message("POST", "https://example.com/foo?param=Value&Pet=dog", HEADERS | headers)


def verified(of: Message, key: bytes = PUBLIC, **options: Any) -> Any:
    verifier = HTTPMessageVerifier(signature_algorithm=LibsodiumEd25519, key_resolver=Resolver(key))
    return verifier.verify(of, max_age=None, **options)


def test_the_key_of_the_standard_is_what_it_says() -> None:
    assert bytes(KEY.verify_key) == PUBLIC


def test_the_signature_base_and_the_signature_are_those_of_the_standard() -> None:
    signer = HTTPMessageSigner(signature_algorithm=LibsodiumEd25519)
    signed = message()
    prepared = signer.prepare(
        signed,
        key_id="test-key-ed25519",
        created=datetime.fromtimestamp(1618884473, UTC),
        label="sig-b26",
        include_alg=False,
        covered_component_ids=COVERED,
        use_existing_digest=True,
    )
    assert prepared.signature_base == BASE
    signer.apply(signed, prepared, Signer(KEY).sign(prepared.signature_base))
    assert (signed.headers["Signature-Input"], signed.headers["Signature"]) == (INPUT, SIGNATURE)


def test_the_signature_of_the_standard_verifies() -> None:
    (found,) = verified(message(**{"Signature-Input": INPUT, "Signature": SIGNATURE}))
    assert found.parameters["keyid"] == "test-key-ed25519"


@pytest.mark.parametrize("header", ["Date", "Content-Type", "Content-Length"])
def test_it_does_not_over_anything_else(header: str) -> None:
    changed = {"Signature-Input": INPUT, "Signature": SIGNATURE, header: "changed"}
    with pytest.raises(InvalidSignature):
        verified(message(**changed))


def test_a_key_of_small_order_verifies_nothing() -> None:
    """With such a key other libraries take a made-up signature for valid; libsodium does not."""
    point = bytes([1]) + bytes(31)
    made_up = base64.b64encode(point + bytes(32)).decode()
    signed = message(**{"Signature-Input": INPUT, "Signature": f"sig-b26=:{made_up}:"})
    with pytest.raises(InvalidSignature):
        verified(signed, point)


def test_what_is_signed_here_covers_what_a_node_asks_for() -> None:
    signing = RequestSigner(Signer(KEY), now=lambda: 1_618_884_473_500)
    url = "http://127.0.0.1:8101/v1/tokens?x=%20"
    headers = signing.headers("POST", url, b"{}")
    assert headers.keys() == {"Content-Digest", "Signature-Input", "Signature"}
    signed = Message("POST", url, headers)
    (found,) = verified(signed, require_components=(*COMPONENTS, "content-digest"), body=b"{}")
    assert found.parameters["created"] == 1_618_884_473
    assert found.parameters["keyid"] == PUBLIC.hex()
    assert found.covered_components['"@query"'] == "?x=%20"
    again = signing.headers("POST", url, b"{}")
    assert again["Signature"] != headers["Signature"]
