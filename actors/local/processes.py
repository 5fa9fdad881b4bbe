"""Processes of the platform: started in their own session, known again later, stopped with all they started.

A pid alone proves nothing, for pids are used again: a process counts only while its start time and its command
are those that were written down. Every process also carries a mark in its environment, inherited by what it
starts, so that one whose pid was never written down is found as well.
"""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

MARK = "RUN_BY_ATRIUM"
PYTHON_MODULE = (sys.executable, "-P", "-m")
"""Begin of a command that runs a module of ours: the folder it is started in must not hide a package (`-P`)."""
POLL_SECONDS = 0.05
CLOCK_SLACK_SECONDS = 2.0
"""Start times are computed from the boot time, which moves when the clock is set."""


@dataclass(frozen=True)
class ProcessId:
    """One process, for as long as the machine runs."""

    pid: int
    create_time: float
    command: tuple[str, ...]

    def process(self) -> psutil.Process | None:
        """The live process, or None when it has ended, even if another one has its pid now."""
        try:
            process = psutil.Process(self.pid)
            if abs(process.create_time() - self.create_time) > CLOCK_SLACK_SECONDS:
                return None
            if process.status() == psutil.STATUS_ZOMBIE or tuple(process.cmdline()) != self.command:
                return None
        except psutil.Error:
            return None
        return process

    @property
    def alive(self) -> bool:
        return self.process() is not None


def identify(pid: int) -> ProcessId | None:
    """What to know a live process by later; None when it has ended."""
    deadline = time.monotonic() + 1
    try:
        process = psutil.Process(pid)
        # The kernel shows an empty command for a moment while a program replaces the one that started it.
        while not (command := process.cmdline()) and time.monotonic() < deadline:
            time.sleep(0.001)
        return ProcessId(pid, process.create_time(), tuple(command)) if command else None
    except psutil.Error:
        return None


def spawn(command: Sequence[str], environment: Mapping[str, str], log: Path) -> subprocess.Popen[bytes]:
    """Starts a process in a session of its own, its output appended to the log.

    It outlives its starter and gets none of the signals that a terminal sends to it. It works in the folder of its
    starter, so that relative paths among a person's settings mean the same to it.
    """
    with open(log, "ab", opener=lambda path, flags: os.open(path, flags, 0o600)) as output:
        return subprocess.Popen(
            command,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def members(leader: ProcessId | None, mark: str | None) -> list[psutil.Process]:
    """What belongs to a component: its leader's session, and everything that carries the mark."""
    session = leader.pid if leader is not None else None
    if session is not None and leader is not None and psutil.pid_exists(session) and not leader.alive:
        # Somebody else has the pid now, unless it is our own child not yet waited for.
        with contextlib.suppress(psutil.Error):
            if psutil.Process(session).status() != psutil.STATUS_ZOMBIE:
                session = None
    found = []
    for process in psutil.process_iter():
        try:
            if process.status() == psutil.STATUS_ZOMBIE:
                continue
            if (session is not None and os.getsid(process.pid) == session) or (
                mark is not None and process.environ().get(MARK) == mark
            ):
                found.append(process)
        except (psutil.Error, OSError):
            continue
    return found


def marked(prefix: str) -> dict[str, list[psutil.Process]]:
    """Every live process whose mark begins with the prefix, by mark."""
    found: dict[str, list[psutil.Process]] = {}
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error, OSError):
            mark = process.environ().get(MARK, "")
            if mark.startswith(prefix) and process.status() != psutil.STATUS_ZOMBIE:
                found.setdefault(mark, []).append(process)
    return found


def stop(leader: ProcessId | None, mark: str | None, seconds: float) -> bool:
    """Ends a component: its leader is asked, the rest gets what is left of the time, then all are killed.

    Returns whether everything ended without being killed. Blocks for at most `seconds` and a little.
    """
    deadline = time.monotonic() + seconds
    main = leader.process() if leader is not None else None
    if main is not None:
        with contextlib.suppress(psutil.Error):
            main.terminate()
        _gone([main], deadline)
    rest = members(leader, mark)
    if main is None:
        _signal(rest, signal.SIGTERM)
    # Descendants of a leader that went by itself are on their way out; they are told only when they linger.
    _gone(rest, min(deadline, time.monotonic() + 5) if main is not None else deadline)
    rest = members(leader, mark)
    _signal(rest, signal.SIGKILL)
    _gone(rest, time.monotonic() + 5)
    return not rest


def kill(leader: ProcessId | None, mark: str | None) -> None:
    """Ends a component at once."""
    rest = members(leader, mark)
    _signal(rest, signal.SIGKILL)
    _gone(rest, time.monotonic() + 5)


def rss_mb(process: psutil.Process) -> float:
    """Resident memory of the process and all it started, in MB; shared pages count once for each."""
    total = 0
    with contextlib.suppress(psutil.Error):
        for one in [process, *process.children(recursive=True)]:
            with contextlib.suppress(psutil.Error):
                total += one.memory_info().rss
    return total / 1024**2


def _signal(processes: Iterable[psutil.Process], number: signal.Signals) -> None:
    for process in processes:
        with contextlib.suppress(psutil.Error):
            process.send_signal(number)


def _gone(processes: Iterable[psutil.Process], deadline: float) -> bool:
    left = list(processes)
    while True:
        left = [process for process in left if _running(process)]
        if not left:
            return True
        if time.monotonic() >= deadline:
            return False
        time.sleep(POLL_SECONDS)


def _running(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False
