"""Keeps the components of a plan running: starts them in order, starts them again when they end, stops them.

One supervisor a folder. When it is killed its components go on serving, and the next supervisor takes over those
that are as it would have started them.
"""

import asyncio
import hashlib
import json
import os
import signal
import subprocess
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from actors.local import edge, log_files, processes, state
from actors.local.component import Component, Run
from actors.local.errors import LocalError
from actors.local.home import Home
from actors.local.plan import Plan
from actors.local.settings import LocalSettings
from actors.local.state import ComponentState, State

WATCH_SECONDS = 0.2
READY_POLL_SECONDS = 0.1
FAILURES_OF_A_FIRST_START = 3
"""So many ends in a row before the platform is up, and `atrium up` gives up."""
FAILURES_UNTIL_SLOW = 5
LONGEST_DELAY_SECONDS = 30.0
STEADY_SECONDS = 10.0
"""A component that has run this long is healthy again: its earlier failures no longer count."""

T = TypeVar("T")


def mark(home: Home, name: str) -> str:
    return f"{home.id}:{name}"


def delay_seconds(failures: int) -> float:
    """How long to wait before the next start: nothing at first, then 1, 2, 4 … 30 s."""
    return 0.0 if failures <= 1 else min(2.0 ** (failures - 2), LONGEST_DELAY_SECONDS)


