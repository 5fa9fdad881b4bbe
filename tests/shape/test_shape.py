"""Rules of the architecture that no other check sees."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from actors import MODULES
from actors.kernel.call import Call
from actors.kernel.clock import Clock
from actors.kernel.module import card
from actors.kernel.sealing import Sealer
from actors.kernel.store.contract import Reach
from actors.kernel.store.memory import MemoryBackend
from actors.kernel.store.unit import Records, Store

ROOT = Path(__file__).parents[2]
SOURCES = sorted(
    path
    for folder in ("actors", "edge", "tests", "bench")
    for path in (ROOT / folder).rglob("*.py")
    if "actors/api/" not in str(path) and "__pycache__" not in path.parts
)
NAMELESS = {"utils", "util", "helpers", "helper", "common", "misc", "base", "manager", "managers", "stuff"}
LONGEST = 400
ROOMS = {"domain", "services", "providers", "documents", "migrations", "mails", "compute", "fonts", "templates"}


def relative(path: Path) -> str:
    return str(path.relative_to(ROOT))


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def test_no_file_is_named_for_having_no_purpose() -> None:
    found = [relative(p) for p in SOURCES if p.stem.strip("_") in NAMELESS or NAMELESS & {*p.parent.parts}]
    assert found == []


@pytest.mark.parametrize("folder", ["actors", "edge"])
def test_no_file_is_too_long_to_be_one(folder: str) -> None:
    long = {
        relative(path): lines
        for path in SOURCES
        if path.is_relative_to(ROOT / folder)
        and "migrations" not in path.parts  # drafted from the collections, table by table
        and (lines := len(path.read_text().splitlines())) > LONGEST
    }
    assert long == {}, f"more than {LONGEST} lines: each of these is usually two"


@pytest.mark.parametrize("module", MODULES)
def test_a_module_has_the_rooms_of_every_module(module: str) -> None:
    folder = ROOT / "actors" / module
    assert {"__init__.py", "store.py", "settings.py", "reactions.py"} <= {p.name for p in folder.iterdir()}
    assert (folder / "domain").is_dir() and (folder / "services").is_dir()
    rooms = {p.name for p in folder.iterdir() if p.is_dir() and p.name != "__pycache__"}
    assert rooms <= ROOMS, f"unknown rooms {rooms - ROOMS}"
    one = card(module)
    assert one.name == module
    assert one.settings.model_config["env_prefix"] == f"ATRIUM_{module.upper()}_"


@pytest.mark.parametrize("module", MODULES)
def test_the_migrations_of_books_are_a_room_of_the_module(module: str) -> None:
    books, folder = card(module).books, ROOT / "actors" / module / "migrations"
    assert folder.is_dir() == (books is not None)
    assert books is None or books.migrations == folder


@pytest.mark.parametrize("module", MODULES)
def test_a_service_file_is_named_for_its_service(module: str) -> None:
    protos = {p.stem for p in (ROOT / "protos" / "atrium" / module / "v1").glob("*_service.proto")}
    services = {p.stem for p in (ROOT / "actors" / module / "services").glob("*_service.py")}
    assert services == protos


@pytest.mark.parametrize("module", MODULES)
def test_modules_import_no_other_module(module: str) -> None:
    """As the import contract, for every module of the installation without naming it twice."""
    others = tuple(f"actors.{other}" for other in MODULES if other != module)
    for path in (ROOT / "actors" / module).rglob("*.py"):
        strangers = [name for name in imports(path) if name.startswith(others)]
        assert strangers == [], relative(path)


def test_the_kernel_imports_no_module() -> None:
    for path in (ROOT / "actors" / "kernel").rglob("*.py"):
        assert not [n for n in imports(path) if n.startswith(tuple(f"actors.{m}" for m in MODULES))], relative(path)


@pytest.mark.parametrize("module", MODULES)
def test_a_domain_waits_for_nothing(module: str) -> None:
    for path in (ROOT / "actors" / module / "domain").rglob("*.py"):
        kinds = (ast.AsyncFunctionDef, ast.Await, ast.AsyncFor, ast.AsyncWith)
        waits = [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, kinds)]
        assert waits == [], f"{relative(path)} does I/O"


@pytest.mark.parametrize("module", MODULES)
def test_a_module_filters_by_tenant_only_what_the_provider_keeps_about_tenants(module: str) -> None:
    """The scope is added below the query. In a collection of the provider a call of the platform sees all tenants."""
    handles = handles_of(module)
    assert Reach.PROVIDER in handles.values()
    for path in (ROOT / "actors" / module).rglob("*.py"):
        tree = ast.parse(path.read_text())
        for function in (n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)):
            if not any(is_tenant_filter(node) for node in ast.walk(function)):
                continue
            asked = {
                name
                for statement in function.body
                for node in ast.walk(statement)
                if isinstance(node, ast.Call) and is_query(node) and reaches_filter(node, function)
                for name in [queried(node)]
            }
            assert asked, f"{relative(path)}:{function.lineno} filters by tenant"
            for name in asked:
                reach = handles.get(name)
                assert reach is Reach.PROVIDER, f"{relative(path)}:{function.lineno} filters {name} by tenant"


CONDITIONS = {"Eq", "In", "Ne", "Between"}
QUERIES = {"select", "page", "page_of", "one", "count", "group"}


def is_tenant_filter(node: ast.AST) -> bool:
    if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in CONDITIONS):
        return False
    return bool(node.args) and isinstance(node.args[0], ast.Constant) and node.args[0].value == "tenant_id"


def is_query(node: ast.Call) -> bool:
    return isinstance(node.func, ast.Attribute) and node.func.attr in QUERIES


def reaches_filter(node: ast.Call, function: ast.AST) -> bool:
    """Whether a tenant filter is among the query's conditions, also when it is held in a variable."""
    names = {
        target.id
        for one in ast.walk(function)
        if isinstance(one, ast.Assign) and any(is_tenant_filter(inner) for inner in ast.walk(one.value))
        for target in one.targets
        if isinstance(target, ast.Name)
    }
    arguments = [*node.args, *(keyword.value for keyword in node.keywords)]
    inside = [inner for argument in arguments for inner in ast.walk(argument)]
    return any(is_tenant_filter(one) or (isinstance(one, ast.Name) and one.id in names) for one in inside)


def queried(node: ast.Call) -> str:
    """`unit.users.select(…)` → `users`; `self.select(…)` in a handle → its class is not told apart: `self`."""
    assert isinstance(node.func, ast.Attribute)
    owner = node.func.value
    return owner.attr if isinstance(owner, ast.Attribute) else ast.unparse(owner)


def handles_of(module: str) -> dict[str, Reach]:
    """The reach of each of the unit's handles, by name."""
    one = card(module)
    handles: dict[str, Any] = {}
    for kind in (one.unit, *([one.books.unit] if one.books is not None else [])):
        unit = kind(Store(MemoryBackend(), module, kind, clock=Clock(), sealer=Sealer(bytes(32))), Call())
        handles |= {name: getattr(unit, name) for name in dir(kind) if not name.startswith("_")}
    return {name: one.collection.reach for name, one in handles.items() if isinstance(one, Records)}


def test_import_contracts_are_kept() -> None:
    linter = Path(sys.executable).parent / "lint-imports"
    done = subprocess.run([linter, "--no-cache"], cwd=ROOT, capture_output=True, text=True, timeout=55, check=False)
    assert done.returncode == 0, done.stdout[-3000:]
