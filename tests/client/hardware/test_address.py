"""URIs of keys in hardware modules (RFC 7512)."""

from pathlib import Path

import pytest

from amanat.client.hardware.address import AddressError, KeyAddress, is_address, parse

HOW = "?module-path=/opt/hsm.so"


def test_a_uri_names_a_key_a_token_a_module_and_a_pin_file() -> None:
    found = parse(
        "pkcs11:token=The%20Treasury;serial=0042;manufacturer=Acme;model=H%2f1;slot-id=7;"
        "object=mof;id=%01%aB;type=private?pin-source=file:/etc/pin&module-path=/opt/hsm.so"
    )
    assert found == KeyAddress(
        module=Path("/opt/hsm.so"),
        token="The Treasury",
        serial="0042",
        manufacturer="Acme",
        model="H/1",
        slot=7,
        label="mof",
        id=b"\x01\xab",
        pin_source=Path("/etc/pin"),
    )


def test_the_examples_of_the_standard_are_read_as_far_as_they_name_a_key() -> None:
    # RFC 7512, section 3, with the library that each leaves to the machine.
    found = parse("pkcs11:object=my-certificate;type=public;id=%69%95%3E%5C%F4%BD%EC%91" + HOW)
    assert found.id == b"\x69\x95\x3e\x5c\xf4\xbd\xec\x91"
    found = parse(
        "pkcs11:token=The%20Software%20PKCS%2311%20Softtoken;manufacturer=Snake%20Oil,%20Inc.;"
        "model=1.0;object=my-certificate;type=private;id=%69%95%3E%5C%F4%BD%EC%91;serial="
        "DECC0401648" + HOW + "&pin-source=file:/etc/token_pin"
    )
    assert found.token == "The Software PKCS#11 Softtoken"
    assert found.manufacturer == "Snake Oil, Inc."


def test_it_is_shown_without_what_belongs_to_the_machine() -> None:
    text = "pkcs11:token=The%20Treasury;slot-id=7;object=mof;id=%01%AB"
    assert str(parse(text + HOW + "&pin-source=/etc/pin")) == text


def test_files_are_told_from_uris() -> None:
    assert is_address("pkcs11:object=mof")
    assert is_address("PKCS11:object=mof")
    assert not is_address("keys/pkcs11.json")


@pytest.mark.parametrize(
    ("uri", "reason"),
    [
        ("mof.json", "begins with 'pkcs11:'"),
        ("pkcs11:", "names its key by object=LABEL"),
        ("pkcs11:token=a" + HOW, "names its key by object=LABEL"),
        ("pkcs11:object=mof", "ends with ?module-path=FILE"),
        ("pkcs11:object=mof?module-path=hsm.so", "give the whole path"),
        ("pkcs11:object=mof?module-name=hsm", "unknown attribute 'module-name'"),
        ("pkcs11:objct=mof" + HOW, "did you mean object?"),
        ("pkcs11:object=mof;object=sbp" + HOW, "object stands twice"),
        ("pkcs11:object=" + HOW, "object in a pkcs11: URI has no value"),
        ("pkcs11:object" + HOW, "object in a pkcs11: URI has no value"),
        ("pkcs11:object=100%" + HOW, "% without two hexadecimal digits"),
        ("pkcs11:object=%ff" + HOW, "object in a pkcs11: URI is not UTF-8"),
        ("pkcs11:object=mof;slot-id=first" + HOW, "slot-id=first"),
        ("pkcs11:object=mof;slot-id=٣" + HOW, "is not a number"),
        ("pkcs11:object=mof;type=cert" + HOW, "what signs is a private key"),
        ("pkcs11:object=mof" + HOW + "&pin-source=|/bin/askpin", "is a command"),
        ("pkcs11:object=mof" + HOW + "&pin-source=pin", "give the whole path"),
    ],
)
def test_what_names_no_key_is_refused_with_what_would_be_right(uri: str, reason: str) -> None:
    with pytest.raises(AddressError) as refused:
        parse(uri)
    assert reason in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_pin_in_a_uri_is_refused_and_not_repeated() -> None:
    for uri in ("pkcs11:object=mof" + HOW + "&pin-value=1234", "pkcs11:object=a;pin-value=1234"):
        with pytest.raises(AddressError, match="put the PIN into a file") as refused:
            parse(uri)
        assert "1234" not in str(refused.value)
