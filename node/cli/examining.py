"""`amanat doctor`, `amanat config show` and `amanat config check`."""

import asyncio
import os
from collections.abc import Callable, Coroutine, Sequence
from pathlib import Path
from typing import Any, Final

import msgspec

from amanat.client.trust import CA_VARIABLE
from amanat.config.layers import DEFAULT, strangers
from amanat.config.settings import NodeSettings, SettingsError, effective_settings
from amanat.node.cli.failure import ExitCode, Failure
from amanat.node.cli.nodes import settings_of
from amanat.node.cli.output import Format, say, show
from amanat.node.doctor.checks import ALL, HERE, Check, examine
from amanat.node.doctor.rows import Row, fail, has_failed, ok, warn
from amanat.node.upgrading import checks as upgrade_checks

OTHERS: Final = frozenset({"AMANAT_API", CA_VARIABLE})
"""Variables that are no settings of a node."""


def doctor(config: Path, flags: Sequence[str], output: Format) -> None:
    """Examine a node; fail with 3 if something must be mended."""
    _tell(diagnosis(config, flags, ALL), output)


def check(config: Path, flags: Sequence[str], output: Format) -> None:
    """Examine what the settings name on this machine."""
    _tell(diagnosis(config, flags, HERE), output)


def upgrade_check(config: Path, flags: Sequence[str], output: Format) -> None:
    """Examine whether a node may be given this program now."""
    _tell(
        _examined(config, flags, lambda settings: upgrade_checks.examine(settings, config)), output
    )


def diagnosis(config: Path, flags: Sequence[str], checks: tuple[Check, ...]) -> list[Row]:
    """Return what is found about the settings and, if they can be read, about the node."""
    return _examined(config, flags, lambda settings: examine(settings, checks))


def _examined(
    config: Path,
    flags: Sequence[str],
    examined: Callable[[NodeSettings], Coroutine[Any, Any, list[Row]]],
) -> list[Row]:
    try:
        settings = settings_of(config, flags)
    except Failure as failure:
        return [
            fail("settings", str(failure), f"mend it, then amanat config check --config {config}")
        ]
    rows = [ok("settings", f"{config} is sound")]
    unknown = [each for each in strangers(NodeSettings, os.environ) if each not in OTHERS]
    if unknown:
        found = f"{', '.join(unknown)} in the environment set nothing"
        rows.append(warn("environment", found, "amanat config show --effective names all settings"))
    return rows + asyncio.run(examined(settings))


def configuration(
    config: Path, flags: Sequence[str], output: Format, *, effective: bool, source: bool
) -> None:
    """Show what is set, or all that holds, and where it comes from."""
    try:
        found = effective_settings(config, flags=flags)
    except (SettingsError, msgspec.MsgspecError) as error:
        raise Failure(str(error)) from error
    rows = []
    for each in found:
        value = list(each.value) if isinstance(each.value, tuple) else each.value
        row = {"setting": each.name, "value": value}
        if source:
            row["source"] = each.source
        if effective or each.source != DEFAULT:
            rows.append(row)
    show(rows, output)


def _tell(rows: Sequence[Row], output: Format) -> None:
    if output is Format.TABLE:
        for row in rows:
            say(f"{row.verdict:4}  {row.check}: {row.finding}")
            if row.next is not None:
                say(f"      -> {row.next}")
    else:
        show([msgspec.to_builtins(row) for row in rows], output)
    if has_failed(rows):
        failed = list(dict.fromkeys(row.check for row in rows if row.verdict == "FAIL"))
        raise Failure(f"to be mended: {', '.join(failed)}", ExitCode.NOT_VALID)
