"""What is written wrongly is refused with its place, what is wrong, and what would be right."""

import json
from typing import Any

import pytest

from amanat.ledger.dates import DAY_MS
from amanat.ledger.operations import (
    CloseDay,
    Issue,
    OpenHold,
    Propose,
    RegisterOrder,
    SetRoles,
    Transfer,
)
from amanat.node.written.examples import example
from amanat.node.written.reading import WrittenError, parse, read

TRANSFER = {
    "operation": "transfer",
    "source": "alpha",
    "target": "beta",
    "instrument": "PKR",
    "amount": "2500",
}
HOLD = example(OpenHold)
ORDER = example(RegisterOrder)


def refusal(content: Any) -> str:
    with pytest.raises(WrittenError) as refused:
        parse(content if isinstance(content, str) else json.dumps(content))
    return str(refused.value)


def test_one_operation_or_a_list_of_them() -> None:
    wanted = Transfer("alpha", "beta", "PKR", 2500)
    assert parse(json.dumps(TRANSFER)) == [wanted]
    assert parse(json.dumps([TRANSFER, TRANSFER])) == [wanted, wanted]
    assert refusal([]) == "the list is empty; it takes one operation or more"


@pytest.mark.parametrize("amount", ["2500", 2500])
def test_an_amount_is_a_decimal_string_or_an_integer(amount: object) -> None:
    assert read(TRANSFER | {"amount": amount}) == Transfer("alpha", "beta", "PKR", 2500)


def test_the_largest_amount_survives_as_a_number_too() -> None:
    text = json.dumps(TRANSFER | {"amount": 2**63 - 1})
    assert parse(text) == [Transfer("alpha", "beta", "PKR", 2**63 - 1)]


@pytest.mark.parametrize(
    "amount",
    [
        0,
        -1,
        2**63,
        1.0,
        1e3,
        True,
        None,
        "",
        "-1",
        "+1",
        "01",
        " 1",
        "1.5",
        "1,000",
        "1e3",
        "٣",
        [],
    ],
)
def test_what_is_no_amount_is_refused(amount: object) -> None:
    reason = refusal(TRANSFER | {"amount": amount})
    assert reason.startswith(f"amount: {json.dumps(amount)} is ")
    assert reason.endswith("an amount in smallest units, a whole number, 1 to 9223372036854775807")


def test_a_date_is_written_as_one() -> None:
    assert read({"operation": "close-day", "date": "1970-02-01"}) == CloseDay(31)
    for date in (31, "31", "1970-2-1", "2026-02-30", "2026-01-31T00:00:00Z", "19700201", None):
        reason = refusal({"operation": "close-day", "date": date})
        assert reason == f"date: {json.dumps(date)} is not a date (2026-01-31)"
    assert "out of range" in refusal({"operation": "close-day", "date": "1969-12-31"})


@pytest.mark.parametrize(
    ("time", "milliseconds"),
    [
        ("1970-01-02T00:00:00Z", DAY_MS),
        ("1970-01-02T05:00:00+05:00", DAY_MS),
        ("1970-01-02T00:00:00.250Z", DAY_MS + 250),
        (DAY_MS, DAY_MS),
        (str(DAY_MS), DAY_MS),
    ],
)
def test_a_time_is_rfc_3339_or_milliseconds(time: object, milliseconds: int) -> None:
    hold = read(HOLD | {"expires": time})
    assert isinstance(hold, OpenHold)
    assert hold.expires == milliseconds


@pytest.mark.parametrize(
    "time", ["1970-01-02", "1970-01-02T00:00:00", "1970-01-02 00:00:00Z", "25:00", 1.5, None]
)
def test_a_time_without_its_offset_is_none(time: object) -> None:
    assert "is not a time (2026-01-31T09:00:00Z, or" in refusal(HOLD | {"expires": time})


def test_a_name_that_is_not_known_is_answered_with_the_nearest() -> None:
    assert refusal(TRANSFER | {"operation": "tranfer"}) == (
        'operation: "tranfer" is no operation here: did you mean transfer?'
    )
    assert refusal(TRANSFER | {"amuont": 1}) == (
        'amuont: "amuont" is no field here: did you mean amount?'
    )
    assert (
        refusal({"operation": "set-roles", "participant": "alpha", "roles": ["custodain"]})
        == 'roles[0]: "custodain" is no value here: did you mean custodian?'
    )
    assert refusal({"operation": "set-standing", "participant": "alpha", "standing": "x"}) == (
        'standing: "x" is no value here: it takes active, suspended'
    )


