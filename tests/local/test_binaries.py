import os
from pathlib import Path

import pytest

from actors.local import binaries
from actors.local.errors import LocalError


def program(folder: Path, name: str, script: str) -> Path:
    path = folder / name
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return path


def test_a_new_enough_program_on_path_comes_before_the_one_of_the_extra(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = program(tmp_path, "mongod", "echo 'db version v7.0.1'")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert binaries.usable("mongod", binaries.mongod(), "S") == path


def test_an_old_program_on_path_is_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program(tmp_path, "mongod", "echo 'db version v5.0.32'")
    monkeypatch.setenv("PATH", str(tmp_path))
    first = next(binaries.mongod())
    assert first.problem == "version 5.0.32 is older than 6.0"
    chosen = binaries.usable("mongod", binaries.mongod(), "S")
    assert chosen != first.path


def test_a_configured_program_is_the_only_candidate(tmp_path: Path) -> None:
    missing = tmp_path / "mongod"
    with pytest.raises(LocalError, match=r"there is no such file.*ATRIUM_LOCAL_MONGOD_BINARY.*ATRIUM_MONGODB_URL"):
        binaries.usable("mongod", binaries.mongod(missing), "ATRIUM_LOCAL_MONGOD_BINARY", "ATRIUM_MONGODB_URL")


@pytest.mark.parametrize(
    ("script", "problem"),
    [
        ("echo 'error while loading shared libraries: libcurl.so.4: no such file' >&2; exit 127", "install libcurl4"),
        ("exit 3", "ended with code 3"),
        ("echo hello", "names no version"),
    ],
)
def test_a_program_that_does_not_run_says_why(tmp_path: Path, script: str, problem: str) -> None:
    candidate = next(binaries.envoy(program(tmp_path, "envoy", script)))
    assert candidate.problem is not None and problem in candidate.problem


def test_a_program_that_may_not_be_executed_says_so(tmp_path: Path) -> None:
    path = program(tmp_path, "envoy", "")
    path.chmod(0o644)
    assert next(binaries.envoy(path)).problem == "it is not executable" or os.access(path, os.X_OK)


def test_the_extras_programs_are_found_and_run() -> None:
    for candidates in (binaries.mongod(), binaries.nats_server(), binaries.envoy()):
        assert any(candidate.problem is None and candidate.version for candidate in candidates)
