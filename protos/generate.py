"""Generates `actors/api` and `ui/src/api` from the protos; `make generate` runs it.

buf and grpcio-tools write plain generated modules whose imports start at the proto path. This script moves
them under `actors.api`, without the `atrium/` folder, rewrites the imports to match, gives every package an
`__init__` that re-exports its messages, enums, stubs and servicers (`from actors.api.iam.v1 import User`),
and keeps the descriptor set with comments beside them: routes, OpenAPI and the permission catalogue read it.
"""

import ast
import os
import pathlib
import re
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
GENERATED = ROOT / ".atrium" / "generated"
API = ROOT / "actors" / "api"
HEADER = "# Generated from protos/ by `make generate`; do not edit.\n"
IMPORTS = (
    (re.compile(r"\bfrom atrium\.(?=\w+\.v1 import)"), "from actors.api."),
    (re.compile(r"\bimport atrium\."), "import actors.api."),
    (re.compile(r"\bfrom buf\.validate import"), "from actors.api.buf.validate import"),
    (re.compile(r"\bimport buf\.validate\."), "import actors.api.buf.validate."),
    (re.compile(r"(?<![\w./\"'-])atrium\.(?=\w+\.v1\.\w+_pb2)"), "actors.api."),
    (re.compile(r"(?<![\w./\"'-])buf\.validate\.(?=validate_pb2)"), "actors.api.buf.validate."),
    # Services are given our Call in place of grpc's context: the chain stands between.
    (
        re.compile(
            r"class _ServicerContext\(_grpc\.ServicerContext, _aio\.ServicerContext\):"
            r"  # type: ignore\[.*\]\n    \.\.\.\n"
        ),
        "from actors.kernel.call import Call as _Call\n",
    ),
    (re.compile(r"\bcontext: _ServicerContext\b"), "call: _Call"),
)


def run(*command: str) -> None:
    # The TypeScript generator wants the Node.js that the web application's lock brings.
    folders = [str(pathlib.Path(sys.executable).parent), str(ROOT / "ui" / "node_modules" / ".bin")]
    environment = {**os.environ, "PATH": os.pathsep.join([*folders, os.environ["PATH"]])}
    subprocess.run(command, cwd=ROOT, env=environment, check=True)


def public_names(module: pathlib.Path) -> list[str]:
    """Names a stub or module defines at its top level that a user of the API may want."""
    names = []
    for node in ast.parse(module.read_text()).body:
        if isinstance(node, ast.ClassDef) or isinstance(node, ast.FunctionDef) and node.name.startswith("add_"):
            names.append(node.name)
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            names.append(node.target.id)
    return [name for name in names if not name.startswith("_") and name != "DESCRIPTOR"]


def write_package(folder: pathlib.Path, package: str) -> None:
    lines = [HEADER, f'"""The messages, enums and services of {package}."""\n\n']
    exported: list[str] = []
    for stub in sorted(folder.glob("*_pb2.pyi")):
        if names := [n for n in public_names(stub) if not n.startswith("Global__")]:
            lines.append(f"from .{stub.stem} import {', '.join(sorted(names))}\n")
            exported += names
    for module in sorted(folder.glob("*_pb2_grpc.py")):
        names = [n for n in public_names(module) if n.endswith(("Stub", "Servicer")) or n.startswith("add_")]
        lines.append(f"from .{module.stem} import {', '.join(sorted(names))}\n")
        exported += names
    lines.append(f"\n__all__ = {sorted(set(exported))!r}\n")
    (folder / "__init__.py").write_text("".join(lines))


def main() -> None:
    shutil.rmtree(GENERATED, ignore_errors=True)
    shutil.rmtree(API, ignore_errors=True)
    run("buf", "generate")
    API.mkdir(parents=True)
    for source in sorted(GENERATED.rglob("*_pb2*.py*")):
        relative = source.relative_to(GENERATED)
        without_services = source.name.endswith("_grpc.pyi") and not source.with_suffix(".py").exists()
        if relative.parts[0] == "google" or without_services:
            continue
        target = API.joinpath(*(relative.parts[1:] if relative.parts[0] == "atrium" else relative.parts))
        target.parent.mkdir(parents=True, exist_ok=True)
        text = source.read_text()
        for pattern, replacement in IMPORTS:
            text = pattern.sub(replacement, text)
        target.write_text(text)
    for folder in sorted({path.parent for path in API.rglob("*_pb2.py")}):
        for parent in [folder, *folder.parents]:
            if parent == API.parent:
                break
            (parent / "__init__.py").touch()
        if folder.parent.parent == API and folder.name == "v1":
            write_package(folder, f"atrium.{folder.parent.name}.v1")
    (API / "__init__.py").write_text(f'{HEADER}"""Generated messages and stubs, a package for each module."""\n')
    run("buf", "build", "--as-file-descriptor-set", "-o", str(API / "descriptors.binpb"), "--path", "protos/atrium")
    shutil.rmtree(GENERATED)
    for template in ("ui/buf.gen.yaml", "ui/buf.gen.rules.yaml"):
        run("buf", "generate", "--template", template)


if __name__ == "__main__":
    main()
