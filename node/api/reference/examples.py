"""Examples of what is sent and answered: each field with something that could stand in it."""

from typing import Any, Final

import msgspec
from msgspec import inspect

_BY_NAME: Final[dict[str, Any]] = {
    "account": "client-a",
    "agent": "custodian-b",
    "api": "http://127.0.0.1:8101",
    "authority": "mof",
    "beneficiary": "custodian-b",
    "blocks": 4,
    "cash": "PKR",
    "class": "sovereign",
    "clients": 11,
    "accounts": 12,
    "code": "insufficient_holding",
    "count": 3,
    "counterparty": "client-b",
    "custodian": "custodian-a",
    "custodians": {"custodian-a": "2500"},
    "cut_off": "transfers",
    "description": "Move units of an instrument from one account to another.",
    "detail": "applied 15 of 15 known",
    "direction": "debit",
    "door": [],
    "entered_by": "sbp",
    "events": [
        {
            "operation": 0,
            "name": "transferred",
            "fields": {
                "amount": "2500",
                "instrument": "PKR",
                "source": "client-a",
                "target": "client-b",
            },
        }
    ],
    "evidence": 0,
    "figures": {"account": "client-a", "need": "2500", "have": "100"},
    "fields": {"source": "client-a"},
    "fingerprint": "bd24-ae7a-bc74-596d",
    "fix": "Check the identifier.",
    "form": "registered",
    "from": 1,
    "holds": "2500",
    "index": 0,
    "instance": "/v1/accounts/nobody",
    "instrument": "PKR",
    "investor_class": "retail",
    "issued_by": "Sindh High Court",
    "issuer": "mof",
    "jurisdiction": "PK",
    "kind": "bill",
    "law": "Act XIV of 2005",
    "leader": "mof",
    "lei": "529900T8BM49AURSDO55",
    "limit": "instrument",
    "may_hold": "1000000",
    "name": "transfer",
    "names": ["transfer"],
    "neglect": None,
    "network": "pakistan",
    "number": 7,
    "of": "PKR",
    "operation": 0,
    "operations": ["issue"],
    "orders": [],
    "owner": "client-a",
    "part": "votes",
    "participant": "client-a",
    "path": "/v1/accounts/client-a",
    "paying_agent": "sbp",
    "pending": 0,
    "percent": 40,
    "policies": [],
    "proposer": "mof",
    "protocol": 1,
    "quorum": 2,
    "readers": "anyone",
    "reference": "trade-2026-114",
    "refusals": [],
    "rejection": None,
    "request_id": "686bab63d0a64b4a8b46a3d9b4a6b1d4",
    "role": "leader",
    "roles": ["custodian"],
    "rule": "majority",
    "scope": "amount",
    "seconds": 300,
    "sentence": "Move PKR 25.00 from client-a to client-b",
    "sentences": ["Move PKR 25.00 from client-a to client-b"],
    "signers": ["mof", "sbp"],
    "snapshot": None,
    "sovereign_min": 1,
    "standing": "good",
    "status": "active",
    "subject": "",
    "successor": None,
    "takes": "an account (1 to 64 lower-case letters, digits and inner hyphens)",
    "target": "client-b",
    "tax_class": "resident",
    "term": 3,
    "terms": {"currency": "PKR", "decimals": "2"},
    "text": "mof acked both block 7 of term 2 and block 7 of term 3",
    "threshold": 1,
    "ticks": 20,
    "title": "Ministry of Finance",
    "to": 15,
    "token": "mXa0Zf3k7xhbWFuYXQ=",
    "type": "name",
    "unit": None,
    "upgrade": None,
    "version": 1,
    "weight": 1,
    "written": [{"operation": "issue"}],
}
"""By the name of a field."""

