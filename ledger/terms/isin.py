"""International securities identification numbers (ISO 6166)."""

from typing import Annotated, Final

from msgspec import Meta
from stdnum import isin

ISIN_PATTERN: Final = r"\A[A-Z]{2}[A-Z0-9]{9}[0-9]\Z"

Isin = Annotated[
    str,
    Meta(
        pattern=ISIN_PATTERN,
        title="ISIN",
        description="two capitals, nine capitals or digits, a check digit (ISO 6166)",
    ),
]
"""ISO 6166: country, nine letters or digits, check digit."""


def is_valid_isin(code: str) -> bool:
    """Return whether the check digit of `code` is right. Its form is checked by `Isin`.

    Only the library's arithmetic is used: its list of countries changes between releases, and a
    rule that authorities must agree on may not.
    """
    return bool(isin.calc_check_digit(code[:-1]) == code[-1])
