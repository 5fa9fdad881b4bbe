"""The supervisor on small programs of its own: real processes, no servers."""

import asyncio
import os
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from actors.local import processes, state, supervisor
from actors.local.component import Component, Run
from actors.local.errors import LocalError
from actors.local.home import Home, create
from actors.local.plan import Plan
from actors.local.settings import LocalSettings
from actors.local.state import State
from actors.local.supervisor import Supervisor

ANSWERING = "import time\nprint('ready', flush=True)\ntime.sleep(600)"
NOTES_ITS_END = """
import signal, sys, time
def end(*_):
    with open(sys.argv[1], 'a') as file: print(sys.argv[2], file=file)
    sys.exit(0)
signal.signal(signal.SIGTERM, end)
print('ready', flush=True)
while True: time.sleep(600)
"""


def component(name: str, script: str, *arguments: str, needs: tuple[str, ...] = (), stage: int = 0) -> Component:
    return Component(
        name=name,
        command=(sys.executable, "-c", script, *arguments),
        environment=dict(os.environ),
        ready=lambda run: "ready" in run.output().splitlines(),
        healthy=lambda: True,
        needs=needs,
        stage=stage,
        stop_seconds=5,
    )


@dataclass
class Running:
    """A supervisor at work and the states it has reported."""

    supervisor: Supervisor
    task: "asyncio.Task[None]"

    @property
    def state(self) -> State:
        return self.supervisor.state

    def pid(self, name: str) -> int:
        process = self.state.components[name].process
        assert process is not None
        return process.pid

    async def until(self, true: Callable[[], object], seconds: float = 20) -> None:
        async with asyncio.timeout(seconds):
            while not true():
                if self.task.done():
                    self.task.result()
                await asyncio.sleep(0.01)

    async def ready(self) -> None:
        await self.until(lambda: self.state.phase == "ready")

    async def stop(self) -> None:
        self.supervisor.stop()
        await self.task


@pytest.fixture
def home(tmp_path: Path) -> Home:
    made = create(tmp_path / "h")
    yield made
    for mark, found in processes.marked(f"{made.id}:").items():
        for one in found:
            one.kill()
        pytest.fail(f"{mark} was left behind")


def run(home: Home, *components: Component, settings: LocalSettings | None = None) -> Running:
    made = Plan(components, {}, None, "")
    one = Supervisor(home, made, settings or LocalSettings(), lambda _: None)
    return Running(one, asyncio.create_task(one.run()))


async def test_components_start_after_what_they_need_and_stop_by_stage(home: Home, tmp_path: Path) -> None:
    ends = tmp_path / "ends"
    running = run(
        home,
        component("last", NOTES_ITS_END, str(ends), "last", needs=("first",), stage=1),
        component("first", NOTES_ITS_END, str(ends), "first"),
    )
    await running.ready()
    first, last = running.state.components["first"], running.state.components["last"]
    assert first.started is not None and first.start_seconds is not None and last.started is not None
    assert last.started >= first.started + first.start_seconds
    await running.stop()
    assert ends.read_text().split() == ["last", "first"]
    written = state.read(home)
    assert written is not None and written.phase == "stopped"


async def test_a_component_that_dies_is_started_again_at_once(home: Home) -> None:
    running = run(home, component("a", ANSWERING))
    await running.ready()
    before, begin = running.pid("a"), time.monotonic()
    os.kill(before, signal.SIGKILL)
    one = running.state.components["a"]
    await running.until(lambda: one.restarts == 1 and one.condition == "ready")
    assert running.pid("a") != before
    assert time.monotonic() - begin < 3
    await running.stop()


async def test_what_a_dead_component_left_is_cleared_before_it_starts_again(home: Home) -> None:
    script = "import subprocess; subprocess.Popen(['sleep', '600'])\n" + ANSWERING
    running = run(home, component("a", script))
    await running.ready()
    mark = supervisor.mark(home, "a")
    old = {one.pid for one in processes.marked(mark)[mark]}
    assert len(old) == 2
    os.kill(running.pid("a"), signal.SIGKILL)
    one = running.state.components["a"]
    await running.until(lambda: one.restarts == 1 and one.condition == "ready")
    assert not old & {process.pid for process in processes.marked(mark)[mark]}
    await running.stop()


async def test_a_component_that_dies_with_another_starts_again_after_it(home: Home) -> None:
    tied = replace(component("tied", ANSWERING, needs=("head",)), dies_with=("head",))
    running = run(home, tied, component("head", ANSWERING), component("free", ANSWERING))
    await running.ready()
    free, old = running.pid("free"), running.pid("tied")
    os.kill(running.pid("head"), signal.SIGKILL)
    states = running.state.components
    await running.until(lambda: states["tied"].restarts == 1 and states["tied"].condition == "ready")
    head, after = states["head"], states["tied"]
    assert head.started is not None and head.start_seconds is not None and after.started is not None
    assert after.started >= head.started + head.start_seconds
    assert running.pid("tied") != old and running.pid("free") == free
    await running.stop()