_OF_ONE: Final[dict[tuple[str, str], Any]] = {
    ("OperationView", "fields"): [
        {
            "name": "amount",
            "type": "integer",
            "unit": "smallest unit",
            "nullable": False,
            "optional": False,
            "takes": "an amount in smallest units, a whole number, 1 to 9223372036854775807",
        }
    ],
    ("OperationView", "events"): ["transferred"],
    ("OperationView", "refusals"): ["insufficient_holding"],
    ("OperationView", "signers"): "the owner of the source account",
    ("LackView", "code"): "missing_approval",
    ("LackView", "figures"): {"role": "central_bank"},
    ("EvidenceView", "kind"): "double-ack",
    ("RuleView", "kind"): "lot-size",
    ("DocumentView", "kind"): "prospectus",
    ("AccountView", "kind"): "client",
    ("ProposalView", "status"): "open",
    ("OrderView", "status"): "in_force",
    ("RouteView", "method"): "GET",
    ("RouteView", "path"): "/v1/status",
    ("RouteView", "description"): "Show this node at this moment.",
    ("ProblemKind", "status"): 404,
    ("ProblemKind", "retryable"): False,
    ("ProblemKind", "retry_after"): None,
    ("ProblemKind", "code"): "not_found",
    ("ProblemKind", "title"): "There is no such thing",
    ("StatusView", "name"): "mof",
    ("StatusView", "certificate_expires"): 1767830400000,
    ("StatusView", "api_certificate_expires"): 1798675200000,
    ("StatusView", "version"): "0.1.0",
    ("StatusView", "program"): "5c95d7b0" * 8,
    ("NodeView", "name"): "mof",
    ("ReadinessView", "name"): "mof",
    ("AccountView", "name"): "client-a",
    ("ParticipantView", "name"): "custodian-a",
    ("FieldView", "name"): "source",
    ("EventView", "name"): "transferred",
    ("InstrumentView", "id"): "PKT842702163",
    ("InstrumentView", "title"): "3-month treasury bill",
    ("OrderView", "id"): "court-1",
    ("Preparation", "operations"): [
        {
            "operation": "transfer",
            "source": "client-a",
            "target": "client-b",
            "instrument": "PKR",
            "amount": "2500",
        }
    ],
    ("Preparation", "signers"): ["5c95d7b0" * 8],
    ("PreparedView", "signers"): ["5c95d7b0" * 8],
    ("Preparation", "nonce"): "00112233445566778899aabbccddeeff",
    ("Submission", "body"): None,
    ("Submission", "signatures"): None,
    ("PreparedView", "sentences"): ["transfer PKR 25.00 from client-a to client-b"],
    ("Liveness", "status"): "live",
    ("Readiness", "status"): "ready",
    ("Readiness", "checks"): {"leader": {"ok": True, "detail": "mof leads"}},
    ("ManifestView", "rows"): 2,
    ("PageView", "complete"): True,
    ("PageView", "events"): [
        {
            "cursor": "lMQIsFFT-0hlX6sBAAA",
            "height": 15,
            "time": 1767225605000,
            "transaction": "5c95d7b01f64f2f1be54bd3b3e7fb8dfa2c3c5a0d6ba4e1f0f7c2f0b5a1d9e3c",
            "index": 0,
            "operation": 0,
            "name": "transferred",
            "fields": {
                "amount": "2500",
                "instrument": "PKR",
                "source": "client-a",
                "target": "client-b",
            },
        }
    ],
    ("BatchItem", "code"): None,
    ("BatchItem", "detail"): None,
}
"""Of fields that mean something else in one type than in others."""


class NoExample(Exception):  # noqa: N818 - what happened
    """A field has no example: give it one here."""


def example(kind: Any) -> Any:
    """Return an example of a type, as JSON has it.

    Raises:
        NoExample: nothing is known that could stand in one of its fields.
    """
    return _of(inspect.type_info(kind), "")


def _of(kind: inspect.Type, where: str) -> Any:
    match kind:
        case inspect.Metadata(type=inner, extra_json_schema=extra):
            examples = (extra or {}).get("examples")
            return examples[0] if examples else _of(inner, where)
        case inspect.StructType(cls=cls, fields=fields):
            return _struct(cls, fields)
        case inspect.DataclassType(cls=cls, fields=fields):
            return _struct(cls, fields)
        case inspect.ListType(item_type=item) | inspect.VarTupleType(item_type=item):
            return [_of(item, where)]
        case inspect.UnionType(types=types):
            return _of(
                next(each for each in types if not isinstance(each, inspect.NoneType)), where
            )
        case inspect.EnumType(cls=enum):
            return next(iter(enum)).value
        case inspect.BoolType():
            return True
        case inspect.DictType():
            return {}
        case _:
            raise NoExample(f"{where or kind}")


def _struct(cls: type, fields: tuple[inspect.Field, ...]) -> dict[str, Any]:
    shown = {}
    for each in fields:
        value = _field(cls, each)
        if value is not None or each.required:
            shown[each.encode_name] = value
    return shown


def _field(cls: type, field: inspect.Field) -> Any:
    key = (cls.__name__, field.encode_name)
    if key in _OF_ONE:
        return _OF_ONE[key]
    if field.encode_name in _BY_NAME:
        return _BY_NAME[field.encode_name]
    return _of(field.type, ".".join(key))


def text(kind: Any) -> str:
    """Return an example as readable JSON."""
    return msgspec.json.format(msgspec.json.encode(example(kind)), indent=2).decode()
