"""The description of the API is OpenAPI 3.1, whole and true."""

from typing import Any

import pytest
from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator, validate

from amanat.node.api.application import ROUTES, create
from amanat.node.api.problems import CATALOGUE
from tests.node import description
from tests.node.conftest import Api
from tests.node.description import DOCUMENT

OPERATIONS: list[Any] = [
    pytest.param(path, method, operation, id=operation["operationId"])
    for path, operations in DOCUMENT["paths"].items()
    for method, operation in operations.items()
]
IN_MEDIA = ("parameters", "operationId", "summary", "description", "responses", "security")


def test_it_is_openapi_3_1() -> None:
    assert DOCUMENT["openapi"] == "3.1.0"
    validate(DOCUMENT, cls=OpenAPIV31SpecValidator)


@pytest.mark.asyncio(loop_scope="module")
async def test_every_route_of_the_application_is_in_it(api: Api) -> None:
    # The head of an answer is no operation of its own.
    served = {
        (route.resource.canonical, route.method.lower())
        for route in create(api.network.nodes["mof"]).router.routes()
        if route.resource is not None and route.method != "HEAD"
    }
    told = {(path, method) for path, each in DOCUMENT["paths"].items() for method in each}
    assert served == told


@pytest.mark.asyncio(loop_scope="module")
async def test_a_node_serves_it(api: Api) -> None:
    answer = await api.get("/v1/openapi.json")
    assert (answer.status, answer.json) == (200, DOCUMENT)


def test_each_operation_has_a_name_of_its_own() -> None:
    names = [each.handler.contract.id for each in ROUTES]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize(("path", "method", "operation"), OPERATIONS)
def test_an_operation_says_all_that_there_is_to_say(
    path: str, method: str, operation: dict[str, Any]
) -> None:
    assert all(name in operation for name in IN_MEDIA)
    assert operation["summary"].endswith(".")
    for parameter in operation["parameters"]:
        assert parameter["description"]
        schema = parameter["schema"]
        if schema.get("type") in ("integer", "number"):
            assert {"minimum", "maximum"} <= schema.keys(), parameter
    assert ("requestBody" in operation) == (method == "post")
    assert "500" in operation["responses"]
    assert set(description.operation_of(method.upper(), path) or {}) == set(operation)


@pytest.mark.parametrize(("path", "method", "operation"), OPERATIONS)
def test_examples_are_what_the_schemas_say(
    path: str, method: str, operation: dict[str, Any]
) -> None:
    del path, method
    bodies = [operation["requestBody"]] if "requestBody" in operation else []
    for each in [*operation["responses"].values(), *bodies]:
        for media, content in each.get("content", {}).items():
            if media == "application/json":
                whole = content["schema"] | {"components": DOCUMENT["components"]}
                Draft202012Validator(whole).validate(content["example"])


def test_every_problem_is_one_that_some_operation_may_give() -> None:
    told = {
        code
        for path in DOCUMENT["paths"].values()
        for operation in path.values()
        for answer in operation["responses"].values()
        for code in _codes(answer)
    }
    assert told == CATALOGUE.keys() - {"no_such_route", "method_not_allowed"}


def _codes(answer: dict[str, Any]) -> list[str]:
    content = answer.get("content", {}).get("application/problem+json")
    return [] if content is None else content["schema"]["allOf"][1]["properties"]["code"]["enum"]


def test_an_operation_that_is_not_for_anyone_says_how_to_prove_who_asks() -> None:
    operations = DOCUMENT["paths"]
    assert operations["/v1/status"]["get"]["security"] == []
    assert operations["/v1/accounts/{account}"]["get"]["security"] == [
        {"messageSignature": []},
        {"token": []},
    ]
    assert operations["/v1/tokens"]["post"]["security"] == [{"messageSignature": []}]
    assert {} in operations["/v1/proposals"]["get"]["security"]


@pytest.mark.parametrize(
    ("path", "status", "body", "fault"),
    [
        ("/v1/days/open", 200, b'{"date":"2026-01-05","number":"1"}', "is not of type"),
        ("/v1/days/open", 200, b'{"date":"2026-01-05","number":1,"more":1}', "Additional"),
        ("/v1/days/open", 200, b'{"date":"5 January"}', "does not match"),
        ("/v1/days/open", 418, b"{}", "not described"),
    ],
)
def test_an_answer_that_is_not_described_is_noticed(
    path: str, status: int, body: bytes, fault: str
) -> None:
    """So that no test of the API can pass for want of looking."""
    headers = dict.fromkeys(("Ledger-Height", "Ledger-Root", "Request-Id", "ETag"), "")
    headers["Content-Type"] = "application/json"
    with pytest.raises(AssertionError, match=fault):
        description.check("GET", path, status, headers, body)
    sound = b'{"date":"2026-01-05","number":1}'
    description.check("GET", path, 200, headers, sound)
    del headers["ETag"]
    with pytest.raises(AssertionError, match="without ETag"):
        description.check("GET", path, 200, headers, sound)


def test_what_fields_mean_is_what_stands_below_them() -> None:
    schemas = DOCUMENT["components"]["schemas"]
    height = schemas["StatusView"]["properties"]["height"]
    assert height["description"] == "The last final block applied here."
    assert schemas["SettlementView"]["properties"]["cancelling"]["description"] == (
        "The side that has asked to cancel it."
    )
    assert schemas["RecordView"]["properties"]["part"]["description"].startswith("Base64")
