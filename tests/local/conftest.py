"""Each test has a folder of its own, short enough for Ray's sockets, and leaves no process of it behind."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from actors.local import ports, processes
from actors.local.home import Home


@dataclass
class Atrium:
    """The `atrium` command on one folder."""

    folder: Path
    environment: dict[str, str]
    started: list[subprocess.Popen[str]] = field(default_factory=list)

    @property
    def home(self) -> Home:
        return Home(self.folder)

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-m", "actors", *arguments],
            env=self.environment,
            cwd=self.folder.parent,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
        )
        self.started.append(process)
        return process

    def run(self, *arguments: str, seconds: float = 50) -> subprocess.CompletedProcess[str]:
        process = self.start(*arguments)
        output, _ = process.communicate(timeout=seconds)
        return subprocess.CompletedProcess(arguments, process.returncode, output, "")

    def ok(self, *arguments: str) -> str:
        done = self.run(*arguments)
        assert done.returncode == 0, done.stdout
        return done.stdout

    def processes(self) -> list[int]:
        """Whatever the platform of this folder has running."""
        return [one.pid for found in processes.marked(f"{self.home.id}:").values() for one in found]


@pytest.fixture
def short_folder() -> Iterator[Path]:
    path = Path(tempfile.mkdtemp(prefix="at", dir="/tmp"))
    yield path
    shutil.rmtree(path)


@pytest.fixture
def atrium(short_folder: Path) -> Iterator[Atrium]:
    """Cleans up by what the marks of the processes say, whatever the code under test has done."""
    folder = short_folder / "h"
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("ATRIUM_", "RAY_"))}
    edge = next(port for port in range(18_080, 18_999) if ports.free(port))
    one = Atrium(folder, {**clean, "ATRIUM_HOME": str(folder), "ATRIUM_EDGE_ADDRESS": f"127.0.0.1:{edge}"})
    yield one
    for process in one.started:
        if process.poll() is None:
            process.send_signal(signal.SIGKILL)
        process.communicate()
    if folder.exists():
        one.run("down", "--now")
    left = one.processes()
    for pid in left:
        os.kill(pid, signal.SIGKILL)
    assert not left, f"processes were left behind: {left}"
