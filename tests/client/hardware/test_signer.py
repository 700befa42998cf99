"""Signing with a key in a hardware module: SoftHSM, and every way in which it fails."""

import os
import threading
from collections.abc import Callable

import pkcs11
import pytest

from amanat.client.hardware import token_key
from amanat.client.hardware.address import parse
from amanat.client.hardware.faults import HardwareError
from amanat.client.hardware.signer import ATTEMPTS, HardwareSigner, make_key, public_key
from amanat.client.hardware.token_key import OpenKey
from amanat.client.key_source import make_in_module, open_signer, public_key_of
from amanat.client.keystore import KeystoreError
from amanat.client.signers import SignsLater
from amanat.client.signing_failed import SigningFailed
from amanat.ledger.crypto import verify
from tests.client.hardware.soft_module import PIN, SoftModule


def nobody() -> str:
    raise AssertionError("nobody is asked where the URI names a PIN file")


@pytest.fixture
def key(module: SoftModule) -> bytes:
    """The public half of the key `mof`."""
    return make_in_module(module.uri(), nobody)


@pytest.fixture
def signer(module: SoftModule, key: bytes) -> HardwareSigner:
    opened = open_signer(module.uri(), nobody)
    assert isinstance(opened, HardwareSigner)
    assert opened.public_key == key
    return opened


def refusal(act: Callable[[], object]) -> str:
    """Return why it cannot be done: a line, without the PIN."""
    with pytest.raises(KeystoreError) as refused:
        act()
    message = str(refused.value)
    assert "\n" not in message
    assert PIN not in message
    return message


# Keys that sign.


def test_it_signs_as_a_key_in_a_file_does(signer: HardwareSigner, key: bytes) -> None:
    assert verify(key, b"order", signer.sign(b"order"))
    assert verify(key, b"", signer.sign(b""))
    assert signer.sign(b"order") == signer.sign(b"order")
    assert isinstance(signer, SignsLater)
    assert verify(key, b"later", signer.begin(b"later").result(10))


def test_the_public_half_is_shown_without_a_pin(module: SoftModule, key: bytes) -> None:
    assert public_key_of(module.uri(pin=False)) == key


def test_it_shows_which_key_it_is_and_nothing_else(signer: HardwareSigner, key: bytes) -> None:
    assert repr(signer) == f"HardwareSigner(pkcs11:token=amanat;object=mof, {key.hex()})"


def test_the_pin_comes_from_who_opens_it_where_the_uri_names_no_file(
    module: SoftModule, key: bytes
) -> None:
    assert open_signer(module.uri(pin=False), lambda: PIN).public_key == key


def test_two_keys_of_one_token_are_used_at_once(module: SoftModule, signer: HardwareSigner) -> None:
    make_in_module(module.uri("sbp"), nobody)
    other = open_signer(module.uri("sbp"), nobody)
    assert other.public_key != signer.public_key
    for each in (signer, other, signer):
        assert verify(each.public_key, b"order", each.sign(b"order"))


@pytest.mark.usefixtures("key")
def test_the_key_cannot_leave_the_module(module: SoftModule) -> None:
    token = pkcs11.lib(str(module.library)).get_token(token_label="amanat")
    with token.open(user_pin=PIN) as session:
        private = session.get_key(object_class=pkcs11.ObjectClass.PRIVATE_KEY, label="mof")
        assert private[pkcs11.Attribute.SENSITIVE]
        assert not private[pkcs11.Attribute.EXTRACTABLE]
        with pytest.raises(pkcs11.PKCS11Error):
            private[pkcs11.Attribute.VALUE]


# Sessions that are lost.


def close_behind(signer: HardwareSigner) -> None:
    """Close the session of a signer as a module does that has had enough of it."""
    assert signer._open is not None
    signer._open.session.close()


def test_a_closed_session_is_opened_again(signer: HardwareSigner, key: bytes) -> None:
    close_behind(signer)
    assert verify(key, b"order", signer.sign(b"order"))


def test_a_restarted_module_is_logged_in_to_again(
    module: SoftModule, signer: HardwareSigner, key: bytes
) -> None:
    pkcs11.lib(str(module.library)).reinitialize()
    assert verify(key, b"order", signer.sign(b"order"))


def test_a_module_that_was_shut_down_is_started_again(
    module: SoftModule, signer: HardwareSigner, key: bytes
) -> None:
    pkcs11.lib(str(module.library)).finalize()
    assert verify(key, b"order", signer.sign(b"order"))


def test_a_token_that_was_taken_away_is_named_and_one_that_came_back_signs(
    module: SoftModule, signer: HardwareSigner, key: bytes
) -> None:
    tokens = module.directory / "tokens"
    os.rename(tokens, module.directory / "away")
    tokens.mkdir()
    pkcs11.lib(str(module.library)).reinitialize()
    with pytest.raises(SigningFailed, match="no such token is there; the module has none"):
        signer.sign(b"order")
    tokens.rmdir()
    os.rename(module.directory / "away", tokens)
    assert verify(key, b"order", signer.sign(b"order"))


def test_another_key_under_the_same_name_does_not_sign(
    module: SoftModule, signer: HardwareSigner
) -> None:
    module.remove_token()
    module.add_token()
    pkcs11.lib(str(module.library)).reinitialize()
    make_in_module(module.uri(), nobody)
    with pytest.raises(SigningFailed, match="is another key than it was"):
        signer.sign(b"order")


