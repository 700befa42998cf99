"""What spreadsheets make of text in a CSV file."""

from typing import Final

FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
"""With these a spreadsheet takes a cell for a formula, whatever the file says."""


def harmless(cell: str) -> str:
    """Return a cell that no spreadsheet takes for a formula: such text gets an apostrophe."""
    return f"'{cell}" if cell.startswith(FORMULA) else cell
