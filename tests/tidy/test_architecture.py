"""The shape of the code: who may import whom, what the cores may not do, how large things are."""

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from amanat.ledger.operations import OPERATIONS
from tests.tidy.tree import PRODUCT, ROOT, files, modules, parsed, said

FILE_LINES_MAX: Final = 400
FUNCTION_LINES_MAX: Final = 60
PARAMETERS_MAX: Final = 6
NAMES_THAT_SAY_NOTHING: Final = {"utils", "util", "helpers", "common", "misc", "manager", "base"}

IMPURE_MODULES: Final = {
    *("asyncio", "builtins", "concurrent", "contextvars", "ctypes", "datetime", "importlib", "io"),
    *("logging", "multiprocessing", "os", "pathlib", "random", "secrets", "signal", "socket"),
    *("ssl", "subprocess", "sys", "tempfile", "threading", "time", "urllib", "uuid"),
    *("aiohttp", "cryptography", "plyvel", "rich", "structlog", "typer"),
}
IMPURE_CALLS: Final = {"open", "print", "input", "exec", "eval", "compile", "__import__", "hash"}
"""`hash` is not I/O, but it differs from process to process."""

Function = ast.FunctionDef | ast.AsyncFunctionDef


def functions(path: Path) -> Iterator[Function]:
    """Yield every function and method of a module."""
    for node in ast.walk(parsed(path)):
        if isinstance(node, Function):
            yield node


def test_the_contracts_on_imports_hold() -> None:
    program = Path(sys.executable).with_name("lint-imports")
    ended = subprocess.run(
        [program, "--no-cache"], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert re.search(r"Contracts: [1-9]\d* kept, 0 broken", ended.stdout)


def test_the_packages_that_are_installed_are_those_of_the_tree() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]
    folders = {said(path.parent) for path in modules(*PRODUCT)}
    assert settings["package-dir"] == {
        f"amanat.{folder.replace('/', '.')}": folder for folder in folders
    }
    assert set(settings["packages"]) == set(settings["package-dir"])
    assert len(settings["packages"]) == len(folders)


def test_every_package_is_typed_and_introduces_itself() -> None:
    for folder in {path.parent for path in modules(*PRODUCT)}:
        assert (folder / "py.typed").exists(), folder
        assert ast.get_docstring(parsed(folder / "__init__.py")), folder


def impurities(path: Path) -> Iterator[str]:
    """Yield every import and call in a module that reaches beyond its arguments."""
    for node in ast.walk(parsed(path)):
        where = f"{said(path)}:{getattr(node, 'lineno', 0)}"
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [node.module or ""]
        elif isinstance(node, ast.Name) and node.id in IMPURE_CALLS:
            yield f"{where} uses {node.id}"
            continue
        else:
            continue
        yield from (f"{where} imports {n}" for n in names if n.split(".")[0] in IMPURE_MODULES)


def test_the_cores_reach_for_nothing_outside() -> None:
    assert [found for path in modules("ledger", "consensus") for found in impurities(path)] == []


def test_what_is_impure_is_recognised() -> None:
    """So that the test above cannot pass for want of looking."""
    assert any("imports time" in found for found in impurities(ROOT / "node" / "clock.py"))
    assert any("imports os" in found for found in impurities(ROOT / "node" / "sign_guard.py"))


def test_no_file_is_too_long_to_read() -> None:
    lengths = {said(path): len(path.read_text().splitlines()) for path in modules()}
    assert {path: lines for path, lines in lengths.items() if lines > FILE_LINES_MAX} == {}


def test_no_function_is_too_long_to_read() -> None:
    lengths = {
        f"{said(path)}: {function.name}": (function.end_lineno or 0) - function.lineno + 1
        for path in modules()
        for function in functions(path)
    }
    assert {name: lines for name, lines in lengths.items() if lines > FUNCTION_LINES_MAX} == {}


def test_constructors_are_handed_little() -> None:
    given = {
        f"{said(path)}:{function.lineno}": len(function.args.args + function.args.kwonlyargs) - 1
        for path in modules(*PRODUCT)
        for function in functions(path)
        if function.name == "__init__"
    }
    assert {place: count for place, count in given.items() if count > PARAMETERS_MAX} == {}


def undocumented(node: ast.AST, *, prefix: str = "") -> Iterator[str]:
    """Yield every public class, function and method without a docstring."""
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, Function | ast.ClassDef) or child.name.startswith("_"):
            continue
        if ast.get_docstring(child) is None:
            yield prefix + child.name
        if isinstance(child, ast.ClassDef):
            yield from undocumented(child, prefix=f"{prefix}{child.name}.")


def test_everything_public_says_what_it_is() -> None:
    silent = []
    for path in modules(*PRODUCT):
        module = parsed(path)
        silent += [] if ast.get_docstring(module) else [said(path)]
        silent += [f"{said(path)}: {name}" for name in undocumented(module)]
    assert silent == []


def test_no_name_says_nothing() -> None:
    parts = {part for path in files() for part in Path(said(path)).with_suffix("").parts}
    words = {word for part in parts for word in part.split("_")}
    assert not words & NAMES_THAT_SAY_NOTHING


def test_every_operation_has_its_tests() -> None:
    for operation in OPERATIONS:
        name = operation.__module__.rsplit(".", 1)[-1]
        assert (ROOT / "tests" / "ledger" / "operations" / f"test_{name}.py").exists()


def test_tests_lie_where_what_they_test_lies() -> None:
    """A folder of tests that mirrors a product folder which is gone would be forgotten code."""
    for folder in PRODUCT:
        for path in files(f"tests/{folder}"):
            assert (ROOT / folder / path.parent.relative_to(ROOT / "tests" / folder)).is_dir()
