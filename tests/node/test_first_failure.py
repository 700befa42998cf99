"""The failure that a node ends with."""

import pytest

from amanat.client.signing_failed import SigningFailed
from amanat.node.first_failure import FirstFailure


async def test_the_first_of_several_is_raised() -> None:
    failure = FirstFailure()
    failure.note(ValueError("first"))
    failure.note(ValueError("second"))
    with pytest.raises(ValueError, match="first"):
        await failure.raised()


async def test_once_a_signature_failed_nothing_is_signed_and_no_module_is_waited_for() -> None:
    failure, asked = FirstFailure(), []

    def sign(message: bytes) -> bytes:
        asked.append(message)
        if message == b"vote":
            raise SigningFailed("no signature came")
        return bytes(64)

    signed = failure.unless_signed(sign)
    assert signed(b"ack") == bytes(64)
    for message in (b"vote", b"ack"):
        with pytest.raises(SigningFailed, match="no signature came"):
            signed(message)
    assert asked == [b"ack", b"vote"]
    with pytest.raises(SigningFailed, match=r"^no signature came$"):
        await failure.raised()
