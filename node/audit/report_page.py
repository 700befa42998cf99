"""The report of an audit as a page to print: one file, no script, nothing from elsewhere."""

import msgspec
from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from amanat.node.audit.report import Report

_pages = Environment(
    loader=PackageLoader("amanat.node.audit"),
    autoescape=select_autoescape(),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def page(report: Report) -> str:
    """Return the page."""
    return _pages.get_template("report.html").render(report=msgspec.to_builtins(report))
