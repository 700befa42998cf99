"""What a running node takes over from changed settings on SIGHUP, and what it cannot.

A setting can be reloaded if a function here, or one given by the part that reads it
(`Reloader.takes`), puts it into effect. Every other change is named in the log: it needs a restart.
"""

from collections.abc import Callable

import msgspec
import structlog

from amanat.config.layers import dotted
from amanat.config.settings import NodeSettings, SettingsError
from amanat.node import logs

log = structlog.get_logger(__name__)

Take = Callable[[NodeSettings], None]
"""Puts one setting of these into effect, or raises `Kept`."""


class Kept(Exception):  # noqa: N818 - what happened
    """A changed setting cannot be put into effect; what was in effect still is. Says why."""


class Reloader:
    """A node's settings, and how those that can change while it runs are taken over."""

    def __init__(
        self, settings: NodeSettings, reread: Callable[[], NodeSettings] | None = None
    ) -> None:
        """`reread` reads the settings again from where they came; without it nothing changes."""
        self.settings = settings
        """As they are in effect."""
        self._reread = reread
        self._takes: dict[str, Take] = {"log_level": lambda new: logs.set_level(new.log_level)}
        self.then: Callable[[], None] = lambda: None
        """What is done at every SIGHUP, changed settings or none: files are read again."""

    def takes(self, setting: str, take: Take) -> None:
        """Declare that `setting`, by its dotted name, can be reloaded, and how."""
        self._takes[setting] = take

    def reload(self) -> None:
        """Read the settings again, and take over what can be. A mistake in them changes nothing."""
        self._take_over()
        self.then()

    def _take_over(self) -> None:
        if self._reread is None:
            return
        try:
            new = self._reread()
        except (SettingsError, msgspec.MsgspecError) as error:
            log.error("settings.refused", reason=str(error))  # noqa: TRY400 - its line says it all
            return
        changed = changes(self.settings, new)
        for setting in changed:
            take = self._takes.get(setting)
            if take is None:
                log.warning("settings.kept", setting=setting, reason="needs a restart")
                continue
            # Told before it is so: at the new log level it might not be shown.
            log.warning("settings.changed", setting=setting)
            try:
                take(new)
            except Kept as kept:
                log.warning("settings.kept", setting=setting, reason=str(kept))
                continue
            self.settings = _with(self.settings, setting, new)
        log.info("settings.reloaded", changed=changed)


def changes(old: NodeSettings, new: NodeSettings) -> list[str]:
    """Return the dotted names of the settings that differ."""
    before, after = (dotted(msgspec.to_builtins(each)) for each in (old, new))
    return sorted(
        name for name in before.keys() | after.keys() if before.get(name) != after.get(name)
    )


def _with(old: NodeSettings, setting: str, new: NodeSettings) -> NodeSettings:
    """Return `old` with one setting as it is in `new`."""
    section, _, name = setting.rpartition(".")
    values = msgspec.to_builtins(new)
    result = msgspec.to_builtins(old)
    (result[section] if section else result)[name] = (values[section] if section else values)[name]
    return msgspec.convert(result, NodeSettings)