class Supervisor:
    """Runs one plan. `run` once; `stop` may be called from a signal handler at any time."""

    def __init__(self, home: Home, plan: Plan, settings: LocalSettings, report: Callable[[State], None]) -> None:
        self.home, self.plan, self.settings, self.report = home, plan, settings, report
        self.previous = state.read(home)
        self.state = State(
            supervisor=processes.identify(os.getpid()),
            started=time.time(),
            edge_url=plan.edge_url or "",
            public_url=plan.public_url,
            components={
                **{c.name: self._fresh(c) for c in plan.components},
                **{name: ComponentState("external", address=url) for name, url in plan.external.items()},
            },
        )
        self.ready = {component.name: asyncio.Event() for component in plan.components}
        self.runs: dict[str, Run] = {}
        self.children: dict[int, subprocess.Popen[bytes]] = {}
        self.over: asyncio.Future[Exception | None] = asyncio.get_running_loop().create_future()
        """Done when everything is to be stopped: None when asked to, else what went wrong."""
        self.threads = ThreadPoolExecutor(max_workers=2 * len(plan.components) + 2, thread_name_prefix="atrium")

    async def run(self) -> None:
        """Returns when everything has been stopped. Raises LocalError when the platform could not be started."""
        await self._in_thread(self._end_strangers)
        self._write()
        tasks = [asyncio.create_task(self._keep(one), name=one.name) for one in self.plan.components]
        tasks.append(asyncio.create_task(self._rise(), name="rise"))
        for task in tasks:
            task.add_done_callback(self._done)
        failure = await self.over
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self.state.phase, self.state.message = "stopping", str(failure or "")
        self._write()
        await self._stop_all()
        self.state.phase = "failed" if failure else "stopped"
        self._write()
        self.threads.shutdown(wait=False)
        if failure is not None:
            raise failure

    def stop(self) -> None:
        """Asks for a stop; called again while stopping, kills what is left at once."""
        if not self.over.done():
            self.over.set_result(None)
            return
        for component in self.plan.components:
            process = self.state.components[component.name].process
            self.threads.submit(processes.kill, process, mark(self.home, component.name))

    async def _rise(self) -> None:
        """Waits until the whole platform answers."""
        try:
            async with asyncio.timeout(self.settings.start_seconds):
                for event in self.ready.values():
                    await event.wait()
                if self.plan.edge_url and "serve" in self.ready:
                    while await self._in_thread(lambda: edge.setup(self.plan.edge_url or "")) is None:
                        await asyncio.sleep(READY_POLL_SECONDS)
        except TimeoutError:
            late = [name for name, event in self.ready.items() if not event.is_set()]
            what = ", ".join(late) if late else f"{self.plan.edge_url}/api/v1/setup"
            logs = ", ".join(str(self.home.log(name)) for name in late or ("serve", "envoy"))
            self._fail(
                f"Not ready after {self.settings.start_seconds:g} s: {what}. Read {logs}; a slow machine may need "
                "more time: ATRIUM_LOCAL_START_SECONDS."
            )
            return
        self.state.phase = "ready"
        self.state.start_seconds = time.time() - self.state.started
        self._write()

    async def _keep(self, component: Component) -> None:
        """Keeps one component running until cancelled."""
        one = self.state.components[component.name]
        adopted = await self._adopt(component)
        failures = 0
        while True:
            problem = None
            if not adopted:
                one.condition = "waiting" if failures == 0 else one.condition
                self._write()
                for need in component.needs:
                    if need in self.ready:
                        await self.ready[need].wait()
                problem = await self._start(component)
            adopted = False
            begin = time.monotonic()
            if problem is None:
                problem = await self._until_end(component)
            self.ready[component.name].clear()
            await asyncio.gather(self._end(component), *(self._kill(one) for one in self._dependants(component)))
            failures = 1 if time.monotonic() - begin > STEADY_SECONDS else failures + 1
            one.restarts += 1
            self._complain(component, failures, problem)
            await asyncio.sleep(delay_seconds(failures))

    async def _adopt(self, component: Component) -> bool:
        """Takes over the process an earlier supervisor left, or ends what is left of it."""
        before = self.previous.components.get(component.name) if self.previous else None
        one = self.state.components[component.name]
        if (
            before is not None
            and before.process is not None
            and before.condition == "ready"
            and before.fingerprint == self._fingerprint(component)
            and before.process.alive
            and await self._in_thread(component.healthy)
        ):
            one.process, one.started, one.start_seconds = before.process, before.started, before.start_seconds
            one.fingerprint, one.condition, one.restarts = before.fingerprint, "ready", before.restarts
            self.ready[component.name].set()
            self._write()
            return True
        process, own = before.process if before else None, mark(self.home, component.name)
        await self._in_thread(lambda: processes.stop(process, own, self._patience(component)))
        return False

    async def _start(self, component: Component) -> str | None:
        """Starts the process and waits until it is ready. Returns what went wrong, None when it is ready."""
        one = self.state.components[component.name]
        one.condition, one.started, one.start_seconds = "starting", time.time(), None
        self._write()
        log = self.home.log(component.name)
        try:
            await self._in_thread(component.prepare)
            log_files.rotate(log, self.settings.log_mb * 1024**2)
            run = self.runs[component.name] = Run(log, log_files.size(log))
            child = processes.spawn(
                component.command,
                {**component.environment, processes.MARK: mark(self.home, component.name)},
                log,
            )
            self.children[child.pid] = child
            one.process = processes.identify(child.pid)
            one.fingerprint = self._fingerprint(component)
            self._write()
            while child.poll() is None:
                if await self._in_thread(lambda: component.ready(run)):
                    # Some programs replace themselves by another while they start.
                    one.process = processes.identify(child.pid)
                    one.condition, one.start_seconds, one.message = "ready", time.time() - one.started, ""
                    self.ready[component.name].set()
                    self._write()
                    return None
                await asyncio.sleep(READY_POLL_SECONDS)
        except LocalError as error:
            return str(error)
        except OSError as error:
            return f"{component.command[0]} could not be started: {error.strerror or error}"
        return self._ended(component, child.returncode)

    async def _until_end(self, component: Component) -> str:
        process = self.state.components[component.name].process
        child = self.children.get(process.pid) if process else None
        while True:
            if child is not None:
                if child.poll() is not None:
                    return self._ended(component, child.returncode)
            elif process is None or not process.alive:
                return "it ended"
            await asyncio.sleep(WATCH_SECONDS)

    async def _end(self, component: Component) -> None:
        """Ends what is left of a component, and reaps it."""
        process, own = self.state.components[component.name].process, mark(self.home, component.name)
        child = self.children.pop(process.pid, None) if process is not None else None
        if child is not None and child.poll() is None or process is not None and process.alive:
            await self._in_thread(lambda: processes.stop(process, own, self._patience(component)))
        else:
            # What is left of a dead server only stands in the way of the next.
            await self._in_thread(lambda: processes.kill(process, own))
        if child is not None:
            await self._in_thread(child.wait)
        self.state.components[component.name].process = None

    def _dependants(self, component: Component) -> list[Component]:
        return [one for one in self.plan.components if component.name in one.dies_with]

    async def _kill(self, component: Component) -> None:
        """Ends a process whose keeper then starts it again."""
        process, own = self.state.components[component.name].process, mark(self.home, component.name)
        self.ready[component.name].clear()
        await self._in_thread(lambda: processes.kill(process, own))

    def _ended(self, component: Component, code: int) -> str:
        """How a process of ours ended, and the last it had to say."""
        how = f"was ended by {signal.Signals(-code).name}" if code < 0 else f"ended with code {code}"
        run = self.runs[component.name]
        lines = log_files.last_lines(run.log, 5, run.offset) if code > 0 else []
        return f"it {how}" + (": " + " | ".join(lines) if lines else "")

    def _complain(self, component: Component, failures: int, problem: str | None) -> None:
        one = self.state.components[component.name]
        one.condition = "failing" if failures >= FAILURES_UNTIL_SLOW else "restarting"
        one.message = f"{component.name}: {problem}. Its log is {self.home.log(component.name)}"
        self._write()
        if self.state.phase == "starting" and failures >= FAILURES_OF_A_FIRST_START:
            self._fail(f"{component.name} does not start: {problem}. Its log is {self.home.log(component.name)}")

    async def _stop_all(self) -> None:
        for stage in sorted({component.stage for component in self.plan.components}, reverse=True):
            await asyncio.gather(*(self._stop(one) for one in self.plan.components if one.stage == stage))

    async def _stop(self, component: Component) -> None:
        one = self.state.components[component.name]
        await self._end(component)
        one.condition = "stopped"
        self._write()

    def _fresh(self, component: Component) -> ComponentState:
        log = str(self.home.log(component.name))
        return ComponentState(stage=component.stage, ports=dict(component.ports), log=log)

    def _end_strangers(self) -> None:
        """Ends components of this folder that are running but are not in the plan any more."""
        names = {component.name for component in self.plan.components}
        prefix = mark(self.home, "")
        for found in processes.marked(prefix):
            if found.removeprefix(prefix) not in names:
                processes.stop(None, found, self.settings.stop_seconds)

    def _patience(self, component: Component) -> float:
        return component.stop_seconds or self.settings.stop_seconds

    def _fingerprint(self, component: Component) -> str:
        settings = {k: v for k, v in component.environment.items() if k.startswith(("ATRIUM_", "RAY_"))}
        text = json.dumps([component.command, settings, component.version], sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()

    def _fail(self, message: str) -> None:
        if not self.over.done():
            self.over.set_result(LocalError(message))

    def _done(self, task: asyncio.Task[None]) -> None:
        """A task that ends by an exception has met a bug: everything is stopped and the exception is shown."""
        if not task.cancelled() and isinstance(task.exception(), Exception) and not self.over.done():
            self.over.set_result(task.exception())  # type: ignore[arg-type]

    def _write(self) -> None:
        state.write(self.home, self.state)
        self.report(self.state)

    async def _in_thread(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self.threads, work)
