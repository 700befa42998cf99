"""A state as a recount sees it."""

from typing import Any

Tables = dict[str, dict[tuple[Any, ...], Any]]
"""All entries by kind and by the parts of their keys, decoded without their types."""
