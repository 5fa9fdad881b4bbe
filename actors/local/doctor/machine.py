"""Checks of the machine: Python, packages, programs, disk, memory, limits."""

import ctypes.util
import importlib.metadata
import platform
import resource
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
from packaging.requirements import Requirement

from actors.kernel.settings import PlatformSettings
from actors.local import binaries
from actors.local.doctor.finding import Finding, fail, ok, warn
from actors.local.settings import LocalSettings

ENOUGH_DISK_GB, ENOUGH_MEMORY_GB, ENOUGH_DESCRIPTORS = 2.0, 2.0, 16_384
NODE, CHROMIUM = "22", ("chromium", "chromium-browser", "google-chrome")


def check(settings: PlatformSettings, local: LocalSettings) -> Iterator[Finding]:
    yield _python()
    yield from _packages()
    yield from _programs(settings, local)
    yield from _room(settings.home.expanduser().resolve())
    yield from _optional()


def _python() -> Finding:
    what = f"Python {platform.python_version()} at {sys.executable}"
    return ok(what)


def _packages() -> Iterator[Finding]:
    """Whether what the package asks for is installed in the versions it asks for."""
    wrong = []
    for line in importlib.metadata.requires("atrium") or ():
        requirement = Requirement(line)
        if requirement.marker is not None and not requirement.marker.evaluate({"extra": ""}):
            continue
        try:
            version = importlib.metadata.version(requirement.name)
        except importlib.metadata.PackageNotFoundError:
            wrong.append(f"{requirement.name} is missing")
            continue
        if not requirement.specifier.contains(version, prereleases=True):
            wrong.append(f"{requirement.name} is {version}, not {requirement.specifier}")
    if wrong:
        yield fail("packages: " + "; ".join(wrong), "Install the locked set: `make up`, or `uv sync --extra embedded`.")
    else:
        yield ok("packages: all there in the versions asked for")


def _programs(settings: PlatformSettings, local: LocalSettings) -> Iterator[Finding]:
    yield _program("mongod", binaries.mongod(local.mongod_binary), settings.mongodb_url, "MONGOD", "ATRIUM_MONGODB_URL")
    yield _program("nats-server", binaries.nats_server(local.nats_binary), settings.nats_url, "NATS", "ATRIUM_NATS_URL")
    yield _program("envoy", binaries.envoy(local.envoy_binary), None, "ENVOY", None)
    if sys.platform == "linux" and settings.mongodb_url is None and ctypes.util.find_library("curl") is None:
        yield fail("libcurl is missing, and the mongod of the extra needs it", "apt-get install libcurl4")
    ray = Path(sys.executable).parent / "ray"
    if settings.ray_address is None and not ray.exists():
        yield fail(f"ray: {ray} is missing", f"{binaries.INSTALL}, or set ATRIUM_RAY_ADDRESS.")


def _program(
    name: str, candidates: Iterator[binaries.Candidate], url: str | None, setting: str, url_setting: str | None
) -> Finding:
    if url is not None:
        return ok(f"{name}: not needed, {url_setting} names a server")
    refused = []
    for candidate in candidates:
        if candidate.problem is None:
            return ok(f"{name} {candidate.version} at {candidate.path} ({candidate.origin})")
        refused.append(f"{candidate.path} ({candidate.origin}): {candidate.problem}")
    other = f", or set {url_setting}" if url_setting else ""
    found = "; ".join(refused) or "none was found"
    return fail(f"{name}: {found}", f"{binaries.INSTALL}, or name one in ATRIUM_LOCAL_{setting}_BINARY{other}.")


def _room(home: Path) -> Iterator[Finding]:
    folder = next(one for one in (home, *home.parents) if one.exists())
    free_gb = shutil.disk_usage(folder).free / 1024**3
    what = f"disk: {free_gb:.1f} GB free at {folder}"
    yield ok(what) if free_gb >= ENOUGH_DISK_GB else warn(what, "Free some space, or set ATRIUM_HOME to another disk.")
    memory = psutil.virtual_memory()
    what = f"memory: {memory.available / 1024**3:.1f} of {memory.total / 1024**3:.1f} GB available"
    enough = memory.available / 1024**3 >= ENOUGH_MEMORY_GB
    yield ok(what) if enough else warn(what, f"The platform takes about {ENOUGH_MEMORY_GB:g} GB: end other programs.")
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    what = f"open files: {'no limit' if hard == resource.RLIM_INFINITY else f'up to {hard}'}"
    if hard != resource.RLIM_INFINITY and hard < ENOUGH_DESCRIPTORS:
        yield warn(what, f"mongod aborts when it runs out of them: allow {ENOUGH_DESCRIPTORS} (`ulimit -Hn`).")
    else:
        yield ok(what)


def _optional() -> Iterator[Finding]:
    """What only developers need."""
    node = shutil.which("node")
    if node is None:
        yield warn("Node: none", f"Only building the UI from source needs it: install Node {NODE} or newer.")
    else:
        said = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout.strip()
        yield ok(f"Node {said.removeprefix('v')} at {node} (only for building the UI)")
    browser = next(filter(None, map(shutil.which, CHROMIUM)), None)
    if browser is None:
        yield warn("Chromium: none", "Only the browser tests need it: on Debian, apt-get install chromium.")
    else:
        yield ok(f"Chromium at {browser} (only for the browser tests)")
