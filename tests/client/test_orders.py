"""Orders go from file to file until everybody has signed, without a network."""

from pathlib import Path

import pytest

from amanat.client import (
    CallableSigner,
    DraftError,
    SigningFailed,
    clock,
    draft,
    load,
    save,
    sign_file,
)
from amanat.client.keystore import Signer
from amanat.client.orders import VALID_FOR_MS, signed
from amanat.client.submission import Order
from amanat.ledger.operations import Transfer
from tests.ledger.world import RUPEE, key, public_key

CHAIN = bytes(32)
PAY = Transfer("alpha", "beta", RUPEE, 5)


def test_one_after_the_other_signs_in_files(tmp_path: Path) -> None:
    one, two = Signer(key("one")), Signer(key("two"))
    save(draft(CHAIN, [PAY], [one.public_key, two.public_key]), tmp_path / "order")
    with pytest.raises(DraftError, match="lacks the signature"):
        Order.of((tmp_path / "order").read_bytes(), CHAIN)
    half = sign_file(tmp_path / "order", tmp_path / "half", [two])
    assert half.lacking == [one.public_key]
    sign_file(tmp_path / "half", tmp_path / "whole", [one])
    whole = load(tmp_path / "whole")
    assert (whole.lacking, whole.body.operations, whole.id) == ([], (PAY,), half.id)
    assert Order.of(whole.envelope, CHAIN).id == half.id


def test_no_file_is_written_over(tmp_path: Path) -> None:
    order = draft(CHAIN, [PAY], [public_key("one")])
    save(order, tmp_path / "order")
    with pytest.raises(DraftError, match="exists"):
        save(order, tmp_path / "order")
    with pytest.raises(DraftError, match="none of its signers"):
        sign_file(tmp_path / "order", tmp_path / "signed", [Signer(key("two"))])
    assert not (tmp_path / "signed").exists()


def test_what_is_no_order_is_told(tmp_path: Path) -> None:
    with pytest.raises(DraftError, match="cannot be read"):
        load(tmp_path / "nothing")
    (tmp_path / "garbage").write_bytes(b"garbage")
    with pytest.raises(DraftError):
        load(tmp_path / "garbage")


def test_each_order_is_another_and_is_valid_for_an_hour() -> None:
    one = Signer(key("one"))
    first, second = (Order.of(signed(CHAIN, [PAY], [one]), CHAIN) for _ in range(2))
    assert first.id != second.id
    assert abs(first.valid_until - VALID_FOR_MS - clock.now()) < 60_000


def test_whatever_can_be_called_signs() -> None:
    called = CallableSigner(public_key("one"), lambda message: key("one").sign(message).signature)
    assert Order.of(signed(CHAIN, [PAY], [called]), CHAIN).envelope
    assert repr(called) == f"CallableSigner(public_key={public_key('one')!r})"


@pytest.mark.parametrize(
    "wrong",
    [
        lambda _: b"",
        lambda _: bytes(64),
        lambda message: key("two").sign(message).signature,
        lambda message: key("one").sign(message + b"x").signature,
        lambda message: key("one").sign(message).signature + b"x",
    ],
)
def test_what_comes_back_from_a_call_is_checked(wrong: object) -> None:
    called = CallableSigner(public_key("one"), wrong)  # type: ignore[arg-type]
    with pytest.raises(SigningFailed):
        signed(CHAIN, [PAY], [called])


@pytest.mark.parametrize(
    "operation",
    [
        Transfer("alpha", "beta", RUPEE, 5.0),  # type: ignore[arg-type]
        Transfer("alpha", "beta", RUPEE, "5"),  # type: ignore[arg-type]
        Transfer("alpha", "beta", RUPEE, 0),
        Transfer("alpha", "beta", RUPEE, 2**63),
        Transfer("alpha", "beta", RUPEE, 2**70),
        Transfer("no name", "beta", RUPEE, 5),
        Transfer("alpha", object(), RUPEE, 5),  # type: ignore[arg-type]
    ],
)
def test_what_no_ledger_takes_is_not_signed(operation: Transfer) -> None:
    with pytest.raises(DraftError):
        signed(CHAIN, [operation], [Signer(key("one"))])


def test_nobody_and_nothing_make_no_order() -> None:
    with pytest.raises(DraftError):
        draft(CHAIN, [PAY], [])
    with pytest.raises(DraftError):
        draft(CHAIN, [], [public_key("one")])