async def test_a_platform_that_does_not_come_up_stops_everything_and_shows_the_log(home: Home) -> None:
    bad = component("bad", "import sys; sys.exit('no such thing as luck')")
    running = run(home, component("good", ANSWERING), bad)
    with pytest.raises(LocalError, match=r"bad does not start: it ended with code 1: no such thing as luck.*bad\.log"):
        await asyncio.wait_for(running.task, 30)
    assert running.state.phase == "failed"
    assert not processes.marked(f"{home.id}:")


async def test_a_component_that_never_gets_ready_ends_the_start_after_its_time(home: Home) -> None:
    slow = component("slow", "import time; time.sleep(600)")
    running = run(home, slow, settings=LocalSettings(start_seconds=0.5))
    with pytest.raises(LocalError, match="Not ready after 0.5 s: slow.*ATRIUM_LOCAL_START_SECONDS"):
        await asyncio.wait_for(running.task, 30)
    assert not processes.marked(f"{home.id}:")


async def test_a_running_platform_outlives_a_component_that_keeps_failing(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervisor, "delay_seconds", lambda failures: 0.01)
    switch = tmp_path / "broken"
    script = f"import os, sys\nif os.path.exists({str(switch)!r}): sys.exit('broken')\n{ANSWERING}"
    running = run(home, component("good", ANSWERING), component("bad", script))
    await running.ready()
    good = running.pid("good")
    switch.touch()
    os.kill(running.pid("bad"), signal.SIGKILL)
    bad = running.state.components["bad"]
    await running.until(lambda: bad.condition == "failing")
    assert "broken" in bad.message and "bad.log" in bad.message
    assert running.state.phase == "ready" and running.pid("good") == good
    switch.unlink()
    await running.until(lambda: bad.condition == "ready")
    assert bad.message == ""
    await running.stop()


async def test_a_program_that_cannot_be_started_is_explained(home: Home) -> None:
    missing = Component("none", ("/nowhere/x",), {}, ready=lambda run: True, healthy=lambda: True)
    with pytest.raises(LocalError, match="/nowhere/x could not be started: No such file"):
        await asyncio.wait_for(run(home, missing).task, 30)


async def test_a_preparation_that_fails_is_explained(home: Home) -> None:
    def prepare() -> None:
        raise LocalError("no ink")

    one = Component("a", ("true",), {}, ready=lambda run: True, healthy=lambda: True, prepare=prepare)
    with pytest.raises(LocalError, match="a does not start: no ink"):
        await asyncio.wait_for(run(home, one).task, 30)


async def test_a_second_request_kills_what_does_not_stop(home: Home) -> None:
    script = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN)\n" + ANSWERING
    running = run(home, replace(component("a", script), stop_seconds=60.0))
    await running.ready()
    running.supervisor.stop()
    await asyncio.sleep(0.3)
    assert not running.task.done()
    running.supervisor.stop()
    await asyncio.wait_for(running.task, 10)


async def leave(running: Running) -> None:
    """Ends a supervisor as kill -9 does: without a word to its components."""
    names = {task for task in asyncio.all_tasks() if task.get_name() in {*running.state.components, "rise"}}
    for task in (running.task, *names):
        task.cancel()
    await asyncio.gather(running.task, *names, return_exceptions=True)


async def test_a_successor_takes_over_what_is_as_it_would_have_started_it(home: Home) -> None:
    plan = (component("same", ANSWERING), component("changed", ANSWERING), component("dead", ANSWERING))
    first = run(home, *plan, component("dropped", ANSWERING))
    await first.ready()
    before = {name: first.pid(name) for name in first.state.components}
    children = dict(first.supervisor.children)
    await leave(first)
    os.kill(before["dead"], signal.SIGKILL)
    children[before["dead"]].wait()
    second = run(home, plan[0], component("changed", ANSWERING + "\n#"), plan[2])
    await second.ready()
    assert second.pid("same") == before["same"]
    assert second.pid("changed") != before["changed"]
    assert second.pid("dead") != before["dead"]
    for name in ("changed", "dropped"):
        assert children[before[name]].wait(timeout=10) is not None
    os.kill(before["same"], signal.SIGKILL)
    children[before["same"]].wait()
    one = second.state.components["same"]
    await second.until(lambda: one.restarts == 1 and one.condition == "ready")
    await second.stop()


async def test_a_damaged_state_file_does_not_hinder_a_start(home: Home) -> None:
    home.state.write_text('{"components": {"a": 1}}')
    running = run(home, component("a", ANSWERING))
    await running.ready()
    await running.stop()


def test_output_of_an_earlier_run_does_not_count(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_text("ready\n")
    assert Run(log, 6).output() == ""
    assert Run(tmp_path / "none", 0).output() == ""
