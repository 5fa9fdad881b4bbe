import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from actors.local import processes
from tests.local.waiting import until

STUBBORN = "trap '' TERM; while :; do sleep 0.1; done"


def start(tmp_path: Path, *command: str, mark: str = "t:x") -> tuple[subprocess.Popen[bytes], processes.ProcessId]:
    environment = {**os.environ, processes.MARK: mark}
    child = processes.spawn(command, environment, tmp_path / "log")
    known = processes.identify(child.pid)
    assert known is not None
    return child, known


def test_a_process_is_known_by_pid_start_time_and_command(tmp_path: Path) -> None:
    child, known = start(tmp_path, "sleep", "60")
    try:
        assert known.alive
        assert not replace(known, create_time=known.create_time - 60).alive
        assert not replace(known, command=("sleep", "61")).alive
    finally:
        child.kill()
        child.wait()
    assert not known.alive


def test_a_zombie_is_not_alive(tmp_path: Path) -> None:
    child, known = start(tmp_path, "sleep", "60")
    child.kill()
    until(lambda: not known.alive, "a killed process counts as ended before it is waited for")
    assert psutil.pid_exists(child.pid)
    child.wait()


def test_stopping_ends_the_whole_session_and_nothing_else(tmp_path: Path) -> None:
    child, known = start(tmp_path, "sh", "-c", "sleep 60 & sleep 60 & wait")
    other, _ = start(tmp_path, "sleep", "60", mark="t:other")
    try:
        until(lambda: len(processes.members(known, "t:x")) == 3, "the shell has started both")
        assert processes.stop(known, "t:x", seconds=10) in (True, False)
        child.wait()
        assert not processes.members(known, "t:x")
        assert other.poll() is None
    finally:
        other.kill()
        other.wait()


def test_a_descendant_in_a_session_of_its_own_is_found_by_its_mark(tmp_path: Path) -> None:
    code = "import subprocess, time; subprocess.Popen(['sleep', '60'], start_new_session=True); time.sleep(60)"
    child, known = start(tmp_path, sys.executable, "-c", code, mark="t:away")
    until(lambda: len(processes.members(known, "t:away")) == 2, "the descendant runs")
    child.kill()
    child.wait()
    assert [one.name() for one in processes.members(known, "t:away")] == ["sleep"]
    assert list(processes.marked("t:away")) == ["t:away"]
    processes.stop(known, "t:away", seconds=5)
    assert not processes.marked("t:away")


def test_a_process_that_ignores_the_request_is_killed_after_its_time(tmp_path: Path) -> None:
    child, known = start(tmp_path, "sh", "-c", STUBBORN)
    until(lambda: psutil.Process(child.pid).children(), "the shell has set its trap")
    begin = time.monotonic()
    assert processes.stop(known, "t:x", seconds=0.5) is False
    assert 0.5 <= time.monotonic() - begin < 5
    assert child.wait() == -signal.SIGKILL


def test_a_pid_that_is_used_again_is_never_signalled(tmp_path: Path) -> None:
    stranger = subprocess.Popen(["sleep", "60"], start_new_session=True)
    try:
        actual = processes.identify(stranger.pid)
        assert actual is not None
        ours = replace(actual, create_time=actual.create_time - 3600)
        assert processes.members(ours, "t:gone") == []
        processes.stop(ours, "t:gone", seconds=0.2)
        processes.kill(ours, "t:gone")
        with pytest.raises(subprocess.TimeoutExpired):
            stranger.wait(timeout=0.2)
    finally:
        stranger.kill()
        stranger.wait()


def test_a_child_does_not_get_the_terminals_signals(tmp_path: Path) -> None:
    child, _ = start(tmp_path, "sleep", "60")
    assert os.getsid(child.pid) == child.pid != os.getsid(0)
    child.kill()
    child.wait()
