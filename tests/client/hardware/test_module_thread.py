"""The thread of a module: whoever waits, waits for so long."""

import threading
from pathlib import Path

import pytest

from amanat.client.hardware.module_thread import ModuleThread, thread_of


def test_it_returns_what_was_returned_and_raises_what_was_raised() -> None:
    thread = ModuleThread("a test")
    assert thread.call(lambda: 1 + 1, 10) == 2
    with pytest.raises(KeyError):
        thread.call(lambda: dict[str, int]()["no"], 10)
    assert thread.call(lambda: "goes on", 10) == "goes on"


def test_a_call_that_hangs_is_given_up_and_one_that_had_not_begun_never_happens() -> None:
    thread = ModuleThread("a test")
    hangs, happened = threading.Event(), threading.Event()
    with pytest.raises(TimeoutError):
        thread.call(hangs.wait, 0.01)
    with pytest.raises(TimeoutError):
        thread.call(happened.set, 0.01)
    hangs.set()
    assert thread.call(lambda: "answers again", 10) == "answers again"
    assert not happened.is_set()


def test_a_module_has_one_thread_however_many_keys_it_has() -> None:
    assert thread_of(Path("/opt/one.so")) is thread_of(Path("/opt/one.so"))
    assert thread_of(Path("/opt/one.so")) is not thread_of(Path("/opt/two.so"))
