"""What is generated is what the protos generate."""

import filecmp
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def differences(left: Path, right: Path) -> list[str]:
    found = filecmp.dircmp(left, right, ignore=["__pycache__"])
    here = [f"{left / name} differs" for name in found.diff_files + found.funny_files]
    here += [
        f"{name} is in {side} only"
        for side, names in ((left, found.left_only), (right, found.right_only))
        for name in names
    ]
    for name in found.common_dirs:
        here += differences(left / name, right / name)
    return here


def test_the_api_packages_are_what_the_protos_generate(tmp_path: Path) -> None:
    (tmp_path / "actors").mkdir()
    (tmp_path / "ui").mkdir()
    for name in ("buf.yaml", "buf.gen.yaml", "ui/buf.gen.yaml", "ui/buf.gen.rules.yaml"):
        shutil.copy(ROOT / name, tmp_path / name)
    shutil.copytree(ROOT / "protos", tmp_path / "protos")
    (tmp_path / "ui" / "node_modules").symlink_to(ROOT / "ui" / "node_modules")
    done = subprocess.run(
        [sys.executable, tmp_path / "protos" / "generate.py"], capture_output=True, text=True, timeout=50, check=False
    )
    assert done.returncode == 0, done.stderr
    for folder in ("actors/api", "ui/src/api/gen", "ui/src/api/rules"):
        found = differences(ROOT / folder, tmp_path / folder)
        assert not found, f"run `make generate`: {found}"


def test_every_proto_passes_the_linter() -> None:
    buf = Path(sys.executable).parent / "buf"
    if not buf.exists():
        pytest.fail("buf is missing: run `make test`, which installs the development tools")
    done = subprocess.run([buf, "lint"], cwd=ROOT, capture_output=True, text=True, timeout=50, check=False)
    assert done.returncode == 0, done.stdout
