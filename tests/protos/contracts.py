"""The contracts of all modules, as the generated package has them; found by folder, so that none is left out."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

import actors.api

_ROOT = Path(actors.api.__file__).parent
MODULES = tuple(
    sorted(path.parent.name for path in _ROOT.glob("*/v1") if path.parent.name not in ("options", "kernel"))
)


def files_of(module: str) -> list[Any]:
    """The file descriptors of a module's package."""
    stems = sorted(path.stem for path in (_ROOT / module / "v1").glob("*_pb2.py"))
    return [importlib.import_module(f"actors.api.{module}.v1.{stem}").DESCRIPTOR for stem in stems]


FILES = [file for module in MODULES for file in files_of(module)]
