"""How figures are written in JSON: the forms that answers hold, for the description of the API.

JavaScript loses integers beyond 2**53, so amounts are text. Bytes are text in hexadecimal where
people compare them, else in base64.
"""

from typing import Annotated

from msgspec import Meta

AmountText = Annotated[
    str,
    Meta(
        pattern=r"\A(?:0|[1-9][0-9]*)\Z",
        description="An amount in the instrument's smallest unit.",
        examples=["2500"],
    ),
]

HexText = Annotated[
    str,
    Meta(
        pattern=r"\A(?:[0-9a-f]{2})*\Z",
        description="Bytes in lower-case hexadecimal.",
        examples=["5c95d7b01f64f2f1be54bd3b3e7fb8dfa2c3c5a0d6ba4e1f0f7c2f0b5a1d9e3c"],
    ),
]

Hex32Text = Annotated[
    str,
    Meta(
        pattern=r"\A[0-9a-f]{64}\Z",
        description="32 bytes in lower-case hexadecimal: a digest or a public key.",
        examples=["5c95d7b01f64f2f1be54bd3b3e7fb8dfa2c3c5a0d6ba4e1f0f7c2f0b5a1d9e3c"],
    ),
]

Base64Text = Annotated[
    str,
    Meta(
        pattern=r"\A[A-Za-z0-9+/]*={0,2}\Z",
        description="Bytes in base64.",
        examples=["kqRkYXRhzGQ="],
    ),
]

CursorText = Annotated[
    str,
    Meta(
        pattern=r"\A[A-Za-z0-9_-]{1,64}\Z",
        description="How far a reader of events has come, the same at every node.",
        examples=["lMQIsFFT-0hlX6sBAAA"],
    ),
]

DateText = Annotated[
    str,
    Meta(
        pattern=r"\A(?:19[7-9][0-9]|[2-9][0-9]{3})-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])\Z",
        description="A date, as ISO 8601 writes it.",
        examples=["2026-01-31"],
    ),
]

TimeMs = Annotated[
    int,
    Meta(
        ge=0,
        description="Milliseconds since 1970-01-01T00:00:00Z.",
        examples=[1767225605000],
    ),
]

HeightNumber = Annotated[
    int, Meta(ge=0, description="The height of a block; 0 is genesis.", examples=[15])
]