def test_it_is_tried_a_few_times_and_no_more(
    signer: HardwareSigner, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried = []

    def breaks(*_: object, **__: object) -> None:
        tried.append(True)
        raise pkcs11.DeviceError

    close_behind(signer)
    monkeypatch.setattr(token_key, "open_key", breaks)
    with pytest.raises(SigningFailed, match="reports an error of the device: check it"):
        signer.sign(b"order")
    # The first attempt finds the session gone.
    assert len(tried) == ATTEMPTS - 1


def test_a_restart_for_one_key_lets_no_key_sign_with_the_session_of_another(
    module: SoftModule, signer: HardwareSigner
) -> None:
    make_in_module(module.uri("sbp"), nobody)
    other = open_signer(module.uri("sbp"), nobody)
    refusal(lambda: public_key_of(module.uri(on="missing")))  # restarts the library in the end
    for each in (other, signer, other):
        assert verify(each.public_key, b"order", each.sign(b"order"))


# Modules that answer wrongly, or not at all.


def test_a_signature_is_verified_before_it_is_used(
    signer: HardwareSigner, monkeypatch: pytest.MonkeyPatch
) -> None:
    for wrong in (b"", bytes(64), signer.sign(b"another order")):
        monkeypatch.setattr(OpenKey, "sign", lambda _, __, given=wrong: given)
        with pytest.raises(SigningFailed, match="is no signature of the key"):
            signer.sign(b"order")


def test_a_module_that_hangs_holds_nobody_up_for_long(
    module: SoftModule, key: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = HardwareSigner(parse(module.uri()), lambda: PIN, seconds=0.01)
    answers, genuine = threading.Event(), OpenKey.sign

    def hangs(open_key: OpenKey, message: bytes) -> bytes:
        answers.wait()
        return genuine(open_key, message)

    monkeypatch.setattr(OpenKey, "sign", hangs)
    with pytest.raises(SigningFailed, match=r"no signature came within 0\.01 s: check that the"):
        opened.sign(b"order")
    answers.set()
    assert verify(key, b"order", opened.begin(b"order").result(10))


# Keys that are not there.


@pytest.mark.usefixtures("key")
def test_a_wrong_pin_is_given_once_and_not_repeated(module: SoftModule) -> None:
    given = []

    def wrong() -> str:
        given.append(True)
        return "not the pin"

    reason = refusal(lambda: HardwareSigner(parse(module.uri()), wrong))
    assert "the PIN is wrong" in reason
    assert "not the pin" not in reason
    assert given == [True]


def test_a_missing_token_is_named_with_those_that_are_there(module: SoftModule) -> None:
    reason = refusal(lambda: public_key_of(module.uri(on="amant")))
    assert "pkcs11:token=amant;object=mof: no such token is there; the module has amanat" in reason


@pytest.mark.usefixtures("key")
def test_a_missing_key_is_named(module: SoftModule) -> None:
    assert "no private key of that name" in refusal(lambda: open_signer(module.uri("fbr"), nobody))
    assert "no public key of that name" in refusal(lambda: public_key_of(module.uri("fbr")))


def test_a_key_of_another_kind_is_refused(module: SoftModule) -> None:
    token = pkcs11.lib(str(module.library)).get_token(token_label="amanat")
    with token.open(rw=True, user_pin=PIN) as session:
        session.generate_keypair(pkcs11.KeyType.RSA, 2048, store=True, label="old")
    assert "is not an Ed25519 key" in refusal(lambda: open_signer(module.uri("old"), nobody))
    assert "is not an Ed25519 key" in refusal(lambda: public_key_of(module.uri("old")))


def test_two_keys_of_one_name_are_told_apart_by_their_id(module: SoftModule, key: bytes) -> None:
    first = module.uri()
    second = module.uri().replace("object=mof", "object=mof;id=%02")
    other = make_in_module(second, nobody)
    assert "the token has 2 such keys" in refusal(lambda: public_key_of(first))
    assert public_key_of(second) == other != key


def test_a_key_is_never_made_over_another(module: SoftModule, key: bytes) -> None:
    assert "keys are never overwritten" in refusal(lambda: make_in_module(module.uri(), nobody))
    assert public_key(parse(module.uri())) == key


def test_a_new_key_needs_a_label_and_the_right_pin(module: SoftModule) -> None:
    unnamed = parse(module.uri().replace("object=mof", "id=%01"))
    assert "needs a label" in refusal(lambda: make_key(unnamed, lambda: PIN))
    assert "the PIN is wrong" in refusal(lambda: make_key(parse(module.uri()), lambda: "no"))


def test_what_is_no_library_of_a_module_is_named(module: SoftModule) -> None:
    gone = module.uri().replace(str(module.library), "/nowhere/hsm.so")
    assert "/nowhere/hsm.so is missing: check module-path" in refusal(lambda: public_key_of(gone))
    none = module.uri().replace(str(module.library), str(module.pin_file))
    with pytest.raises(HardwareError, match="cannot be loaded as a PKCS#11 library"):
        public_key_of(none)


@pytest.mark.usefixtures("key")
def test_a_pin_file_that_others_can_read_is_refused(module: SoftModule) -> None:
    module.pin_file.chmod(0o644)
    assert "run chmod 600" in refusal(lambda: open_signer(module.uri(), nobody))