def test_what_says_not_which_it_is_is_told_the_choice() -> None:
    assert refusal({"source": "alpha"}) == "operation: is missing; it says which operation it is"
    scope = {"account": "alpha", "direction": "both"}
    assert refusal(ORDER | {"scope": scope}) == (
        "scope.type: is missing; it says which type it is: account, holding, amount, instrument"
    )


def test_a_field_lacks_only_where_there_is_a_default() -> None:
    assert read(TRANSFER) == read(TRANSFER | {"travel_data": None})
    order = {name: value for name, value in ORDER.items() if name != "expires"}
    assert refusal(order) == (
        "expires: is missing; it takes a date (2026-01-31) or null: write null where there is none"
    )
    lacking = {name: value for name, value in TRANSFER.items() if name != "target"}
    assert refusal(lacking) == (
        "target: is missing; it takes a name (1 to 64 lower-case letters, digits and inner hyphens)"
    )


def test_the_place_is_named_however_deep_it_lies() -> None:
    proposal = {"operation": "propose", "expires": DAY_MS, "operations": [TRANSFER, TRANSFER]}
    assert read(proposal) == Propose((Transfer("alpha", "beta", "PKR", 2500),) * 2, DAY_MS)
    spoiled = proposal | {"operations": [TRANSFER, TRANSFER | {"source": "Alpha"}]}
    assert refusal([TRANSFER, spoiled]) == (
        '[1].operations[1].source: "Alpha" is not a name '
        "(1 to 64 lower-case letters, digits and inner hyphens)"
    )


def test_proposals_hold_no_proposals() -> None:
    inner = {"operation": "approve", "proposal": "00" * 32}
    reason = refusal({"operation": "propose", "expires": DAY_MS, "operations": [inner]})
    assert reason.startswith('operations[0].operation: "approve" is no operation here: ')


@pytest.mark.parametrize("digest", ["00" * 31, "00" * 33, "0G" * 32, "AB" * 32, 5, None])
def test_a_digest_is_64_hexadecimal_digits(digest: object) -> None:
    reason = refusal({"operation": "void-hold", "hold": digest})
    assert "is not a digest (64 lower-case hexadecimal digits)" in reason
    if isinstance(digest, str) and len(digest) != 64:
        assert reason.endswith(f"(it has {len(digest)})")


def test_lists_and_flags_and_objects_are_what_they_are() -> None:
    assert read({"operation": "set-roles", "participant": "alpha", "roles": []}) == SetRoles(
        "alpha", ()
    )
    assert "is not a list" in refusal(
        {"operation": "set-roles", "participant": "alpha", "roles": "issuer"}
    )
    assert refusal({"operation": "transfer-batch", "source": "a", "instrument": "B", "lines": []})
    assert refusal({"operation": "attest", "account": "a", "attestation": 5}) == (
        "attestation: 5 is not an object"
    )
    assert refusal([5]) == "[0]: 5 is not an object"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "it is no JSON: "),
        ("{", "it is no JSON: "),
        ('{"operation": "issue"} x', "it is no JSON: "),
        ('{"a": NaN}', "it is no JSON: NaN is no number"),
        ('{"a": 1, "a": 2}', '"a" stands twice in one object'),
        ("[" * 100_000, "it is nested too deep"),
        ('{"a": ' + "9" * 5_000 + "}", "it is no JSON: "),
        ("null", "null is not an object"),
    ],
)
def test_what_is_no_json_is_refused_as_such(text: str, reason: str) -> None:
    assert refusal(text).startswith(reason)


def test_an_error_repeats_no_more_of_a_wrong_value_than_one_can_read() -> None:
    reason = refusal(TRANSFER | {"source": "x" * 10_000})
    assert len(reason) < 200


def test_an_optional_number_is_one() -> None:
    issue = {"operation": "issue", "instrument": "PKR", "account": "alpha", "amount": 1}
    assert read(issue | {"tranche": 2}) == Issue("PKR", "alpha", 1, 2)
    assert "is out of range: it takes a whole number, 1 to 10000" in refusal(issue | {"tranche": 0})
