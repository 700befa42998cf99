"""The integers that terms are written in, each of a stated scale. No float ever stands for one."""

from typing import Annotated, Final

from msgspec import Meta

RATE_SCALE: Final = 1_000_000
Rate = Annotated[int, Meta(ge=0, le=10 * RATE_SCALE, title="millionths a year")]
"""A rate a year in millionths: 70,000 is 7 %. The State Bank quotes yields to 0.0001 %, which is 1.
From 0 to 1,000 %."""

Margin = Annotated[int, Meta(ge=-RATE_SCALE, le=RATE_SCALE, title="millionths a year")]
"""What is added to a benchmark, in millionths a year, from -100 % to 100 %."""

PRICE_SCALE: Final = 10_000
Price = Annotated[int, Meta(ge=1, le=1_000 * PRICE_SCALE, title="ten-thousandths for 100")]
"""A price for 100 of face, in ten-thousandths: 956,574 is 95.6574. Up to 1,000."""

INDEX_SCALE: Final = 10_000
IndexValue = Annotated[int, Meta(ge=1, le=1_000_000_000 * INDEX_SCALE, title="ten-thousandths")]
"""The value of a price index in ten-thousandths: 1,234,500 is 123.45."""

Decimals = Annotated[int, Meta(ge=0, le=6, title="decimal places")]
"""Decimal places of the smallest unit: 2 for the rupee, whose smallest unit is the paisa."""
