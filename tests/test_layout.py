"""The layers of the program and their allowed imports, as docs/design.md describes them."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from tests.support.paths import ROOT
from tests.support.selection import FAST, THOROUGH

SOURCE = ROOT / "src" / "outreachbot"
FILES = sorted(SOURCE.rglob("*.py"))
TESTS = sorted((ROOT / "tests").rglob("*.py"))

# What each package may import: only packages below it, never a sibling.
_BELOW_SERVICES = {"gateway", "store", "views", "drawing", "domain", "errors"}
BELOW: dict[str, set[str]] = {
    "errors": set(),
    "domain": {"errors"},
    "views": {"domain", "errors"},
    "drawing": {"domain", "errors"},
    "store": {"domain", "errors"},
    "gateway": {"domain", "errors"},
    "services": _BELOW_SERVICES,
    "bot": {"services", *_BELOW_SERVICES},
    "workers": {"services", *_BELOW_SERVICES},
    "sandbox": {"domain", "errors"},
    "config": {"errors"},
    "logs": set(),
    "app": {"bot", "workers", "sandbox", "config", "services", *_BELOW_SERVICES},
    "cli": {"app", "config", "logs", "errors"},
    "__main__": {"cli"},
    "__init__": set(),
}
# Each library is used in one package only.
LIBRARIES: dict[str, set[str]] = {
    "telegram": {"bot"},
    "aiohttp": {"gateway"},
    "sqlalchemy": {"store"},
    "alembic": {"store"},
    "filelock": {"store"},
    "starlette": {"sandbox"},
    "uvicorn": {"sandbox"},
    "yaml": {"domain"},
    "babel": {"views"},
    "PIL": {"drawing"},
    "pydantic": {"domain", "config", "gateway", "bot", "app"},
    "pydantic_settings": {"config"},
    "typer": {"cli"},
    "rich": {"app", "cli"},
}


TREES = {path: ast.parse(path.read_text()) for path in FILES}


def name(path: Path) -> str:
    return str(path.relative_to(SOURCE))


def package_of(path: Path) -> str:
    return path.relative_to(SOURCE).parts[0].removesuffix(".py")


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(TREES[path]):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module == "outreachbot":
            yield from (f"outreachbot.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


def module(path: Path) -> str:
    return ".".join(("outreachbot", *path.relative_to(SOURCE).with_suffix("").parts)).removesuffix(".__init__")


def targets(path: Path) -> Iterator[str]:
    """The modules of the program that a file imports, including those imported only for the type checker."""
    for node in ast.walk(TREES[path]):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("outreachbot"):
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


def find_cycles(graph: dict[str, set[str]]) -> list[list[str]]:
    """The modules left after repeatedly removing those that import none of the rest: the import cycles."""
    left = dict(graph)
    while free := {name for name, imported in left.items() if not imported & left.keys() - {name}}:
        left = {name: imported for name, imported in left.items() if name not in free}
    return [[name, *sorted(imported & left.keys())] for name, imported in sorted(left.items())]


def test_imports_only_point_down():
    used = {
        (name(path), imported.split(".")[1])
        for path in FILES
        for imported in imports(path)
        if imported.startswith("outreachbot.")
    }
    forbidden = {
        (path, to) for path, to in used if to not in BELOW[package_of(SOURCE / path)] | {package_of(SOURCE / path)}
    }

    assert forbidden == set()


def test_no_files_import_each_other_in_a_circle():
    modules = {module(path): path for path in FILES}
    graph = {name: {target for target in targets(path) if target in modules} for name, path in modules.items()}

    assert find_cycles(graph) == []


def test_each_library_belongs_to_one_package():
    used = {(name(path), imported.split(".")[0]) for path in FILES for imported in imports(path)}
    elsewhere = {
        (path, imported)
        for path, imported in used
        if package_of(SOURCE / path) not in LIBRARIES.get(imported, {package_of(SOURCE / path)})
    }

    assert elsewhere == set()


def test_only_app_and_the_sandbox_process_read_the_clock():
    clock = re.compile(r"datetime\.now\(|\btime\.time\(|utcnow\(|date\.today\(")
    looking = {name(path) for path in FILES if clock.search(path.read_text())}

    assert looking == {"app/run.py", "sandbox/__main__.py"}


def test_every_module_says_what_it_is_for():
    assert [name(path) for path in FILES if not ast.get_docstring(TREES[path])] == []


def test_no_file_is_longer_than_250_lines():
    long = [name(path) for path in FILES if path.read_text().count("\n") > 250 and "migrations" not in path.parts]

    assert long == []


def test_no_function_is_longer_than_forty_lines():
    functions = [
        (name(path), node.name, node.end_lineno - node.lineno + 1)
        for path, tree in TREES.items()
        if "migrations" not in path.parts
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]

    assert [function for function in functions if function[2] > 40] == []


def test_the_domain_decides_without_waiting():
    waiting = ast.AsyncFunctionDef | ast.Await | ast.AsyncFor | ast.AsyncWith

    assert [
        name(path)
        for path in FILES
        if package_of(path) == "domain" and any(isinstance(node, waiting) for node in ast.walk(TREES[path]))
    ] == []


def test_the_engine_knows_nothing_of_the_shipped_subject():
    subject = re.compile("khojal|xocal|hocal|karabakh|azerbaij|armenia", re.IGNORECASE)
    texts = [path for path in SOURCE.rglob("*") if path.suffix in {".py", ".js", ".css", ".html", ".po"}]

    assert [name(path) for path in texts if subject.search(path.read_text())] == []


def test_tests_share_only_what_is_in_support():
    imported = re.compile(r"^\s*(?:from|import) (tests\b[\w.]*|\.[\w.]*|conftest\b|test_\w+)", re.MULTILINE)
    found = {(str(path.relative_to(ROOT)), name) for path in TESTS for name in imported.findall(path.read_text())}

    assert {(path, name) for path, name in found if not f"{name}.".startswith("tests.support.")} == set()


def test_every_folder_of_tests_is_fast_or_thorough():
    """A new folder is added to tests/support/selection.py: `make test-fast` must leave out nothing by accident."""
    found = {path.relative_to(ROOT / "tests").parts[0] for path in TESTS if path.name.startswith("test_")}

    assert found == FAST | THOROUGH
    assert not FAST & THOROUGH
