"""The program's version, as installed."""

from importlib.metadata import version
from typing import Final

VERSION: Final = version("amanat")
