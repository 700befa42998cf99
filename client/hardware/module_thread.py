"""The one thread that calls a hardware module.

A module may be slow, hang, or not bear two calls at once. So each has a single thread, and whoever
wants something of it waits for at most so long. A call that hangs cannot be ended from outside; the
thread is a daemon, so it keeps no process alive.
"""

import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from typing import Any, Final, TypeVar

T = TypeVar("T")


class ModuleThread:
    """Carries out calls to one module, one after the other, in the order in which they came."""

    def __init__(self, name: str) -> None:
        self._calls: queue.SimpleQueue[tuple[Future[Any], Callable[[], Any]]] = queue.SimpleQueue()
        threading.Thread(target=self._run, name=f"pkcs11 {name}", daemon=True).start()

    def begin(self, work: Callable[[], T]) -> "Future[T]":
        """Let `work` be done there. Whoever gives up cancels what is returned."""
        future: Future[T] = Future()
        self._calls.put((future, work))
        return future

    def call(self, work: Callable[[], T], seconds: float) -> T:
        """Return what `work` returned, or raise what it raised.

        Raises:
            TimeoutError: it had not ended after `seconds`. If it had not begun, it never will.
        """
        future = self.begin(work)
        try:
            return future.result(seconds)
        finally:
            future.cancel()

    def _run(self) -> None:
        while True:
            future, work = self._calls.get()
            if not future.set_running_or_notify_cancel():
                continue
            try:
                future.set_result(work())
            except BaseException as error:  # noqa: BLE001 - it is raised where it is waited for
                future.set_exception(error)


_threads: Final[dict[Path, ModuleThread]] = {}
_lock: Final = threading.Lock()


def thread_of(module: Path) -> ModuleThread:
    """Return the thread of a module: one in a process, whatever number of keys it has."""
    with _lock:
        if module not in _threads:
            _threads[module] = ModuleThread(module.name)
        return _threads[module]
